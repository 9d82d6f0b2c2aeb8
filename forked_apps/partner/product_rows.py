"""Many products at once, by SKU: each row in a transaction of its own, so that none is half written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from forked_apps.catalogue.attributes import ensure_stored
from forked_apps.catalogue.models import Product
from forked_apps.catalogue.stored_products import StoredProduct, stored_products
from nexus_shop.core.errors import DomainError, NotFound, RowNotReached
from nexus_shop.core.rows import CREATED, REFUSED, UNCHANGED, UPDATED, Deadline, RowOutcome, Status, attempted
from nexus_shop.core.transactions import transaction

from .models import StockRecord
from .product_entries import SALE, add_entry, alter_entry, says_anew
from .queries import products_of, stock_records_of

if TYPE_CHECKING:
    from nexus_shop.accounts.models import User

MAX_ROWS: Final = 1000
#: Of a batch up to this size each row waits for its documents; those of a larger one are the worker's.
WITH_DOCUMENTS: Final = 20
CHUNK: Final = 100

Row = Mapping[str, Any]


def put_products(user: "User", rows: Sequence[Row], *, seconds: float | None = None) -> Iterator[RowOutcome]:
    """Make or change a product for each row, which is an entry (as `create_product_of` has it) with a `sku`.

    Sent again a row changes nothing. A new product without a `status` is public. Rows refuse as `create_product_of`
    and `change_product_of` do; NotFound (pointer /sku) for a product that is not the user's to change; RowNotReached
    after so many seconds.
    """
    deadline = Deadline(seconds)
    put = _put_with_documents if len(rows) <= WITH_DOCUMENTS else _put
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        known = _known(user, chunk)
        for row in chunk:
            if deadline.is_over():
                yield RowOutcome(REFUSED, refusal=RowNotReached())
            elif (stored := known.get(row["sku"])) is not None and _is_so(row, *stored):
                yield RowOutcome(UNCHANGED, stored[0].id)
            else:
                held = None if stored is None else stored[0].facts.attributes
                yield attempted(lambda row=row, held=held: _twice(put, user, row, held))  # type: ignore[misc]


def _known(user: "User", rows: Sequence[Row]) -> dict[str, tuple[StoredProduct, list[StockRecord]]]:
    """What is there already, as far as it is the user's: read for the whole chunk."""
    products = stored_products(products_of(user).filter(upc__in=[row["sku"] for row in rows]), limit=CHUNK)
    records: dict[int, list[StockRecord]] = {}
    for record in stock_records_of(user).filter(product__in=[product.id for product in products]):
        records.setdefault(record.product_id, []).append(record)
    return {str(product.facts.sku): (product, records.get(product.id, [])) for product in products}


def _is_so(row: Row, stored: StoredProduct, records: Sequence[StockRecord]) -> bool:
    """Whether all that the row says is so already."""
    if says_anew(stored, row):
        return False
    sale = {column: row[name] for name, column in SALE.items() if name in row}
    if not sale:
        return True
    if len(records) != 1 or "partner" in row:
        return False
    return all(getattr(records[0], column) == value for column, value in sale.items())


def _twice(put: Any, user: "User", row: Row, held: Mapping[str, Any] | None) -> tuple[Status, int]:
    """What was not seen is made; where it is there all the same, a rival's or a stranger's, it is to be changed.

    `held`: the attributes of what was seen.
    """
    ensure_stored(row.get("attributes") or {}, lambda: held or {})
    try:
        done: tuple[Status, int] = put(user, row, is_new=held is None)
    except DomainError:
        if held is not None or not Product.objects.filter(upc=row["sku"]).exists():
            raise
        done = put(user, row)
    return done


def _write(user: "User", row: Row, *, is_new: bool = False) -> tuple[Status, int]:
    seen = Product.objects.filter(upc=row["sku"]).values_list("pk", flat=True)
    product_id = None if is_new else seen.first()
    if product_id is None:
        return CREATED, add_entry(user, row)
    changes = {name: value for name, value in row.items() if name not in {"structure", "parent", "variants"}}
    try:
        is_changed = alter_entry(user, product_id, changes)
    except NotFound as missing:
        raise NotFound(pointer=missing.pointer or "/sku") from None
    return (UPDATED if is_changed else UNCHANGED), product_id


_put = transaction(_write)
_put_with_documents = transaction(before_commit="documents")(_write)
