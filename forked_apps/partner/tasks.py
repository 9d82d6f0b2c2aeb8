"""Work on stock that nobody waits for."""

from typing import Final

from celery import shared_task

from .alerts import mail_low_stock
from .reservations import release_expired_reservations

BATCH: Final = 100


@shared_task
def release_expired_reservations_task() -> None:
    """Give back what payment sessions held for too long, a batch in a transaction."""
    while release_expired_reservations(BATCH) == BATCH:
        pass


@shared_task
def mail_low_stock_task(alert_id: int) -> None:
    """Send the mail of an alert."""
    mail_low_stock(alert_id)
