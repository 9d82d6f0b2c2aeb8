"""Periodic work on carts."""

from typing import Final

from celery import shared_task

from .operations import purge_abandoned_carts
from .sharing import purge_shared_carts

BATCH: Final = 500


@shared_task
def purge_abandoned_carts_task() -> None:
    """Forget guests' open carts that nobody has touched for 90 days, a batch in a transaction."""
    while purge_abandoned_carts(BATCH) == BATCH:
        pass


@shared_task
def purge_shared_carts_task() -> None:
    """Forget shared carts whose time is over, a batch in a transaction."""
    while purge_shared_carts(BATCH) == BATCH:
        pass
