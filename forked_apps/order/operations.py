"""Moving orders along. `change_order_status` is the one function that changes a status.

What may follow what is the table of lifecycle.py; stock is consumed on the way to shipped and given back on the way
to cancelled, under the same locks as it was taken: order, then vouchers, offers, stock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from forked_apps.offer.operations import count_offer_use, return_offer_uses
from forked_apps.partner.operations import consume_stock, release_stock, return_stock
from forked_apps.voucher.operations import return_vouchers
from nexus_shop.core.errors import NotFound
from nexus_shop.core.events import publish
from nexus_shop.core.money import ZERO, amount_text, round_money
from nexus_shop.core.transactions import transaction, transaction_required
from nexus_shop.core.versions import ensure_version

from .errors import (
    MissingFacts,
    NothingToRefund,
    OrderNotCancellable,
    RefundMissing,
    StartedFacts,
    StatusFacts,
    StatusNotAllowed,
    TooManyUnits,
    UnitFacts,
)
from .events import OrderCancelled, OrderStatusChanged
from .history import CUSTOMER, STAFF, record_event, role_of
from .lifecycle import (
    CANCELLED,
    HOLDS_STOCK,
    PIPELINE,
    REFUNDED,
    RETURNED,
    SHIPPED,
    given_up,
    has_started,
    movable,
    move,
    status_of,
    status_of_order,
)
from .models import (
    Line,
    Order,
    OrderDiscount,
    OrderEvent,
    OrderNote,
    OrderStatusChange,
    ShippingEvent,
    ShippingEventQuantity,
    ShippingEventType,
)
from .queries import money_of

RECORDED_AS_EVENT = frozenset({"shipped", "delivered", "returned"})
TOLD_TO_CUSTOMER = frozenset({SHIPPED})  # what staff note of these is a tracking number
REQUESTED = "customer_request"


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
    version: str | None = None,
    restock: bool = False,
) -> Order:
    """Move units of an order to `status`: those of `quantities` (line id -> units), else all that may move.

    With `restock`, units that are returned go back on the shelf. Locks the order, then what it gives back: vouchers,
    offers, stock. Publishes OrderStatusChanged, and OrderCancelled when nothing of it is left. Raises NotFound for an
    unknown order or line, StatusNotAllowed when no unit may move, TooManyUnits when fewer may, StockNotArrived when
    what is to be shipped is not on the shelf, RefundMissing or NothingToRefund when what is to be `refunded` was not,
    StaleVersion.
    """
    order = lock_order(order_id)
    ensure_version(version, order.version)
    role = STAFF if changed_by is not None else None
    move_order(
        order, status=status, quantities=quantities, changed_by=changed_by, note=note, role=role, restock=restock
    )
    return order


@transaction
def cancel_order(
    order_id: int, *, cancelled_by: int | None, reason: str = REQUESTED, note: str = "", version: str | None = None
) -> Order:
    """Cancel an order for its customer: all of it, as long as nothing has been shipped.

    `reason` is the code that stays on the order, `note` what the customer says. Stock, vouchers and offer uses are
    given back, once: cancelling a cancelled order returns it. Locks and publishes as `change_order_status`. Raises
    NotFound, OrderNotCancellable, StaleVersion.
    """
    order = lock_order(order_id)
    ensure_version(version, order.version)
    if order.status == CANCELLED:
        return order
    if any(has_started(line.units) for line in order.lines.all()):
        raise OrderNotCancellable(StartedFacts(current=order.status))
    order.cancel_reason = reason
    move_order(order, status=CANCELLED, changed_by=cancelled_by, note=note, role=CUSTOMER)
    return order


@transaction_required
def move_order(
    order: Order,
    *,
    status: str,
    quantities: Mapping[int, int] | None = None,
    changed_by: int | None = None,
    note: str = "",
    role: str | None = None,
    restock: bool = False,
) -> None:
    """`change_order_status` inside the transaction of a caller who has locked the order.

    `role` is who `changed_by` is to the order, where that does not follow from the id. The caller may have set
    `order.cancel_reason`, which is saved. What is cancelled while other units stay, and what is returned, is
    not to be paid any more.
    """
    lines = {line.pk: line for line in order.lines.order_by("pk")}
    moved = [_move(lines[pk], status, quantity) for pk, quantity in _plan(order, lines, status, quantities).items()]
    old = order.status
    order.status = status_of_order(line.units for line in lines.values())
    if status == REFUNDED:
        _check_money_is_back(order, lines.values())
    is_over = status == CANCELLED == order.status
    freed = None
    if status == CANCELLED and not is_over:
        worth = _worth_of(order, moved)
        order.cancelled_total += worth
        freed = str(_freed(order, worth))
    if status == RETURNED:
        order.returned_total += _worth_of(order, moved)
    order.version += 1
    order.save(update_fields=["status", "version", "cancel_reason", "cancelled_total", "returned_total"])
    Line.objects.bulk_update(
        [each.line for each in moved], ["units", "status", "num_allocated", "allocation_cancelled"]
    )
    if is_over:
        _give_back(order)  # before the stock: the order in which a checkout takes its locks
    _move_stock(status, moved, changed_by=changed_by, restock=restock)
    event = _record_move(
        order, status, moved, old=old, note=note, actor=(role or role_of(order, changed_by), changed_by)
    )
    publish(
        OrderStatusChanged(
            order_id=order.pk,
            old=old,
            new=order.status,
            moved_to=status,
            changed_by=changed_by,
            history_id=event.pk,
            freed=freed,
        )
    )
    if is_over:
        publish(OrderCancelled(order_id=order.pk, history_id=event.pk))


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
    """Line id -> units to move, in the order of `quantities`. Raises NotFound, StatusNotAllowed, TooManyUnits."""
    free = {pk: sum(movable(line.units, status).values()) for pk, line in lines.items()} if status in PIPELINE else {}
    if quantities is None:
        wanted = {pk: count for pk, count in free.items() if count}
    else:
        if set(quantities) - set(lines):
            raise NotFound(pointer="/lines")
        wanted = dict(quantities)
    stuck = [lines[pk] for pk in wanted or lines if not free.get(pk)]
    if stuck or not wanted:
        allowed = sorted({after for line in stuck for now in line.units for after in PIPELINE[now]})
        raise StatusNotAllowed(StatusFacts(current=order.status, requested=status, allowed=allowed), pointer="/status")
    for place, (pk, quantity) in enumerate(wanted.items()):
        if not 1 <= quantity <= free[pk]:
            raise TooManyUnits(UnitFacts(requested=quantity, movable=free[pk]), pointer=f"/lines/{place}/quantity")
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


def _check_money_is_back(order: Order, lines: Iterable[Line]) -> None:
    """Refuse while the order holds more than what is not refunded of it costs. Delivery may be kept, or not."""
    if not order.payment_method:
        return  # taken over: its books were kept by other rules
    came, back = money_of(order.pk)
    worth = sum((_share(line, line.units.get(REFUNDED, 0)) for line in lines), ZERO)
    missing = max(came - back - (order.total_incl_tax - order.cancelled_total - worth), ZERO)
    if missing:
        raise RefundMissing(MissingFacts(amount_text(missing, order.currency)), pointer="/status")
    if worth and not back:
        raise NothingToRefund(pointer="/status")


def _worth_of(order: Order, moved: Iterable[_Moved]) -> Decimal:
    """Gross, of units that were just given up; one by one, the units of a line add up to the line.

    The lines of a taken-over order may cost more than the order: it is worth no more than is still to be paid.
    """
    worth = ZERO
    for each in moved:
        after = given_up(each.line.units)
        worth += _share(each.line, after) - _share(each.line, after - each.quantity)
    return max(min(worth, order.total_incl_tax - order.cancelled_total - order.returned_total), ZERO)


def _freed(order: Order, worth: Decimal) -> Decimal:
    """What the order has above what the rest of it costs, as far as it was for units of this worth."""
    came, back = money_of(order.pk)
    return max(min(worth, came - back - order.payable), ZERO)


def _share(line: Line, units: int) -> Decimal:
    return round_money(line.line_price_incl_tax * units / line.quantity, line.order.currency)


def _move_stock(status: str, moved: list[_Moved], *, changed_by: int | None, restock: bool) -> None:
    order_id = moved[0].line.order_id
    if status == SHIPPED:
        held = _by_stock_record({each: each.held for each in moved})
        consume_stock(held, order_id=order_id, changed_by=changed_by)
    elif status == CANCELLED:
        release_stock(_by_stock_record({each: each.held for each in moved}))
    elif status == RETURNED and restock:
        returned = _by_stock_record({each: each.quantity for each in moved})
        return_stock(returned, order_id=order_id, changed_by=changed_by)


def _by_stock_record(units: Mapping[_Moved, int]) -> dict[int, int]:
    """Stock record id -> units: two lines may be of one record."""
    sums: dict[int, int] = {}
    for each, quantity in units.items():
        if quantity and each.line.stockrecord_id is not None:
            sums[each.line.stockrecord_id] = sums.get(each.line.stockrecord_id, 0) + quantity
    return sums


def _record_move(
    order: Order, status: str, moved: list[_Moved], *, old: str, note: str, actor: tuple[str, int | None]
) -> OrderEvent:
    """Oscar's rows for staff, and ours; `actor` is (role, user id)."""
    role, changed_by = actor
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
    is_over = status == CANCELLED == order.status
    data: dict[str, Any] = {
        "status": status,
        "old": old,
        "new": order.status,
        "lines": [{"id": e.line.handle, "title": e.line.title, "quantity": e.quantity} for e in moved],
        "reference": note if status in TOLD_TO_CUSTOMER else "",
        "reason": order.cancel_reason if is_over else "",
    }
    kind = OrderEvent.Kind.CANCELLED if is_over else OrderEvent.Kind.STATUS_CHANGED
    return record_event(order.pk, kind, role=role, actor_id=changed_by, data=data, note=note)


def _give_back(order: Order) -> None:
    """Vouchers and offer uses of an order that is wholly cancelled. It is cancelled once, under its lock."""
    return_vouchers(order.pk)
    uses: dict[int, tuple[int, Decimal]] = {}
    for discount in _lock_discounts(order.pk):
        if discount.is_counted and discount.offer_id is not None:
            uses[discount.offer_id] = (discount.frequency or 0, discount.amount)
    return_offer_uses(uses)
    OrderDiscount.objects.filter(order=order).update(is_counted=True)  # what was not counted yet never will be
