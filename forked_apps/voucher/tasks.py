"""Periodic work on vouchers."""

from celery import shared_task

from .operations import count_carts_with_vouchers


@shared_task
def count_carts_with_vouchers_task() -> None:
    """Count the carts that hold each voucher, for the dashboard."""
    count_carts_with_vouchers()
