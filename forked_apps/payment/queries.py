"""Reading payments."""

from .gateways.base import NextAction
from .gateways.registry import method_of


def next_action_of(payment_method: str, payment_status: str, status: str) -> NextAction | None:
    """What the shopper of an order has to do next; None when nothing is due."""
    if payment_status != "awaiting" or status == "cancelled":
        return None
    method = method_of(payment_method)
    return method.next_action() if method else None
