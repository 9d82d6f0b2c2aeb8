"""A guest logs in: the cart of his token goes into that of the login."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from forked_apps.partner.reservations import release_reservation
from nexus_shop.core.transactions import transaction

from .errors import CartNotFound
from .filling import fill
from .locking import Locked, lock_of_owner
from .operations import Wanted, delete_lines
from .queries import cart_by_id
from .saving import take_over_saved_lines
from .values import Cart, Changed, Skipped
from .vouchers import MAX_VOUCHERS


@dataclass(frozen=True, slots=True)
class _Source:
    """The token's cart, its row locked."""

    id: int
    status: str


@transaction
def merge_carts(token_hash: str, *, owner_id: int, strategy: str, version: str | None = None) -> Changed:
    """Join the cart of a guest's token into the login's open cart, which is made if there is none.

    Lines by strategy, as far as stock and limits allow (the rest is in the answer's `skipped`), vouchers, notes where
    the login has none, saved lines. Prices stay those that the guest has seen. The token's cart is empty and Merged
    after that; merging it again, or an ordered one, changes no line. What its payment session holds of the stock is
    given back. `version` is that of the login's cart.

    Locks both carts, in primary-key order, then such stock. Raises CartNotFound, StaleVersion.
    """
    source, cart = _lock_both(token_hash, owner_id, version)
    take_over_saved_lines(source.id, owner_id=owner_id)
    skipped = _move(source, cart, strategy) if source.status == "Open" else []
    return Changed(cart.id, cart.is_new, skipped=tuple(skipped))


def _lock_both(token_hash: str, owner_id: int, version: str | None) -> tuple[_Source, Locked]:
    """The token's cart and the login's open one, which gets the next version.

    A login's cart that appears only now is younger than what is locked already: the order of locks holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, owner_id FROM basket_basket"
            " WHERE (token_hash = %s AND owner_id IS NULL) OR (owner_id = %s AND status = 'Open')"
            " ORDER BY id FOR UPDATE",
            [token_hash, owner_id],
        )
        rows = cursor.fetchall()
    source = next((_Source(pk, status) for pk, status, owner in rows if owner is None), None)
    if source is None:
        raise CartNotFound(pointer="/token")
    return source, lock_of_owner(owner_id, version)


def _move(source: _Source, cart: Locked, strategy: str) -> list[Skipped]:
    release_reservation(source.id)  # else the lines would be short of what their own payment session holds
    guests = cart_by_id(source.id)
    wanted = [
        Wanted(line.product_id, line.quantity, {option.code: option.value for option in line.options})
        for line in guests.lines
    ]
    written, skipped = fill(cart, wanted, strategy=strategy)
    _keep_seen_prices(source.id, cart.id, written)
    skipped += _move_vouchers(guests, cart)
    _move_lost(guests, cart)
    delete_lines(source.id)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE basket_basket b SET notes = s.notes FROM basket_basket s"
            " WHERE b.id = %s AND s.id = %s AND b.notes = ''",
            [cart.id, source.id],
        )
        cursor.execute(
            "UPDATE basket_basket SET status = 'Merged', date_merged = clock_timestamp(), notes = '',"
            " version = version + 1 WHERE id = %s",
            [source.id],
        )
    return skipped


def _keep_seen_prices(source_id: int, basket_id: int, references: Collection[str]) -> None:
    """A price that rose since the guest saw it is still to be told."""
    if not references:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE basket_line l SET price_excl_tax = s.price_excl_tax, price_incl_tax = s.price_incl_tax"
            " FROM basket_line s WHERE l.basket_id = %s AND s.basket_id = %s"
            " AND l.line_reference = s.line_reference AND l.line_reference = ANY(%s)",
            [basket_id, source_id, list(references)],
        )


def _move_lost(guests: Cart, cart: Locked) -> None:
    """What the guest has not been told of yet, the login is."""
    if guests.lost:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE basket_lostline SET basket_id = %s WHERE basket_id = %s", [cart.id, guests.id])


def _move_vouchers(guests: Cart, cart: Locked) -> list[Skipped]:
    """Vouchers come along as far as there is room for them."""
    if not guests.voucher_codes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (DELETE FROM basket_basket_vouchers WHERE basket_id = %s RETURNING id, voucher_id)
            INSERT INTO basket_basket_vouchers (basket_id, voucher_id)
            SELECT %s, m.voucher_id FROM moved m
            WHERE m.voucher_id NOT IN (SELECT voucher_id FROM basket_basket_vouchers WHERE basket_id = %s)
            ORDER BY m.id LIMIT greatest(0, %s - (SELECT count(*) FROM basket_basket_vouchers WHERE basket_id = %s))
            """,
            [guests.id, cart.id, cart.id, MAX_VOUCHERS, cart.id],
        )
        cursor.execute(
            "SELECT v.code FROM basket_basket_vouchers b JOIN voucher_voucher v ON v.id = b.voucher_id"
            " WHERE b.basket_id = %s",
            [cart.id],
        )
        there = {code for (code,) in cursor.fetchall()}
    return [Skipped("quantity_limit", voucher=code) for code in guests.voucher_codes if code not in there]
