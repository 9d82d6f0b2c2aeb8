"""Stock and prices: promise, take back, ship, adjust, price.

Allocations move by one guarded statement each; several rows are locked first, in primary-key order. A CHECK constraint
says the same again. Figures are units; amounts are as entered, in the record's currency.
"""

from collections.abc import Mapping
from decimal import Decimal

from django.db import connection

from nexus_shop.core.errors import NotFound
from nexus_shop.core.events import publish
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import InsufficientStock, Shortage, Shortages, StockBelowAllocation, StockFacts
from .events import PriceChanged, StockAdjusted
from .models import StockRecord

Quantities = Mapping[int, int]

ALLOCATE = """
    UPDATE partner_stockrecord s
    SET num_allocated = COALESCE(s.num_allocated, 0) + w.quantity, date_updated = clock_timestamp()
    FROM unnest(%s::bigint[], %s::int[]) AS w(id, quantity)
    WHERE s.id = w.id AND s.num_in_stock - COALESCE(s.num_allocated, 0) >= w.quantity
    RETURNING s.id
"""
RELEASE = """
    UPDATE partner_stockrecord s
    SET num_allocated = s.num_allocated - w.quantity, date_updated = clock_timestamp()
    FROM unnest(%s::bigint[], %s::int[]) AS w(id, quantity)
    WHERE s.id = w.id AND s.num_allocated >= w.quantity
    RETURNING s.id
"""
CONSUME = """
    UPDATE partner_stockrecord s
    SET num_allocated = s.num_allocated - w.quantity, num_in_stock = s.num_in_stock - w.quantity,
        date_updated = clock_timestamp()
    FROM unnest(%s::bigint[], %s::int[]) AS w(id, quantity)
    WHERE s.id = w.id AND s.num_allocated >= w.quantity AND s.num_in_stock >= w.quantity
    RETURNING s.id
"""
RETURN = """
    UPDATE partner_stockrecord s
    SET num_in_stock = COALESCE(s.num_in_stock, 0) + w.quantity, date_updated = clock_timestamp()
    FROM unnest(%s::bigint[], %s::int[]) AS w(id, quantity)
    WHERE s.id = w.id AND EXISTS (
        SELECT 1 FROM catalogue_product p LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
        LEFT JOIN catalogue_productclass k ON k.id = COALESCE(p.product_class_id, parent.product_class_id)
        WHERE p.id = s.product_id AND COALESCE(k.track_stock, true))
    RETURNING s.id
"""


@transaction_required
def allocate_stock(quantities: Quantities) -> None:
    """Promise units to an order, all or none. `quantities`: stock record id -> units, of products that track stock.

    Locks the stock records in primary-key order. Raises InsufficientStock with every shortage.
    """
    short = _move(ALLOCATE, quantities)
    if short:
        raise InsufficientStock(Shortages(shortages_of({pk: quantities[pk] for pk in short})))


@transaction_required
def release_stock(quantities: Quantities) -> None:
    """Take promises back: the reverse of `allocate_stock`, with the same locks.

    Raises RuntimeError when more is released than was promised: then the caller's books are wrong.
    """
    short = _move(RELEASE, quantities)
    if short:
        raise RuntimeError(f"stock records {short} have fewer units allocated than are to be released")


@transaction_required
def consume_stock(quantities: Quantities) -> None:
    """Ship promised units: they leave the promise and the shelf, with the same locks.

    Raises RuntimeError when fewer units were promised.
    """
    short = _move(CONSUME, quantities)
    if short:
        raise RuntimeError(f"stock records {short} have fewer units allocated than are to be shipped")


@transaction_required
def return_stock(quantities: Quantities) -> None:
    """Put returned units back on the shelf, with the same locks. What does not track stock is left out."""
    _move(RETURN, quantities)


def _move(statement: str, quantities: Quantities) -> list[int]:
    """Run the guarded statement for all rows; returns the ids that its guard refused."""
    if any(quantity < 1 for quantity in quantities.values()):
        raise ValueError("quantities are positive")
    ids = sorted(quantities)
    if not ids:
        return []
    with connection.cursor() as cursor:
        if len(ids) > 1:
            cursor.execute("SELECT id FROM partner_stockrecord WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
        cursor.execute(statement, [ids, [quantities[pk] for pk in ids]])
        moved = {row[0] for row in cursor.fetchall()}
    return [pk for pk in ids if pk not in moved]


def shortages_of(quantities: Quantities) -> list[Shortage]:
    """What is free of the given stock records beside what was asked for."""
    records = StockRecord.objects.filter(pk__in=quantities).select_related("product").order_by("pk")
    return [
        Shortage(record.product_id, record.product.upc, quantities[record.pk], max(0, record.net_stock_level))
        for record in records
    ]


@transaction(before_commit="documents")
def adjust_stock(stock_record_id: int, *, num_in_stock: int, changed_by: int | None, reason: str) -> None:
    """Set the number in stock. Locks the stock record.

    Raises NotFound, StockBelowAllocation. Publishes StockAdjusted if the figure is another.
    """
    set_stock(stock_record_id, num_in_stock=num_in_stock, changed_by=changed_by, reason=reason)


@transaction_required
def set_stock(stock_record_id: int, *, num_in_stock: int, changed_by: int | None, reason: str) -> None:
    """`adjust_stock` inside the caller's transaction."""
    record = _locked(stock_record_id)
    if num_in_stock == record.num_in_stock:
        return
    if num_in_stock < (record.num_allocated or 0):
        raise StockBelowAllocation(StockFacts(allocated=record.num_allocated or 0))
    old = record.num_in_stock
    record.num_in_stock = num_in_stock
    record.save(update_fields=["num_in_stock", "date_updated"])
    publish(
        StockAdjusted(
            stock_record_id=record.pk,
            product_id=record.product_id,
            old_num_in_stock=old,
            new_num_in_stock=num_in_stock,
            changed_by=changed_by,
            reason=reason,
        )
    )


@transaction(before_commit="documents")
def change_price(
    stock_record_id: int, *, price: Decimal | None, list_price: Decimal | None, changed_by: int | None, reason: str
) -> None:
    """Set price and list price. Locks the stock record. Raises NotFound. Publishes PriceChanged if one is another."""
    set_price(stock_record_id, price=price, list_price=list_price, changed_by=changed_by, reason=reason)


@transaction_required
def set_price(
    stock_record_id: int, *, price: Decimal | None, list_price: Decimal | None, changed_by: int | None, reason: str
) -> None:
    """`change_price` inside the caller's transaction."""
    record = _locked(stock_record_id)
    if (price, list_price) == (record.price, record.list_price):
        return
    old = (record.price, record.list_price)
    record.price, record.list_price = price, list_price
    record.save(update_fields=["price", "list_price", "date_updated"])
    publish(
        PriceChanged(
            stock_record_id=record.pk,
            product_id=record.product_id,
            currency=record.price_currency,
            old_price=_text(old[0]),
            new_price=_text(price),
            old_list_price=_text(old[1]),
            new_list_price=_text(list_price),
            changed_by=changed_by,
            reason=reason,
        )
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _locked(stock_record_id: int) -> StockRecord:
    record = StockRecord.objects.select_for_update().filter(pk=stock_record_id).first()
    if record is None:
        raise NotFound
    return record
