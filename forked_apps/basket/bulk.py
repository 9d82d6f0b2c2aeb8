"""Many products at once, by SKU: all rows or none, or as many as can be had.

As many statements for 100 rows as for one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from forked_apps.partner.errors import InsufficientStock
from forked_apps.partner.queries import Article, articles
from nexus_shop.core.errors import DomainError, NotFound
from nexus_shop.core.transactions import transaction

from .errors import InvalidOption, QuantityLimit, RowFacts, RowsRefused
from .limits import Held
from .locking import changed, lock
from .operations import Entry, Wanted, entry_of, held_by, joined, write_lines
from .rows import Row
from .values import CartRef, Changed, RowResult


@transaction
def add_rows_to_cart(
    ref: CartRef, *, rows: Sequence[Row], token: str, is_partial: bool = False, version: str | None = None
) -> Changed:
    """Put the rows into the cart; what became of each is in the answer's `rows`.

    Locks the cart. Raises RowsRefused with every row that cannot be had, unless `is_partial`; and CartNotFound,
    CartOrdered, StaleVersion.
    """
    cart = lock(ref, token=token, version=version)
    ids = _product_ids([row.sku for row in rows if not row.fault])
    found = articles(list(ids.values()), currency=cart.currency)
    held = Held() if cart.is_new else held_by(cart)
    entries: list[tuple[str, Entry]] = []
    results = [_result(row, ids, found, held, entries) for row in rows]
    refused = [result for result in results if result.code]
    if refused and not is_partial:
        raise RowsRefused(RowFacts(rows=[_facts(result) for result in refused]))
    write_lines(cart, entries=joined(entries))
    return replace(changed(cart), rows=tuple(results))


def _result(
    row: Row, ids: Mapping[str, int], found: Mapping[int, Article], held: Held, entries: list[tuple[str, Entry]]
) -> RowResult:
    """What becomes of the row; one that can be had is added to `entries` and to `held`."""
    if row.fault:
        return RowResult(row.number, row.sku, row.fault, row.pointer)
    if row.sku not in ids:
        return RowResult(row.number, row.sku, "unknown_sku", row.pointer)
    try:
        entries.append(entry_of(Wanted(ids[row.sku], row.quantity, row.options, row.pointer), found=found, held=held))
    except NotFound:  # withdrawn: for a shopper there is no such thing
        return RowResult(row.number, row.sku, "unknown_sku", row.pointer)
    except DomainError as refusal:
        return RowResult(row.number, row.sku, refusal.code, row.pointer, **_said(refusal))
    return RowResult(row.number, row.sku)


def _said(refusal: DomainError) -> dict[str, Any]:
    """What adding the row alone would be told, but for the product, which the row names."""
    if isinstance(refusal, InsufficientStock):
        return {"available": refusal.facts.shortages[0].available}
    return dict(refusal.details()) if isinstance(refusal, InvalidOption | QuantityLimit) else {}


def _facts(result: RowResult) -> dict[str, object]:
    place = {"row": result.row, "pointer": result.pointer, "sku": result.sku, "code": result.code}
    return place | result.facts


def _product_ids(skus: Sequence[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT upc, id FROM catalogue_product WHERE upc = ANY(%s)", [list(skus)])
        return dict(cursor.fetchall())
