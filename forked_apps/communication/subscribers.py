"""What customers are told of, after the commit."""

from forked_apps.order.events import OrderCancelled, OrderPlaced, OrderReopened, OrderStatusChanged
from forked_apps.order.lifecycle import SHIPPED
from nexus_shop.core.events import subscribe

from .models import OrderMail
from .operations import queue_order_mail


@subscribe(OrderPlaced)
def mail_placed(event: OrderPlaced) -> None:
    """What was ordered, and how to pay."""
    queue_order_mail(event.order_id, kind=OrderMail.Kind.PLACED)


@subscribe(OrderStatusChanged)
def mail_shipped(event: OrderStatusChanged) -> None:
    """What is on its way: a mail for each parcel."""
    if event.moved_to == SHIPPED:
        queue_order_mail(event.order_id, kind=OrderMail.Kind.SHIPPED, history_id=event.history_id)


@subscribe(OrderCancelled)
def mail_cancelled(event: OrderCancelled) -> None:
    """That the order is off."""
    queue_order_mail(event.order_id, kind=OrderMail.Kind.CANCELLED, history_id=event.history_id)


@subscribe(OrderReopened)
def mail_reopened(event: OrderReopened) -> None:
    """That the order is on after all: the last that its customer has read is that it is off."""
    if event.history_id is not None:
        queue_order_mail(event.order_id, kind=OrderMail.Kind.REOPENED, history_id=event.history_id)
