"""Periodic work on documents."""

from celery import shared_task

from .operations import note_passed_days


@shared_task
def note_passed_days_task() -> None:
    """Let what was expected for a day that has come be shown anew."""
    note_passed_days()
