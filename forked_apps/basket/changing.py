"""The shopper's notes, and what he accepts of what has changed by itself."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from django.db import connection

from nexus_shop.core.transactions import transaction

from .locking import changed, lock_or_follow
from .operations import prices_of
from .queries import cart_by_id, priced
from .values import CartRef, Changed, PricedCart, PricedLine, Problem

#: Codes of a cart's problems, each of which can be accepted.
ACCEPTABLE: Final = (
    "price_changed",
    "insufficient_stock",
    "product_unavailable",
    "product_removed",
    "invalid_option",
    "voucher_invalid",
    "voucher_not_applicable",
)
#: Those that take the line out.
REMOVING: Final = ("product_unavailable", "invalid_option")


@transaction
def change_cart(
    ref: CartRef,
    *,
    notes: str | None = None,
    accept: Collection[str] = (),
    token: str = "",
    version: str | None = None,
) -> Changed:
    """Keep the notes, and accept problems by their code: take prices of now as seen, lower quantities to what is free
    (none left removes the line), remove what is not sold any more or not with its options, forget what is gone
    already, remove vouchers that do not count or do nothing.

    Locks the cart. Raises NotFound where there is none, CartNotFound, CartOrdered, StaleVersion.
    """
    cart = lock_or_follow(ref, token=token, version=version)
    if notes is not None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE basket_basket SET notes = %s WHERE id = %s", [notes, cart.id])
    if accept:
        _accept(cart.id, priced(cart_by_id(cart.id)), set(accept))
    return changed(cart)


def _accept(basket_id: int, seen: PricedCart, codes: set[str]) -> None:
    problems = [problem for problem in seen.problems if problem.code in codes]
    gone = {problem.line for problem in problems if problem.code in REMOVING}
    lines = [line for line in seen.lines if line.line.handle not in gone]
    if "insufficient_stock" in codes:
        lines = _lowered(lines)
    new_prices = {problem.line for problem in problems if problem.code == "price_changed"}
    before = {line.line.handle: line.line.quantity for line in seen.lines}
    kept = [line for line in lines if line.line.quantity]
    _delete(basket_id, [handle for handle in before if handle not in {line.line.handle for line in kept}])
    _set_quantities(basket_id, [line for line in kept if line.line.quantity != before[line.line.handle]])
    _set_prices(basket_id, [line for line in kept if line.line.handle in new_prices])
    if any(problem.code == "product_removed" for problem in problems):
        _forget_lost(basket_id)
    _remove_vouchers(basket_id, [problem for problem in problems if "voucher" in problem.detail])


def _lowered(lines: Sequence[PricedLine]) -> list[PricedLine]:
    """Lines of one stock record share what is free of it, the older ones first; 0 is a line with nothing left."""
    left: dict[int, int] = {}
    lowered = []
    for priced_line in lines:
        line = priced_line.line
        quantity = line.quantity
        if line.tracks_stock and line.is_sold:
            quantity = min(quantity, left.get(line.stock.id, line.stock.free))
            left[line.stock.id] = left.get(line.stock.id, line.stock.free) - quantity
        lowered.append(replace(priced_line, line=replace(line, quantity=quantity)))
    return lowered


def _delete(basket_id: int, handles: Sequence[str]) -> None:
    if not handles:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM basket_line WHERE basket_id = %s AND handle = ANY(%s) RETURNING id)"
            " DELETE FROM basket_lineattribute WHERE line_id IN (SELECT id FROM gone)",
            [basket_id, list(handles)],
        )


def _set_quantities(basket_id: int, lines: Sequence[PricedLine]) -> None:
    if not lines:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE basket_line l SET quantity = w.quantity, date_updated = clock_timestamp()"
            " FROM unnest(%s::text[], %s::int[]) AS w(handle, quantity)"
            " WHERE l.basket_id = %s AND l.handle = w.handle",
            [[line.line.handle for line in lines], [line.line.quantity for line in lines], basket_id],
        )


def _set_prices(basket_id: int, lines: Sequence[PricedLine]) -> None:
    units = [
        (line.line.handle, *prices_of(line.line.stock, options=line.line.options))
        for line in lines
        if line.line.stock.price is not None
    ]
    if not units:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE basket_line l SET price_excl_tax = w.net, price_incl_tax = w.gross,"
            " date_updated = clock_timestamp()"
            " FROM unnest(%s::text[], %s::numeric[], %s::numeric[]) AS w(handle, net, gross)"
            " WHERE l.basket_id = %s AND l.handle = w.handle",
            [*([unit[place] for unit in units] for place in range(3)), basket_id],
        )


def _forget_lost(basket_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM basket_lostline WHERE basket_id = %s", [basket_id])


def _remove_vouchers(basket_id: int, problems: Sequence[Problem]) -> None:
    if not problems:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM basket_basket_vouchers WHERE basket_id = %s"
            " AND voucher_id IN (SELECT id FROM voucher_voucher WHERE code = ANY(%s))",
            [basket_id, [problem.detail["voucher"] for problem in problems]],
        )
