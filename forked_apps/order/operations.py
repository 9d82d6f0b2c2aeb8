"""Moving orders along. `change_order_status` is the one function that changes a status.

What may follow what is the table of lifecycle.py; stock is consumed on the way to shipped and given back on the way
to cancelled, under the same locks as it was taken: order, then vouchers, offers, stock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from forked_apps.offer.operations import count_offer_use, return_offer_uses
from forked_apps.partner.operations import consume_stock, release_stock
from forked_apps.voucher.operations import return_vouchers
from nexus_shop.core.errors import NotFound, StaleVersion
from nexus_shop.core.events import publish
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import StatusFacts, StatusNotAllowed
from .events import OrderCancelled, OrderStatusChanged
from .lifecycle import CANCELLED, HOLDS_STOCK, PIPELINE, SHIPPED, movable, move, status_of, status_of_order
from .models import (
    Line,
    Order,
    OrderDiscount,
    OrderNote,
    OrderStatusChange,
    ShippingEvent,
    ShippingEventQuantity,
    ShippingEventType,
)

RECORDED_AS_EVENT = frozenset({"shipped", "delivered", "returned"})


@dataclass(frozen=True, slots=True)
class _Moved:
    """Units of a line that moved, and how many of them held stock before."""

    line: Line
    quantity: int
    held: int


@transaction
def change_order_status(
    order_id: int,
    *,
    status: str,
    quantities: Mapping[int, int] | None = None,
    changed_by: int | None = None,
    note: str = "",
    version: int | None = None,
) -> Order:
    """Move units of an order to `status`: those of `quantities` (line id -> units), else all that may move.

    Locks the order, then what it gives back: vouchers, offers, stock. Publishes OrderStatusChanged, and OrderCancelled
    when nothing of it is left. Raises NotFound for an unknown order or line, StatusNotAllowed when a unit may not
    move, StockNotArrived when what is to be shipped is not on the shelf, StaleVersion.
    """
    order = lock_order(order_id)
    if version is not None and version != order.version:
        raise StaleVersion
    move_order(order, status=status, quantities=quantities, changed_by=changed_by, note=note)
    return order


@transaction_required
def move_order(
    order: Order,
    *,
    status: str,
    quantities: Mapping[int, int] | None = None,
    changed_by: int | None = None,
    note: str = "",
) -> None:
    """`change_order_status` inside the transaction of a caller who has locked the order."""
    lines = {line.pk: line for line in order.lines.order_by("pk")}
    moved = [_move(lines[pk], status, quantity) for pk, quantity in _plan(order, lines, status, quantities).items()]
    old = order.status
    order.status = status_of_order(line.units for line in lines.values())
    order.version += 1
    order.save(update_fields=["status", "version"])
    Line.objects.bulk_update(
        [each.line for each in moved], ["units", "status", "num_allocated", "allocation_cancelled"]
    )
    is_over = status == CANCELLED == order.status
    if is_over:
        _give_back(order)  # before the stock: the order in which a checkout takes its locks
    _move_stock(status, moved, changed_by=changed_by)
    _record(order, status, moved, old=old, changed_by=changed_by, note=note)
    if is_over:
        publish(OrderCancelled(order_id=order.pk))


@transaction_required
def lock_order(order_id: int) -> Order:
    """The order, its row locked. Raises NotFound."""
    order: Order | None = Order.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise NotFound
    return order


@transaction
def count_order_discounts(order_id: int) -> None:
    """Count the uses of offers without a cap in a placed order, once: what is counted is marked so.

    Locks the order's discounts, then the offers. Called by a subscriber of OrderPlaced, as often as the event comes.
    """
    discounts = _lock_discounts(order_id, is_counted=False)
    for discount in sorted(discounts, key=lambda each: each.offer_id or 0):
        if discount.offer_id is not None:
            count_offer_use(discount.offer_id, frequency=discount.frequency or 0, amount=discount.amount)
    OrderDiscount.objects.filter(pk__in=[discount.pk for discount in discounts]).update(is_counted=True)


def _lock_discounts(order_id: int, **condition: Any) -> list[OrderDiscount]:
    """An order's discounts, locked in primary-key order."""
    rows = OrderDiscount.objects.select_for_update().filter(order_id=order_id, **condition)
    return list(rows.order_by("pk"))


def _plan(order: Order, lines: Mapping[int, Line], status: str, quantities: Mapping[int, int] | None) -> dict[int, int]:
    """Line id -> units to move. Raises NotFound, StatusNotAllowed."""
    free = {pk: sum(movable(line.units, status).values()) for pk, line in lines.items()} if status in PIPELINE else {}
    if quantities is None:
        wanted = {pk: count for pk, count in free.items() if count}
    else:
        if set(quantities) - set(lines):
            raise NotFound(pointer="/lines")
        wanted = dict(quantities)
    if not wanted or any(not 1 <= quantity <= free.get(pk, 0) for pk, quantity in wanted.items()):
        allowed = sorted({after for line in lines.values() for now in line.units for after in PIPELINE[now]})
        raise StatusNotAllowed(StatusFacts(current=order.status, requested=status, allowed=allowed), pointer="/status")
    return wanted


def _move(line: Line, status: str, quantity: int) -> _Moved:
    line.units, left = move(line.units, status, quantity)
    line.status = status_of(line.units)
    held = 0
    if status not in HOLDS_STOCK:
        held = min(line.num_allocated, sum(count for now, count in left.items() if now in HOLDS_STOCK))
        line.num_allocated -= held
        line.allocation_cancelled = status == CANCELLED and line.num_allocated == 0 and held > 0
    return _Moved(line, quantity, held)


def _move_stock(status: str, moved: list[_Moved], *, changed_by: int | None) -> None:
    held: dict[int, int] = {}
    for each in moved:
        if each.held and each.line.stockrecord_id is not None:
            held[each.line.stockrecord_id] = held.get(each.line.stockrecord_id, 0) + each.held
    if status == SHIPPED:
        consume_stock(held, order_id=moved[0].line.order_id, changed_by=changed_by)
    elif status == CANCELLED:
        release_stock(held)


def _record(order: Order, status: str, moved: list[_Moved], *, old: str, changed_by: int | None, note: str) -> None:
    """History for staff, and the event."""
    OrderStatusChange.objects.create(order=order, old_status=old, new_status=order.status)
    if status in RECORDED_AS_EVENT:
        event = ShippingEvent.objects.create(
            order=order, event_type=ShippingEventType.objects.get(code=status), notes=note
        )
        ShippingEventQuantity.objects.bulk_create(
            ShippingEventQuantity(event=event, line=each.line, quantity=each.quantity) for each in moved
        )
    units = ", ".join(f"{each.quantity} x {each.line.title}" for each in moved)
    message = f"{units}: {status}" + (f" ({note})" if note else "")
    OrderNote.objects.create(order=order, user_id=changed_by, note_type=OrderNote.SYSTEM, message=message)
    publish(OrderStatusChanged(order_id=order.pk, old=old, new=order.status, moved_to=status, changed_by=changed_by))


def _give_back(order: Order) -> None:
    """Vouchers and offer uses of an order that is wholly cancelled. It is cancelled once, under its lock."""
    return_vouchers(order.pk)
    uses: dict[int, tuple[int, Decimal]] = {}
    for discount in _lock_discounts(order.pk):
        if discount.is_counted and discount.offer_id is not None:
            uses[discount.offer_id] = (discount.frequency or 0, discount.amount)
    return_offer_uses(uses)
    OrderDiscount.objects.filter(order=order).update(is_counted=True)  # what was not counted yet never will be
