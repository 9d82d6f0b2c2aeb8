"""Periodic work on documents."""

from celery import shared_task

from .counting import fold_counts
from .operations import note_passed_days
from .popularity import count_popularity


@shared_task
def note_passed_days_task() -> None:
    """Let be shown anew what was expected for a day that has come, reduced for 30 days, or on offer until now."""
    note_passed_days()


@shared_task
def fold_counts_task() -> None:
    """Keep the counts of listed products short."""
    fold_counts()


@shared_task
def count_popularity_task() -> None:
    """Let lists sort by what is ordered now."""
    count_popularity()
