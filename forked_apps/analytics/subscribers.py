"""Orders count, after their commit."""

from forked_apps.order.events import OrderPlaced
from nexus_shop.core.events import subscribe

from .operations import count_purchases


@subscribe(OrderPlaced)
def count_order(event: OrderPlaced) -> None:
    """Products and customer of the order."""
    count_purchases(event.order_id)
