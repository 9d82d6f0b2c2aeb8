"""Stock and prices: promise, take back, ship, adjust, price.

Allocations move by one guarded statement each; several rows are locked first, in primary-key order. A CHECK constraint
says the same again, and triggers write the ledger. Figures are units; amounts are as entered, in the record's currency.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from forked_apps.catalogue.fields import refused
from nexus_shop.core.days import OUTSIDE, is_within_calendar
from nexus_shop.core.errors import NotFound
from nexus_shop.core.events import publish, publish_all
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import (
    InsufficientStock,
    Shortage,
    Shortages,
    StockBelowAllocation,
    StockChanged,
    StockFacts,
    StockFigure,
    StockNotArrived,
    StockOutOfRange,
)
from .events import AvailabilityChanged, PriceChanged, StockAdjusted, StockLow, StockReplenished
from .models import StockMovement, StockRecord

Quantities = Mapping[int, int]

MAX_FIGURE: Final = 2**31 - 1
TERMS: Final = frozenset({"backorder_limit", "expected_on", "is_preorder", "low_stock_threshold"})

_LEVEL: Final = """
    RETURNING s.id, s.product_id, s.low_stock_threshold, s.backorder_limit,
              COALESCE(s.num_in_stock, 0)::bigint - COALESCE(s.num_allocated, 0), w.quantity
"""
ALLOCATE: Final = f"""
    UPDATE partner_stockrecord s
    SET num_allocated = COALESCE(s.num_allocated, 0) + w.quantity, date_updated = clock_timestamp()
    FROM unnest(%(ids)s::bigint[], %(quantities)s::int[]) AS w(id, quantity)
    WHERE s.id = w.id
      AND COALESCE(s.num_in_stock, 0)::bigint + s.backorder_limit - COALESCE(s.num_allocated, 0) >= w.quantity
    {_LEVEL}
"""
RELEASE: Final = f"""
    UPDATE partner_stockrecord s
    SET num_allocated = s.num_allocated - w.quantity, date_updated = clock_timestamp()
    FROM unnest(%(ids)s::bigint[], %(quantities)s::int[]) AS w(id, quantity)
    WHERE s.id = w.id AND s.num_allocated >= w.quantity
    {_LEVEL}
"""
CONSUME: Final = f"""
    WITH said AS MATERIALIZED (SELECT set_config('nexus.stock_change', %(why)s, true) AS why)
    UPDATE partner_stockrecord s
    SET num_allocated = s.num_allocated - w.quantity, num_in_stock = s.num_in_stock - w.quantity,
        date_updated = clock_timestamp()
    FROM unnest(%(ids)s::bigint[], %(quantities)s::int[]) AS w(id, quantity), said
    WHERE s.id = w.id AND s.num_allocated >= w.quantity AND s.num_in_stock >= w.quantity AND said.why IS NOT NULL
    {_LEVEL}
"""
RETURN: Final = f"""
    WITH said AS MATERIALIZED (SELECT set_config('nexus.stock_change', %(why)s, true) AS why)
    UPDATE partner_stockrecord s
    SET num_in_stock = COALESCE(s.num_in_stock, 0) + w.quantity, date_updated = clock_timestamp()
    FROM unnest(%(ids)s::bigint[], %(quantities)s::int[]) AS w(id, quantity), said
    WHERE s.id = w.id AND said.why IS NOT NULL
    {_LEVEL}
"""
TRACKED: Final = """
    SELECT s.id FROM partner_stockrecord s JOIN catalogue_product p ON p.id = s.product_id
    LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    LEFT JOIN catalogue_productclass k ON k.id = COALESCE(p.product_class_id, parent.product_class_id)
    WHERE s.id = ANY(%s) AND COALESCE(k.track_stock, true)
"""
SET_STOCK: Final = """
    WITH said AS MATERIALIZED (SELECT set_config('nexus.stock_change', %(why)s, true) AS why)
    UPDATE partner_stockrecord s SET num_in_stock = %(figure)s, date_updated = clock_timestamp()
    FROM said WHERE s.id = %(id)s AND said.why IS NOT NULL
"""
SET_PRICES: Final = """
    WITH said AS MATERIALIZED (SELECT set_config('nexus.price_change', %(why)s, true) AS why)
    UPDATE partner_stockrecord s
    SET price = %(price)s, list_price = %(list_price)s, date_updated = clock_timestamp()
    FROM said WHERE s.id = %(id)s AND said.why IS NOT NULL
"""
# What a move does to the units that are on the shelf and promised to nobody: shipping what was promised changes none.
_NET: Final = {ALLOCATE: -1, RELEASE: 1, CONSUME: 0, RETURN: 1}


@dataclass(frozen=True, slots=True)
class _Level:
    """Units on the shelf that nobody was promised (below zero where backorders wait), and what they are held to."""

    net: int
    backorder_limit: int
    threshold: int | None

    @property
    def is_low(self) -> bool:
        return self.threshold is not None and self.net < self.threshold

    @property
    def is_available(self) -> bool:
        return self.net + self.backorder_limit > 0


@transaction_required
def allocate_stock(quantities: Quantities) -> None:
    """Promise units to an order, all or none. `quantities`: stock record id -> units, of products that track stock.

    Up to the backorder limit more than there are. Locks the stock records in primary-key order. Raises
    InsufficientStock with every shortage. Publishes StockLow and AvailabilityChanged where that is crossed.
    """
    short = _move(ALLOCATE, quantities)
    if short:
        raise InsufficientStock(Shortages(shortages_of({pk: quantities[pk] for pk in short})))


@transaction_required
def release_stock(quantities: Quantities) -> None:
    """Take promises back: the reverse of `allocate_stock`, with the same locks.

    Raises RuntimeError when more is released than was promised: then the caller's books are wrong. Publishes
    StockReplenished and AvailabilityChanged where that is crossed.
    """
    short = _move(RELEASE, quantities)
    if short:
        raise RuntimeError(f"stock records {short} have fewer units allocated than are to be released")


@transaction_required
def consume_stock(quantities: Quantities, *, order_id: int | None = None, changed_by: int | None = None) -> None:
    """Ship promised units: they leave the promise and the shelf, with the same locks.

    Raises StockNotArrived with every shortage where fewer lie on the shelf (backorders), RuntimeError when fewer were
    promised.
    """
    short = _move(CONSUME, quantities, _why("shipment", "", changed_by, order_id))
    if not short:
        return
    records = StockRecord.objects.filter(pk__in=short).select_related("product").order_by("pk")
    unpromised = [record.pk for record in records if (record.num_allocated or 0) < quantities[record.pk]]
    if unpromised or len(records) < len(short):
        raise RuntimeError(f"stock records {short} have fewer units allocated than are to be shipped")
    raise StockNotArrived(Shortages([_shortage(each, quantities[each.pk], each.num_in_stock or 0) for each in records]))


@transaction_required
def return_stock(quantities: Quantities, *, order_id: int | None = None, changed_by: int | None = None) -> None:
    """Put returned units back on the shelf, with the same locks. What does not track stock is left out.

    Publishes StockReplenished and AvailabilityChanged where that is crossed.
    """
    with connection.cursor() as cursor:
        cursor.execute(TRACKED, [list(quantities)])
        tracked = {row[0]: quantities[row[0]] for row in cursor.fetchall()}
    _move(RETURN, tracked, _why("return", "", changed_by, order_id))


def _move(statement: str, quantities: Quantities, why: str = "") -> list[int]:
    """Run the guarded statement for all rows; returns the ids that its guard refused."""
    if any(quantity < 1 for quantity in quantities.values()):
        raise ValueError("quantities are positive")
    ids = sorted(quantities)
    if not ids:
        return []
    with connection.cursor() as cursor:
        if len(ids) > 1:
            cursor.execute("SELECT id FROM partner_stockrecord WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
        cursor.execute(statement, {"ids": ids, "quantities": [quantities[pk] for pk in ids], "why": why})
        moved = {row[0]: row[1:] for row in cursor.fetchall()}
    refused = [pk for pk in ids if pk not in moved]
    if not refused:  # else the caller rolls back
        for pk, (product_id, threshold, limit, net, quantity) in sorted(moved.items()):
            before = _Level(net - _NET[statement] * quantity, limit, threshold)
            _announce(pk, product_id, before, _Level(net, limit, threshold))
    return refused


def _announce(stock_record_id: int, product_id: int, before: _Level, after: _Level) -> None:
    """Publish what was crossed, once for each crossing: the row is locked."""
    if before.is_low != after.is_low:
        if after.is_low:
            publish(StockLow(stock_record_id=stock_record_id, product_id=product_id))
        else:
            publish(StockReplenished(stock_record_id=stock_record_id, product_id=product_id))
    if before.is_available != after.is_available:
        publish(
            AvailabilityChanged(stock_record_id=stock_record_id, product_id=product_id, is_available=after.is_available)
        )


def shortages_of(quantities: Quantities) -> list[Shortage]:
    """What is free of the given stock records beside what was asked for."""
    records = StockRecord.objects.filter(pk__in=quantities).select_related("product").order_by("pk")
    return [_shortage(record, quantities[record.pk], record.as_stock().free) for record in records]


def _shortage(record: StockRecord, requested: int, available: int) -> Shortage:
    return Shortage(record.product_id, record.product.upc, requested, available)


def _why(kind: str, reason: str, changed_by: int | None, order_id: int | None = None) -> str:
    """What the ledger's triggers read."""
    return json.dumps({"kind": kind, "reason": reason, "by": changed_by, "order": order_id})


@transaction_required
def explain_stock(reason: str, *, changed_by: int | None) -> None:
    """Say why the next statement writes, or deletes, stock records: the ledgers have first and last figures too.

    Who deletes calls `end_records`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('nexus.stock_change', %(why)s, true), set_config('nexus.price_change', %(why)s, true)",
            {"why": _why("initial", reason, changed_by)},
        )


@transaction_required
def open_records(records: Sequence[StockRecord], *, changed_by: int | None, reason: str) -> None:
    """Write new stock records with their first figures. Publishes PriceChanged for each that has a price."""
    explain_stock(reason, changed_by=changed_by)
    StockRecord.objects.bulk_create(records)
    priced = [record for record in records if record.price is not None]
    facts = [_price_facts(each, old=(None, None), changed_by=changed_by, reason=reason) for each in priced]
    publish_all([PriceChanged(**each) for each in facts])


@transaction_required
def end_records(records: Sequence[StockRecord], *, changed_by: int | None, reason: str) -> None:
    """Say why the next statement deletes these locked stock records, and tell what their ledgers then say.

    Publishes PriceChanged for each that had a price or list price: it has none now; StockAdjusted for each that had
    stock: it is 0.
    """
    explain_stock(reason, changed_by=changed_by)
    events: list[PriceChanged | StockAdjusted] = []
    for record in records:
        old = (record.price, record.list_price)
        if old != (None, None):
            record.price = record.list_price = None
            events.append(PriceChanged(**_price_facts(record, old=old, changed_by=changed_by, reason=reason)))
        if record.num_in_stock:
            events.append(StockAdjusted(**_stock_facts(record, new=0, changed_by=changed_by, reason=reason)))
    publish_all(events)


@transaction(before_commit="documents")
def adjust_stock(
    stock_record_id: int,
    *,
    num_in_stock: int | None = None,
    delta: int | None = None,
    expected: int | None = None,
    changed_by: int | None,
    reason: str,
    kind: str = StockMovement.Kind.ADJUSTMENT,
) -> None:
    """Set the number in stock, or change it by `delta`. `expected`, where given, is the figure that the caller saw.

    Locks the stock record. Raises NotFound, StockChanged (with the figure of now), StockBelowAllocation,
    StockOutOfRange; then nothing has changed. Publishes StockAdjusted if the figure is another, and what was crossed:
    StockLow, StockReplenished, AvailabilityChanged.
    """
    set_stock(
        stock_record_id,
        num_in_stock=num_in_stock,
        delta=delta,
        expected=expected,
        changed_by=changed_by,
        reason=reason,
        kind=kind,
    )


@transaction_required
def set_stock(
    stock_record_id: int,
    *,
    num_in_stock: int | None = None,
    delta: int | None = None,
    expected: int | None = None,
    changed_by: int | None,
    reason: str,
    kind: str = StockMovement.Kind.ADJUSTMENT,
) -> None:
    """`adjust_stock` inside the caller's transaction. Pointers have the names of the arguments."""
    if (num_in_stock is None) == (delta is None):
        raise ValueError("a figure or a change of it")
    record = _locked(stock_record_id)
    old, allocated = record.num_in_stock, record.num_allocated or 0
    if expected is not None and expected != (old or 0):
        raise StockChanged(StockFigure(num_in_stock=old or 0, num_allocated=allocated), pointer="/expected")
    said = "/num_in_stock" if delta is None else "/delta"
    new = (old or 0) + delta if delta is not None else num_in_stock
    if new == old:
        return
    assert new is not None
    if not 0 <= new <= MAX_FIGURE:
        raise StockOutOfRange(StockFigure(num_in_stock=old or 0, num_allocated=allocated), pointer=said)
    if new + record.backorder_limit < allocated:
        raise StockBelowAllocation(StockFacts(allocated=allocated), pointer=said)
    before = _level(record)
    with connection.cursor() as cursor:
        cursor.execute(SET_STOCK, {"id": record.pk, "figure": new, "why": _why(kind, reason, changed_by)})
    publish(StockAdjusted(**_stock_facts(record, new=new, changed_by=changed_by, reason=reason)))
    record.num_in_stock = new
    _announce(record.pk, record.product_id, before, _level(record))


def _stock_facts(record: StockRecord, *, new: int, changed_by: int | None, reason: str) -> dict[str, Any]:
    return {
        "stock_record_id": record.pk,
        "product_id": record.product_id,
        "old_num_in_stock": record.num_in_stock,
        "new_num_in_stock": new,
        "changed_by": changed_by,
        "reason": reason,
    }


@transaction(before_commit="documents")
def change_terms(stock_record_id: int, *, changes: Mapping[str, Any]) -> None:
    """Change how a stock record is sold and watched: the names of TERMS that `changes` has.

    Locks the stock record. Raises NotFound, ValueRefused for a day that nobody can mean, StockBelowAllocation where
    fewer backorders are let in than wait. Publishes StockLow, StockReplenished, AvailabilityChanged where that is
    crossed.
    """
    set_terms(stock_record_id, changes=changes)


@transaction_required
def set_terms(stock_record_id: int, *, changes: Mapping[str, Any]) -> None:
    """`change_terms` inside the caller's transaction."""
    if not TERMS.issuperset(changes):
        raise ValueError(f"{sorted(set(changes) - TERMS)} are no terms")
    record = _locked(stock_record_id)
    changed = {name: value for name, value in changes.items() if getattr(record, name) != value}
    if not changed:
        return
    before = _level(record)
    check_terms(changed)
    for name, value in changed.items():
        setattr(record, name, value)
    if (record.num_in_stock or 0) + record.backorder_limit < (record.num_allocated or 0):
        raise StockBelowAllocation(StockFacts(allocated=record.num_allocated or 0), pointer="/backorder_limit")
    record.save(update_fields=[*changed, "date_updated"])
    _announce(record.pk, record.product_id, before, _level(record))


def check_terms(terms: Mapping[str, Any]) -> None:
    """Raise ValueRefused for a day of delivery that nobody can mean."""
    day = terms.get("expected_on")
    if day is not None and not is_within_calendar(day):
        raise refused(OUTSIDE, "/expected_on")


def _level(record: StockRecord) -> _Level:
    return _Level(
        (record.num_in_stock or 0) - (record.num_allocated or 0), record.backorder_limit, record.low_stock_threshold
    )


@transaction(before_commit="documents")
def change_price(
    stock_record_id: int, *, price: Decimal | None, list_price: Decimal | None, changed_by: int | None, reason: str
) -> None:
    """Set price and list price: the one operation that does. The ledger says who, when and why.

    Locks the stock record. Raises NotFound. Publishes PriceChanged if one is another.
    """
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
    why = json.dumps({"reason": reason, "by": changed_by})
    with connection.cursor() as cursor:
        cursor.execute(SET_PRICES, {"id": record.pk, "price": price, "list_price": list_price, "why": why})
    record.price, record.list_price = price, list_price
    publish(PriceChanged(**_price_facts(record, old=old, changed_by=changed_by, reason=reason)))


def _price_facts(
    record: StockRecord, *, old: tuple[Decimal | None, Decimal | None], changed_by: int | None, reason: str
) -> dict[str, Any]:
    return {
        "stock_record_id": record.pk,
        "product_id": record.product_id,
        "currency": record.price_currency,
        "old_price": _text(old[0]),
        "new_price": _text(record.price),
        "old_list_price": _text(old[1]),
        "new_list_price": _text(record.list_price),
        "changed_by": changed_by,
        "reason": reason,
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _locked(stock_record_id: int) -> StockRecord:
    record = StockRecord.objects.select_for_update().filter(pk=stock_record_id).first()
    if record is None:
        raise NotFound
    return record
