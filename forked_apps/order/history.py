"""Writing an order's history: one row for each thing that happened, in the transaction in which it did."""

from collections.abc import Mapping
from typing import Any

from nexus_shop.core.transactions import transaction_required

from .models import Order, OrderEvent

CUSTOMER, STAFF, SHOP = OrderEvent.Role.CUSTOMER, OrderEvent.Role.STAFF, OrderEvent.Role.SHOP


@transaction_required
def record_event(
    order_id: int, kind: str, *, role: str, actor_id: int | None = None, data: Mapping[str, Any], note: str = ""
) -> OrderEvent:
    """Add a row. `data` is shown to whoever may see the order, `note` to staff (and to the customer who wrote it)."""
    event: OrderEvent = OrderEvent.objects.create(
        order_id=order_id, kind=kind, role=role, actor_id=actor_id, data=dict(data), note=note
    )
    return event


def role_of(order: Order, actor_id: int | None) -> str:
    """Who somebody is to an order: its customer, else a member of staff; nobody is the shop itself."""
    if actor_id is None:
        return SHOP
    return CUSTOMER if actor_id == order.user_id else STAFF


__all__ = ["CUSTOMER", "SHOP", "STAFF", "record_event", "role_of"]
