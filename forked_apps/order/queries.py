"""Reading orders: one statement for an order, or a page of them, with lines, addresses and payments.

Who may see what: an order is found by its customer's login, by the token of the cart that it was, or by a signed link;
staff see all orders, those who work for a partner their own lines.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from forked_apps.partner.queries import partners_of
from nexus_shop.accounts.models import User
from nexus_shop.core.money import ZERO, Price

from .dues import amount_due, price_of_wanted
from .links import LinkKey, opens
from .models import Line, Order, OrderDiscount


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order, at the prices of then."""

    id: int
    handle: str
    product_id: int | None
    title: str
    sku: str | None
    quantity: int
    unit: Price
    total: Price
    discount: Decimal
    status: str
    units: dict[str, int]
    options: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Payment:
    """One way in which an order is paid, with its amounts."""

    handle: str
    method: str
    allocated: Decimal
    debited: Decimal
    refunded: Decimal
    live: dict[str, Any] | None = None  # the charge that has not ended: its status, amount and next action


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order whole. Amounts are gross, in `currency`; the tax is contained in the total."""

    id: int
    handle: str
    number: str
    status: str
    payment_status: str
    payment_method: str
    placed_at: datetime
    version: int
    currency: str
    email: str
    total: Decimal
    cancelled_total: Decimal
    returned_total: Decimal
    tax: Decimal
    shipping: Decimal
    shipping_code: str
    shipping_name: str
    customer_notes: str
    cancel_reason: str
    lines: list[OrderLine]
    shipping_address: dict[str, str] | None
    billing_address: dict[str, str] | None
    payments: list[Payment]

    @property
    def items(self) -> Decimal:
        """Unit prices times quantities: the lines before their discounts."""
        return sum(((line.total.gross or ZERO) + line.discount for line in self.lines), ZERO)

    @property
    def due(self) -> Decimal:
        """What the order still lacks."""
        price = price_of_wanted(
            self.status,
            cancel_reason=self.cancel_reason,
            total=self.total,
            cancelled=self.cancelled_total,
            returned=self.returned_total,
        )
        return amount_due(price, ((payment.debited, payment.refunded) for payment in self.payments))

    @property
    def discount(self) -> Decimal:
        """What was taken off the lines."""
        return sum((line.discount for line in self.lines), ZERO)


_ADDRESS: Final = (
    "json_build_object('first_name', a.first_name, 'last_name', a.last_name, 'line1', a.line1, 'line2', a.line2,"
    " 'line3', a.line3, 'line4', a.line4, 'state', a.state, 'postcode', a.postcode, 'country', a.country_id,"
)
# Oscar's orders may lack unit prices: then a unit's share of the line.
_UNIT_PRICE: Final = (
    "COALESCE(l.unit_price_{0}_tax, round(l.line_price_before_discounts_{0}_tax / GREATEST(l.quantity, 1), 2))::text"
)
ORDERS: Final = f"""
    SELECT o.id, o.handle, o.number, o.status, o.payment_status, o.payment_method, o.date_placed, o.version, o.currency,
           COALESCE(u.email, o.guest_email), o.total_incl_tax, o.cancelled_total, o.returned_total,
           o.total_incl_tax - o.total_excl_tax, o.shipping_incl_tax, o.shipping_code, o.shipping_method,
           o.customer_notes, o.cancel_reason,
           (SELECT json_agg(json_build_array(
                l.id, l.handle, l.product_id, l.title, l.upc, l.quantity,
                {_UNIT_PRICE.format("excl")}, {_UNIT_PRICE.format("incl")},
                l.line_price_excl_tax::text, l.line_price_incl_tax::text,
                l.line_price_before_discounts_incl_tax::text, l.status, l.units,
                (SELECT json_agg(json_build_object('option', t.type, 'name', COALESCE(p.name, t.type), 'value', t.value)
                                 ORDER BY t.id)
                 FROM order_lineattribute t LEFT JOIN catalogue_option p ON p.id = t.option_id WHERE t.line_id = l.id)
            ) ORDER BY l.id) FROM order_line l WHERE l.order_id = o.id),
           (SELECT {_ADDRESS} 'phone_number', a.phone_number, 'notes', a.notes)
            FROM order_shippingaddress a WHERE a.id = o.shipping_address_id),
           (SELECT {_ADDRESS} 'phone_number', '', 'notes', '')
            FROM order_billingaddress a WHERE a.id = o.billing_address_id),
           (SELECT json_agg(json_build_array(s.handle, k.code, s.amount_allocated::text, s.amount_debited::text,
                                             s.amount_refunded::text,
                (SELECT json_build_object('status', t.status, 'amount', t.amount::text,
                                          'next_action', t.data -> 'next_action')
                 FROM payment_paymentattempt t
                 WHERE t.source_id = s.id AND t.kind = 'charge'
                   AND t.status IN ('started', 'requires_action', 'authorised', 'unknown')
                 ORDER BY t.parked_at NULLS FIRST, t.id LIMIT 1)) ORDER BY s.id)
            FROM payment_source s JOIN payment_sourcetype k ON k.id = s.source_type_id WHERE s.order_id = o.id)
    FROM order_order o LEFT JOIN accounts_user u ON u.id = o.user_id
"""
OWN: Final = "(o.user_id = %s OR EXISTS (SELECT 1 FROM basket_basket b WHERE b.id = o.basket_id AND b.token_hash = %s))"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who wants to see an order: a login, the holder of a cart's token, of a signed link, or several of these."""

    user_id: int | None = None
    token_hash: str | None = None
    link: str | None = None


def find_order(handle: str, reader: Reader) -> OrderRow | None:
    """The order, if it is the reader's; None else."""
    if reader.link is not None and is_opened(handle, reader.link):
        found = _read("WHERE o.handle = %s", [handle])
    else:
        found = _read(f"WHERE o.handle = %s AND {OWN}", [handle, reader.user_id, reader.token_hash])
    return found[0] if found else None


def find_order_id(handle: str, reader: Reader) -> int | None:
    """The id of the order, if it is the reader's; None else."""
    if reader.link is not None and is_opened(handle, reader.link):
        return id_of_order(handle)
    with connection.cursor() as cursor:
        values = [handle, reader.user_id, reader.token_hash]
        cursor.execute(f"SELECT o.id FROM order_order o WHERE o.handle = %s AND {OWN}", values)
        row = cursor.fetchone()
    return row[0] if row else None


def is_opened(handle: str, token: str) -> bool:
    """Whether the token is that of a signed link to the order."""
    key = link_key(handle)
    return key is not None and opens(token, key, now=timezone.now())


def link_key(handle: str) -> LinkKey | None:
    """What the links of an order are bound to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.handle, o.link_version, COALESCE(u.email, o.guest_email)"
            " FROM order_order o LEFT JOIN accounts_user u ON u.id = o.user_id WHERE o.handle = %s",
            [handle],
        )
        row = cursor.fetchone()
    return LinkKey(*row) if row else None


def id_of_order_by_number(number: str, email: str) -> int | None:
    """The order of that number, if it is that address's; case does not matter."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id FROM order_order o LEFT JOIN accounts_user u ON u.id = o.user_id"
            " WHERE o.number = %s AND lower(COALESCE(u.email, o.guest_email)) = lower(%s)",
            [number.upper(), email],
        )
        row = cursor.fetchone()
    return row[0] if row else None


@dataclass(frozen=True, slots=True)
class Discount:
    """What an offer took off an order; `voucher` is the code of the one that brought it, or empty."""

    name: str
    voucher: str
    amount: Decimal


def discounts_of(order_id: int) -> list[Discount]:
    """What was taken off an order, offer by offer."""
    rows = OrderDiscount.objects.filter(order_id=order_id).order_by("pk")
    return [
        Discount(name, code, amount) for name, code, amount in rows.values_list("offer_name", "voucher_code", "amount")
    ]


def order_by_id(order_id: int) -> OrderRow:
    """An order that is known to exist."""
    return _read("WHERE o.id = %s", [order_id])[0]


def id_of_order(handle: str) -> int | None:
    """The id behind a handle, for staff."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM order_order WHERE handle = %s", [handle])
        row = cursor.fetchone()
    return row[0] if row else None


def money_of(order_id: int) -> tuple[Decimal, Decimal]:
    """What has come for an order, and what of it has been given back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum(amount_debited), 0), COALESCE(sum(amount_refunded), 0)"
            " FROM payment_source WHERE order_id = %s",
            [order_id],
        )
        came, back = cursor.fetchone()
    return came, back


def line_ids(order_id: int, handles: Sequence[str]) -> dict[str, int]:
    """The ids of an order's lines, by handle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT handle, id FROM order_line WHERE order_id = %s AND handle = ANY(%s)", [order_id, list(handles)]
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Sought:
    """Which orders of a list are wanted; None is any. `search` is part of a number or title, or how a SKU begins.

    `email` and `number` (how it begins) are for staff.
    """

    status: str | None = None
    payment_status: str | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    search: str | None = None
    email: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list, and how long all of it is: None above 1,000."""

    orders: list[OrderRow]
    count: int | None
    visible_lines: frozenset[int] | None = field(default=None)  # None where every line may be seen


MAX_COUNT: Final = 1000
# A customer's own orders are few: what the index of their customer finds is looked through.
SEARCH: Final = """(o.number ILIKE %s OR EXISTS (
    SELECT 1 FROM order_line l WHERE l.order_id = o.id AND (l.title ILIKE %s OR l.upc ILIKE %s)))"""


def orders_of(user_id: int, sought: Sought, *, after: tuple[datetime, int] | None, limit: int) -> Page:
    """The login's orders, newest first, from behind `after` (placed at, id)."""
    conditions: list[tuple[str, Any]] = [
        ("o.user_id = %s", user_id),
        ("o.status = %s", sought.status),
        ("o.payment_status = %s", sought.payment_status),
        ("o.date_placed >= %s", sought.placed_from),
        ("o.date_placed < %s", sought.placed_to),
    ]
    where = [condition for condition, value in conditions if value is not None]
    values = [value for _, value in conditions if value is not None]
    if sought.search is not None:
        text = _pattern(sought.search)
        where.append(SEARCH)
        values += [f"%{text}%", f"%{text}%", f"{text}%"]
    counted = f"SELECT count(*) FROM (SELECT 1 FROM order_order o WHERE {' AND '.join(where)} LIMIT {MAX_COUNT + 1}) c"
    with connection.cursor() as cursor:
        cursor.execute(counted, values)
        count = cursor.fetchone()[0]
    if after is not None:
        where.append("(o.date_placed, o.id) < (%s, %s)")
        values.extend(after)
    tail = f"WHERE {' AND '.join(where)} ORDER BY o.date_placed DESC, o.id DESC LIMIT %s"
    return Page(_read(tail, [*values, limit]), count if count <= MAX_COUNT else None)


def _pattern(text: str) -> str:
    """The text for LIKE, its own wildcards taken as they are."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# What staff see


def visible_lines(user: User) -> QuerySet[Line]:
    """The order lines that the user may see, and act on: staff all, partner staff those of their partners."""
    lines: QuerySet[Line] = Line.objects.order_by("pk")
    return lines if user.is_staff else lines.filter(partner__in=partners_of(user))


def visible_orders(user: User) -> QuerySet[Order]:
    """The orders with a line that the user may see, newest first."""
    orders: QuerySet[Order] = Order.objects.order_by("-date_placed", "-pk")
    return orders if user.is_staff else orders.filter(Exists(visible_lines(user).filter(order=OuterRef("pk"))))


def orders_for(user: User, sought: Sought, *, after: tuple[datetime, int] | None, limit: int) -> Page:
    """A page of the orders that a member of staff may see. Partner staff seek by the status of their own lines."""
    found = _sought(user, sought)
    count = found.order_by()[: MAX_COUNT + 1].count()
    if after is not None:
        placed_at, pk = after
        before = Q(date_placed__lt=placed_at) | Q(date_placed=placed_at, pk__lt=pk)
        found = found.filter(before, date_placed__lte=placed_at)
    ids = list(found.values_list("pk", flat=True)[:limit])
    rows = _read("WHERE o.id = ANY(%s) ORDER BY o.date_placed DESC, o.id DESC", [ids]) if ids else []
    return Page(rows, count if count <= MAX_COUNT else None, _lines_seen(user, ids))


def order_for(user: User, handle: str) -> Page:
    """The order of that handle as a page, which is empty where the user may not see it."""
    ids = list(visible_orders(user).filter(handle=handle).values_list("pk", flat=True))
    return Page(_read("WHERE o.id = ANY(%s)", [ids]) if ids else [], len(ids), _lines_seen(user, ids))


def _lines_seen(user: User, order_ids: Collection[int]) -> frozenset[int] | None:
    if user.is_staff:
        return None
    return frozenset(visible_lines(user).filter(order_id__in=order_ids).values_list("pk", flat=True))


def _sought(user: User, sought: Sought) -> QuerySet[Order]:
    orders = visible_orders(user)
    lookups: Mapping[str, Any] = {
        "payment_status": sought.payment_status,
        "date_placed__gte": sought.placed_from,
        "date_placed__lt": sought.placed_to,
        "number__startswith": sought.number,
        "status": sought.status if user.is_staff else None,
    }
    orders = orders.filter(**{lookup: value for lookup, value in lookups.items() if value is not None})
    if sought.status is not None and not user.is_staff:
        lines = visible_lines(user).filter(order=OuterRef("pk"), status=sought.status)
        orders = orders.filter(Exists(lines))
    if sought.email is not None:
        email = sought.email.lower()
        accounts = User.objects.alias(lowered=Lower("email")).filter(lowered=email)
        orders = orders.alias(guest=Lower("guest_email")).filter(Q(guest=email) | Q(user__in=accounts))
    return orders


def _read(tail: str, values: Sequence[Any]) -> list[OrderRow]:
    with connection.cursor() as cursor:
        cursor.execute(f"{ORDERS} {tail}", values)
        return [_order(row) for row in cursor.fetchall()]


def _order(row: Sequence[Any]) -> OrderRow:
    *facts, lines, shipping_address, billing_address, sources = row
    currency = facts[8]
    parts = [
        [_line(line, currency) for line in lines or ()],
        shipping_address,
        billing_address,
        [
            Payment(handle, method, Decimal(allocated), Decimal(debited), Decimal(refunded), live)
            for handle, method, allocated, debited, refunded, live in sources or ()
        ],
    ]
    return OrderRow(*facts, *parts)


def _line(row: Sequence[Any], currency: str) -> OrderLine:
    pk, handle, product_id, title, sku, quantity, *amounts, status, units, options = row
    unit_net, unit_gross, net, gross, before = map(Decimal, amounts)
    return OrderLine(
        id=pk,
        handle=handle,
        product_id=product_id,
        title=title,
        sku=sku,
        quantity=quantity,
        unit=Price(currency, unit_net, unit_gross - unit_net, unit_gross),
        total=Price(currency, net, gross - net, gross),
        discount=before - gross,
        status=status,
        units=units,
        options=options or [],
    )
