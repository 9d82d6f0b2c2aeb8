"""Periodic work on checkouts."""

from typing import Final

from celery import shared_task

from .sessions import purge_old_checkouts

BATCH: Final = 500


@shared_task
def purge_old_checkouts_task() -> None:
    """Forget checkouts that nobody has touched for 90 days, a batch in a transaction."""
    while purge_old_checkouts(BATCH) == BATCH:
        pass
