"""Periodic and later work on payments."""

from typing import Final

from celery import shared_task

from .calls import finish, refund, settle_open
from .expiry import expire_unpaid_orders
from .gateway_events import apply_gateway_event

BATCH: Final = 50
ROUNDS: Final = 20
DUE_AT_ONCE: Final = 1000


@shared_task
def settle_open_attempts_task() -> None:
    """Ask gateways how open attempts stand, and for what is still wanted of them."""
    for _ in range(ROUNDS):
        if settle_open(BATCH) < BATCH:
            return


@shared_task
def expire_unpaid_orders_task() -> None:
    """Cancel orders whose time to pay is over."""
    while expire_unpaid_orders(DUE_AT_ONCE):
        pass


@shared_task
def run_refund_task(attempt_id: int) -> None:
    """Give back what an attempt says; what does not end here is looked after by `settle_open_attempts_task`."""
    refund(attempt_id)


@shared_task
def finish_attempt_task(attempt_id: int) -> None:
    """Capture or void, as is wanted; what does not end here is looked after by `settle_open_attempts_task`."""
    finish(attempt_id)


@shared_task
def apply_gateway_event_task(event_id: int) -> None:
    """Follow a webhook that was kept."""
    apply_gateway_event(event_id)
