"""What follows an order, after its commit."""

from forked_apps.order.events import OrderPlaced, OrderReopened
from forked_apps.order.operations import count_order_discounts
from forked_apps.voucher.operations import count_vouchers
from nexus_shop.core.events import subscribe


@subscribe(OrderPlaced)
def count_offers(event: OrderPlaced) -> None:
    """The counters of offers without a cap: no order waits for another's row."""
    count_order_discounts(event.order_id)


@subscribe(OrderPlaced)
def count_voucher_uses(event: OrderPlaced) -> None:
    """What the dashboard shows of vouchers."""
    count_vouchers(event.order_id)


@subscribe(OrderReopened)
def count_reopened_vouchers(event: OrderReopened) -> None:
    """An order that was taken back has used its vouchers again."""
    count_vouchers(event.order_id)
