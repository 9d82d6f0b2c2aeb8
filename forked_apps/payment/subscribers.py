"""What follows elsewhere's events for payments, after their commit."""

from decimal import Decimal

from forked_apps.order.events import OrderCancelled, OrderStatusChanged
from forked_apps.order.lifecycle import CANCELLED, RETURNED
from nexus_shop.core.events import subscribe

from .refunds import follow_cancelled_units, follow_returned_units, refund_cancelled_order


@subscribe(OrderCancelled)
def give_money_back(event: OrderCancelled) -> None:
    """Once, however often the event comes."""
    refund_cancelled_order(event.order_id)


@subscribe(OrderStatusChanged)
def give_money_of_units_back(event: OrderStatusChanged) -> None:
    """Of what was cancelled while other units stay."""
    if event.moved_to == CANCELLED != event.new:
        freed = None if event.freed is None else Decimal(event.freed)
        follow_cancelled_units(event.order_id, history_id=event.history_id, freed=freed)


@subscribe(OrderStatusChanged)
def look_at_what_is_left(event: OrderStatusChanged) -> None:
    """Of an order of which units came back."""
    if event.moved_to == RETURNED:
        follow_returned_units(event.order_id)
