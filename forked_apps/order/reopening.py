"""Taking an expired order back when its payment comes late: the reverse of its cancellation, with the same locks."""

from collections.abc import Mapping
from decimal import Decimal

from forked_apps.offer.operations import check_customers_limits, take_capped_offers
from forked_apps.offer.queries import Customer
from forked_apps.partner.errors import InsufficientStock, Shortages
from forked_apps.partner.operations import allocate_stock
from forked_apps.voucher.operations import lock_vouchers, use_vouchers
from nexus_shop.core.events import publish
from nexus_shop.core.transactions import transaction_required

from .events import OrderReopened, OrderStatusChanged
from .history import SHOP, record_event
from .lifecycle import CANCELLED, REOPENS_TO
from .models import Line, Order, OrderDiscount, OrderEvent, OrderNote, OrderStatusChange


@transaction_required
def reopen_order(order: Order) -> None:
    """Take vouchers, offers and stock of an expired order again and let the units be processed that expired with it.

    What staff had cancelled before stays so. The caller has locked the order and its payment. Locks vouchers, the
    customer, offers, stock. All or nothing: raises VoucherInvalid, OfferUsedUp or InsufficientStock, and the caller
    rolls back. Publishes OrderReopened and OrderStatusChanged.
    """
    quantities = _expired_units(order)
    lines = [line for line in order.lines.order_by("pk") if line.handle in quantities]
    _take_vouchers(order)
    _take_offers(order)
    _take_stock(lines, quantities)
    for line in lines:
        line.units = _moved_back(line, quantities[line.handle])
        line.status = REOPENS_TO
    Line.objects.bulk_update(lines, ["units", "status", "num_allocated", "allocation_cancelled"])
    old, order.status, order.cancel_reason = order.status, REOPENS_TO, ""
    order.version += 1
    order.save(update_fields=["status", "cancel_reason", "version"])
    OrderStatusChange.objects.create(order=order, old_status=old, new_status=order.status)
    message = "The payment came late; the order goes on."
    OrderNote.objects.create(order=order, note_type=OrderNote.SYSTEM, message=message)
    data = {
        "status": REOPENS_TO,
        "old": old,
        "new": order.status,
        "lines": [{"id": each.handle, "title": each.title, "quantity": quantities[each.handle]} for each in lines],
        "reference": "",
        "reason": "",
    }
    event = record_event(order.pk, OrderEvent.Kind.STATUS_CHANGED, role=SHOP, data=data, note=message)
    publish(
        OrderStatusChanged(
            order_id=order.pk, old=old, new=order.status, moved_to=REOPENS_TO, changed_by=None, history_id=event.pk
        )
    )
    publish(OrderReopened(order_id=order.pk, history_id=event.pk))


def _expired_units(order: Order) -> dict[str, int]:
    """Units by the handle of their line: those of the move that ended the order."""
    ended = OrderEvent.objects.filter(order=order, kind=OrderEvent.Kind.CANCELLED).latest("pk")
    return {line["id"]: line["quantity"] for line in ended.data["lines"]}


def _moved_back(line: Line, quantity: int) -> dict[str, int]:
    units = line.units | {CANCELLED: line.units[CANCELLED] - quantity, REOPENS_TO: quantity}
    return {status: count for status, count in units.items() if count}


def _take_vouchers(order: Order) -> None:
    codes = {discount.voucher_code for discount in OrderDiscount.objects.filter(order=order) if discount.voucher_id}
    vouchers = lock_vouchers(codes, user_id=order.user_id, email=order.guest_email)
    use_vouchers(vouchers, order_id=order.pk, user_id=order.user_id)


def _take_offers(order: Order) -> None:
    """Those without a cap as well: the event that counts them comes once in an order's life."""
    uses: dict[int, tuple[int, Decimal]] = {}
    for discount in OrderDiscount.objects.filter(order=order).exclude(offer_id=None):
        assert discount.offer_id is not None
        frequency, amount = uses.get(discount.offer_id, (0, Decimal(0)))
        uses[discount.offer_id] = (frequency + (discount.frequency or 0), amount + discount.amount)
    email = order.user.email if order.user_id is not None else order.guest_email
    customer = Customer(order.user_id, email)
    check_customers_limits({pk: frequency for pk, (frequency, _) in uses.items()}, customer=customer)
    take_capped_offers(uses)


def _take_stock(lines: list[Line], quantities: Mapping[str, int]) -> None:
    claims: dict[int, int] = {}
    for line in lines:
        if not line.allocation_cancelled:
            continue  # never held stock
        if line.stockrecord_id is None:
            raise InsufficientStock(Shortages([]))  # not sold any more
        claims[line.stockrecord_id] = claims.get(line.stockrecord_id, 0) + quantities[line.handle]
        line.num_allocated, line.allocation_cancelled = quantities[line.handle], False
    allocate_stock(claims)
