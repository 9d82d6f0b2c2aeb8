"""Tasks: asked for in a transaction, run after it, by `manage.py worker` or by Celery.

`enqueue` writes a row in the caller's transaction. The worker claims due rows (SKIP LOCKED and a lease) and, without a
broker, runs the Celery task's function itself; with one it sends the row's id to Celery. Attempts, the last error and
parking after five failures stand on the row; success deletes it.
"""

import logging
from datetime import timedelta
from functools import cache
from typing import Any, Final

from celery import Task, current_app, shared_task
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from .events import MAX_ATTEMPTS, pause_before
from .models import IdempotencyRecord, LimitCounter, OutboxEvent, QueuedTask
from .transactions import require_transaction

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=15)  # above the longest task: a crashed worker's task comes back after it
IDEMPOTENCY_KEY_AGE: Final = timedelta(hours=24)
DELIVERED_EVENT_AGE: Final = timedelta(days=7)


def enqueue(task: "Task[Any, Any]", **ids: Any) -> None:
    """Run `task(**ids)` once this transaction has committed, at least once. Arguments are JSON values."""
    require_transaction("enqueue")
    QueuedTask.objects.create(name=task.name, arguments=ids)


def run_due_tasks(limit: int = 5) -> int:
    """Run, or with a broker send, up to `limit` due tasks; returns how many were claimed."""
    known_tasks()
    claimed = _claim(limit)
    for task_id, name in claimed:
        if settings.CELERY_BROKER_URL:
            run_queued_task.apply_async(args=[task_id], shadow=name)
        else:
            run_queued_task(task_id)
    return len(claimed)


@cache
def known_tasks() -> frozenset[str]:
    """Names of the project's Celery tasks. Imports all `tasks` modules, as Celery does in its workers only."""
    current_app.loader.import_default_modules()
    return frozenset(name for name in current_app.tasks if not name.startswith("celery."))


def _claim(limit: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_queuedtask SET due_at = clock_timestamp() + make_interval(secs => %s)
            WHERE id IN (
                SELECT id FROM core_queuedtask WHERE parked_at IS NULL AND due_at <= clock_timestamp()
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING id, name
            """,
            [LEASE.total_seconds(), limit],
        )
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


@shared_task
def run_queued_task(task_id: int) -> None:
    """Run one queued task and settle its row. A row that is gone or parked is no error: it was run before."""
    queued = QueuedTask.objects.filter(pk=task_id, parked_at=None)
    if not queued.update(attempts=F("attempts") + 1):
        return
    row = queued.get()
    try:
        current_app.tasks[row.name].run(**row.arguments)
    except Exception as failure:
        logger.exception("%s failed (attempt %s)", row, row.attempts)
        again = {"due_at": Now() + pause_before(row.attempts)} if row.attempts < MAX_ATTEMPTS else {"parked_at": Now()}
        queued.update(last_error=repr(failure), **again)
    else:
        row.delete()


@shared_task
def purge_idempotency_keys_task() -> None:
    """Forget the answers of keys older than a day."""
    IdempotencyRecord.objects.filter(created_at__lt=Now() - IDEMPOTENCY_KEY_AGE).delete()


@shared_task
def purge_delivered_events_task() -> None:
    """Forget events that were delivered a week ago. Parked ones stay until somebody has looked."""
    OutboxEvent.objects.filter(done_at__lt=Now() - DELIVERED_EVENT_AGE).delete()


@shared_task
def purge_limit_counters_task() -> None:
    """Forget rate counters whose window is over."""
    LimitCounter.objects.filter(resets_at__lt=Now()).delete()
