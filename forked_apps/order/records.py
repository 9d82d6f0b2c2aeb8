"""Reading what was recorded about an order: its history, what was shipped, what was paid, what staff have noted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.crypto import salted_hmac

from .models import OrderNote

SALT: Final = "forked_apps.order.records"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened. `place` is where it stands in the list: (when, source, id).

    An `amount` in `data` is a decimal text in `currency`.
    """

    id: str
    place: tuple[datetime, int, int]
    kind: str
    role: str
    actor_id: int | None
    actor_name: str
    data: dict[str, Any]
    note: str
    currency: str


@dataclass(frozen=True, slots=True)
class ShippingRecord:
    """Units that were shipped, delivered or returned, with the tracking number or reason."""

    kind: str
    at: datetime
    reference: str
    lines: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """Money that came or went, a decimal text in the order's currency; `actor` is the member of staff who did it."""

    kind: str
    at: datetime
    amount: str
    reference: str
    actor_id: int | None
    actor: str


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A note: of staff, or of the shop itself about what was done."""

    at: datetime
    is_system: bool
    author: str
    message: str


# Four sources, told apart by a number: being placed, payments, the rows of history, notes that staff have written.
HISTORY: Final = """
    SELECT h.at, h.source, h.id, h.kind, h.role, h.actor_id, COALESCE(u.email, ''), h.data::json, h.note,
           (SELECT o.currency FROM order_order o WHERE o.id = %(order)s)
    FROM (
        SELECT o.date_placed AS at, 0 AS source, o.id, 'placed' AS kind, 'customer' AS role, o.user_id AS actor_id,
               '{}'::jsonb AS data, '' AS note
        FROM order_order o WHERE o.id = %(order)s
        UNION ALL
        SELECT p.date_created, 1, p.id, 'payment', p.role, p.actor_id,
               jsonb_build_object('event', t.code, 'amount', p.amount::text), p.reference
        FROM order_paymentevent p JOIN order_paymenteventtype t ON t.id = p.event_type_id WHERE p.order_id = %(order)s
        UNION ALL
        SELECT e.created_at, 2, e.id, e.kind, e.role, e.actor_id, e.data, e.note
        FROM order_orderevent e WHERE e.order_id = %(order)s
        UNION ALL
        SELECT n.date_created, 3, n.id, 'note', 'staff', n.user_id, '{}'::jsonb, n.message
        FROM order_ordernote n WHERE n.order_id = %(order)s AND n.note_type IS DISTINCT FROM %(system)s AND %(staff)s
    ) h LEFT JOIN accounts_user u ON u.id = h.actor_id AND %(staff)s
    WHERE %(at)s::timestamptz IS NULL OR (h.at, h.source, h.id) < (%(at)s, %(source)s, %(id)s)
    ORDER BY h.at DESC, h.source DESC, h.id DESC LIMIT %(limit)s
"""
SHIPPING: Final = """
    SELECT t.code, e.date_created, e.notes,
           json_agg(json_build_array(l.id, l.handle, l.title, q.quantity) ORDER BY l.id)
    FROM order_shippingevent e JOIN order_shippingeventtype t ON t.id = e.event_type_id
    JOIN order_shippingeventquantity q ON q.event_id = e.id JOIN order_line l ON l.id = q.line_id
    WHERE e.order_id = %s GROUP BY e.id, t.code ORDER BY e.date_created, e.id
"""
PAYMENTS: Final = """
    SELECT t.code, p.date_created, p.amount::text, p.reference, p.actor_id, COALESCE(u.email, '')
    FROM order_paymentevent p JOIN order_paymenteventtype t ON t.id = p.event_type_id
    LEFT JOIN accounts_user u ON u.id = p.actor_id
    WHERE p.order_id = %s ORDER BY p.date_created, p.id
"""
NOTES: Final = """
    SELECT n.date_created, n.note_type = %s, COALESCE(u.email, ''), n.message
    FROM order_ordernote n LEFT JOIN accounts_user u ON u.id = n.user_id
    WHERE n.order_id = %s ORDER BY n.date_created, n.id
"""


def history_of(
    order_id: int, *, for_staff: bool, after: tuple[datetime, int, int] | None, limit: int
) -> list[HistoryEntry]:
    """What happened to an order, newest first, from behind `after`. Notes of staff and names only `for_staff`."""
    at, source, pk = after or (None, 0, 0)
    values = {"order": order_id, "system": OrderNote.SYSTEM, "staff": for_staff, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, values | {"at": at, "source": source, "id": pk})
        return [HistoryEntry(_name_of(order_id, *row[1:3]), row[:3], *row[3:]) for row in cursor.fetchall()]


def _name_of(order_id: int, source: int, pk: int) -> str:
    """An id for clients to know an entry by, which tells nothing of our sequences."""
    return salted_hmac(SALT, f"{order_id} {source} {pk}", algorithm="sha256").hexdigest()[:32]


def shipping_records(order_id: int, *, visible_lines: frozenset[int] | None) -> list[ShippingRecord]:
    """The shipping events of an order, oldest first; with `visible_lines`, those of these lines alone."""
    with connection.cursor() as cursor:
        cursor.execute(SHIPPING, [order_id])
        rows = cursor.fetchall()
    records = []
    for kind, at, reference, lines in rows:
        seen = [
            {"id": handle, "title": title, "quantity": quantity}
            for pk, handle, title, quantity in lines
            if visible_lines is None or pk in visible_lines
        ]
        if seen:
            records.append(ShippingRecord(kind, at, reference, seen))
    return records


def payment_records(order_id: int) -> list[PaymentRecord]:
    """The payment events of an order, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(PAYMENTS, [order_id])
        return [PaymentRecord(*row) for row in cursor.fetchall()]


def note_records(order_id: int) -> list[NoteRecord]:
    """The notes on an order, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(NOTES, [OrderNote.SYSTEM, order_id])
        return [
            NoteRecord(at, bool(is_system), author, message) for at, is_system, author, message in cursor.fetchall()
        ]
