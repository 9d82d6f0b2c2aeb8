"""Saved for later: lines put aside, of a login on all its devices, or of a guest by the token."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection

from nexus_shop.core.errors import DomainError, NotFound
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import CartNotFound, ProductFacts, ProductUnavailable, QuantityFacts, QuantityLimit
from .limits import Held
from .locking import Locked, changed, is_known, lock, lock_existing, units_of
from .models import line_reference
from .operations import Wanted, add_lines, delete_lines, held_by
from .values import CartRef, Changed

MAX_SAVED: Final = 100
MAX_UNITS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Saved:
    """A line that was put aside; `options`: code -> value."""

    handle: str
    product_id: int
    quantity: int
    options: Mapping[str, Any]
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SavedLines:
    """What somebody has put aside. `own`: stock record id -> units that the payment session of the cart holds."""

    lines: tuple[Saved, ...] = ()
    own: Mapping[int, int] = field(default_factory=dict)


@transaction
def save_line(ref: CartRef, *, line_handle: str, version: str | None = None) -> Changed:
    """Move a line out of the cart to what is saved for later, where an equal one (product and options) grows.

    Locks the cart. Raises NotFound, QuantityLimit, CartNotFound, StaleVersion.
    """
    cart = lock_existing(ref, version=version)
    product_id, quantity, options = _line(cart.id, line_handle)
    _put_aside(_holder(ref, cart), product_id, quantity, options)
    delete_lines(cart.id, handle=line_handle)
    return changed(cart)


@transaction
def restore_saved_line(ref: CartRef, *, handle: str, token: str, version: str | None = None) -> Changed:
    """Move a saved line back into the cart, which is made if there is none.

    Locks the cart. Raises NotFound, what `add_to_cart` raises (then the line stays saved), CartNotFound, CartOrdered,
    StaleVersion.
    """
    cart = lock(ref, token=token, version=version)
    saved = _take(_holder(ref, cart), handle)
    try:
        add_lines(
            cart,
            wanted=[Wanted(saved.product_id, saved.quantity, saved.options)],
            held=Held() if cart.is_new else held_by(cart),
        )
    except NotFound:
        raise ProductUnavailable(ProductFacts(product_ids=[saved.product_id])) from None
    except DomainError as refusal:
        refusal.pointer = None  # the product stands in no body
        raise
    return changed(cart)


@transaction
def forget_saved_line(ref: CartRef, *, handle: str, token: str, version: str | None = None) -> Changed:
    """Throw a saved line away. Locks the cart. Raises NotFound, CartNotFound, CartOrdered, StaleVersion."""
    cart = lock(ref, token=token, version=version)
    _take(_holder(ref, cart), handle)
    return changed(cart)


@transaction_required
def take_over_saved_lines(basket_id: int, *, owner_id: int) -> None:
    """Give a login what a guest has saved, as far as there is room; the guest keeps nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (DELETE FROM basket_savedline WHERE basket_id = %(basket)s RETURNING *)
            INSERT INTO basket_savedline AS s (owner_id, product_id, reference, quantity, options)
            SELECT %(owner)s, m.product_id, m.reference, m.quantity, m.options FROM moved m
            WHERE EXISTS (SELECT 1 FROM basket_savedline o WHERE o.owner_id = %(owner)s AND o.reference = m.reference)
               OR m.id IN (
                   SELECT n.id FROM moved n WHERE NOT EXISTS (
                       SELECT 1 FROM basket_savedline o WHERE o.owner_id = %(owner)s AND o.reference = n.reference)
                   ORDER BY n.id LIMIT greatest(0, %(limit)s - (
                       SELECT count(*) FROM basket_savedline o WHERE o.owner_id = %(owner)s)))
            ORDER BY m.id
            ON CONFLICT (owner_id, reference) DO UPDATE
                SET quantity = LEAST(s.quantity + excluded.quantity, %(units)s), date_updated = clock_timestamp()
            """,
            {"basket": basket_id, "owner": owner_id, "limit": MAX_SAVED, "units": MAX_UNITS},
        )


def saved_lines_of(ref: CartRef) -> SavedLines:
    """What the login, or the holder of the token, has saved, newest first; the cart may be ordered by now.

    Raises CartNotFound for an unknown token.
    """
    if ref.owner_id is None and (ref.token_hash is None or not is_known(ref.token_hash)):
        if ref.token_hash is None:
            return SavedLines()
        raise CartNotFound
    condition, cart, value = (
        ("owner_id = %(value)s", "owner_id = %(value)s AND status = 'Open'", ref.owner_id)
        if ref.owner_id is not None
        else (
            "basket_id = (SELECT id FROM basket_basket WHERE token_hash = %(value)s)",
            "token_hash = %(value)s",
            ref.token_hash,
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT handle, product_id, quantity, options::json, date_updated,"
            " (SELECT json_object_agg(r.stock_record_id, r.quantity) FROM partner_stockreservation r"
            f"  WHERE r.basket_id = (SELECT id FROM basket_basket WHERE {cart}))"
            f" FROM basket_savedline WHERE {condition} ORDER BY id DESC",
            {"value": value},
        )
        rows = cursor.fetchall()
    own = rows[0][-1] if rows else None
    return SavedLines(tuple(Saved(*row[:-1]) for row in rows), units_of(own))


def _holder(ref: CartRef, cart: Locked) -> tuple[str, int]:
    """The column and value that say whose a saved line is."""
    return ("owner_id", ref.owner_id) if ref.owner_id is not None else ("basket_id", cart.id)


def _line(basket_id: int, handle: str) -> tuple[int, int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.product_id, l.quantity, (SELECT json_object_agg(o.code, a.value) FROM basket_lineattribute a"
            " JOIN catalogue_option o ON o.id = a.option_id WHERE a.line_id = l.id)"
            " FROM basket_line l WHERE l.basket_id = %s AND l.handle = %s",
            [basket_id, handle],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound(pointer="/item")
    return row[0], row[1], row[2] or {}


def _put_aside(holder: tuple[str, int], product_id: int, quantity: int, options: Mapping[str, Any]) -> None:
    column, value = holder
    reference = line_reference(product_id, 0, list(options.items()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO basket_savedline AS s ({column}, product_id, reference, quantity, options)
            SELECT %s, %s, %s, %s, %s::jsonb
            WHERE (SELECT count(*) FROM basket_savedline WHERE {column} = %s AND reference <> %s) < %s
            ON CONFLICT ({column}, reference) DO UPDATE
                SET quantity = LEAST(s.quantity + excluded.quantity, %s), date_updated = clock_timestamp()
            """,
            [
                *(value, product_id, reference, quantity, json.dumps(dict(options))),
                *(value, reference, MAX_SAVED, MAX_UNITS),
            ],
        )
        if not cursor.rowcount:
            raise QuantityLimit(QuantityFacts(limit=MAX_SAVED), pointer="/item")


def _take(holder: tuple[str, int], handle: str) -> Saved:
    """Delete a saved line. Raises NotFound for one that is not the holder's."""
    column, value = holder
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM basket_savedline WHERE {column} = %s AND handle = %s"
            " RETURNING handle, product_id, quantity, options::json, date_updated",
            [value, handle],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return Saved(*row)
