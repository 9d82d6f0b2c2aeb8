"""What follows elsewhere's events for payments, after their commit."""

from forked_apps.order.events import OrderCancelled
from nexus_shop.core.events import subscribe

from .refunds import refund_cancelled_order


@subscribe(OrderCancelled)
def give_money_back(event: OrderCancelled) -> None:
    """Once, however often the event comes."""
    refund_cancelled_order(event.order_id)
