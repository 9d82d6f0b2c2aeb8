"""Tasks: asked for in a transaction, run after it, by `manage.py worker` or by Celery.

`enqueue` writes a row in the caller's transaction. The worker claims due rows (SKIP LOCKED and a lease) and, without a
broker, runs the Celery task's function itself; with one it sends the row's id and number of attempts to Celery. Each
attempt is begun by one process only, however often it was sent. Attempts, the last error and parking after five stand
on the row; success deletes it.
"""

import logging
from datetime import timedelta
from functools import cache
from typing import Any, Final

from celery import Task, current_app, shared_task
from celery.exceptions import OperationalError as BrokerIsAway
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from .events import MAX_ATTEMPTS, pause_before
from .models import IdempotencyRecord, LimitCounter, OutboxEvent, QueuedTask
from .transactions import require_transaction

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=15)  # above the longest task: a crashed worker's task comes back after it
SENT_LEASE: Final = timedelta(hours=1)  # above the broker's visibility timeout: what the broker lost is sent again
IDEMPOTENCY_KEY_AGE: Final = timedelta(hours=24)
DELIVERED_EVENT_AGE: Final = timedelta(days=7)


def enqueue(task: "Task[Any, Any]", **ids: Any) -> None:
    """Run `task(**ids)` once this transaction has committed, at least once. Arguments are JSON values."""
    require_transaction("enqueue")
    QueuedTask.objects.create(name=task.name, arguments=ids)


def enqueue_later(task: "Task[Any, Any]", delay: timedelta, **ids: Any) -> None:
    """The same, not before the delay is over."""
    require_transaction("enqueue_later")
    QueuedTask.objects.create(name=task.name, arguments=ids, due_at=Now() + delay)


def run_due_tasks(limit: int = 5) -> int:
    """Run, or with a broker send, up to `limit` due tasks; returns how many. One that used up its attempts is parked.

    A broker that is away ends the round: nothing is lost, the task stays due.
    """
    known_tasks()
    for done in range(limit):
        row = _claim()
        if row is None:
            return done
        if row.attempts >= MAX_ATTEMPTS:
            _park(row)
        elif not settings.CELERY_BROKER_URL:
            run_queued_task(row.pk, row.attempts)
        elif not _send(row):
            return done
    return limit


@cache
def known_tasks() -> frozenset[str]:
    """Names of the project's Celery tasks. Imports all `tasks` modules, as Celery does in its workers only."""
    current_app.loader.import_default_modules()
    return frozenset(name for name in current_app.tasks if not name.startswith("celery."))


def _claim() -> QueuedTask | None:
    """One due task. One at a time: a long one, or one that ends its process, keeps no other waiting for a lease."""
    rows = QueuedTask.objects.raw(
        """
        UPDATE core_queuedtask SET due_at = clock_timestamp() + %s
        WHERE id = (
            SELECT id FROM core_queuedtask WHERE parked_at IS NULL AND due_at <= clock_timestamp()
            ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *
        """,
        [SENT_LEASE if settings.CELERY_BROKER_URL else LEASE],
    )
    return next(iter(rows), None)


def _send(row: QueuedTask) -> bool:
    is_sent = False
    try:
        run_queued_task.apply_async(args=[row.pk, row.attempts], shadow=row.name)
        is_sent = True
    except BrokerIsAway as problem:
        logger.warning("The broker is away: %s", problem)
    finally:
        if not is_sent:
            _attempt(row).update(due_at=Now())
    return is_sent


def _park(row: QueuedTask) -> None:
    """Each attempt is settled where it ends; none of the last one means that its process ended before."""
    logger.error("%s is parked: its process ended during the last attempt", row)
    error = "\n".join(filter(None, [row.last_error, "the process ended during the last attempt"]))
    _attempt(row).update(parked_at=Now(), last_error=error)


def _attempt(row: QueuedTask) -> QuerySet[QueuedTask]:
    """The row, unless somebody has begun another attempt of it."""
    return QueuedTask.objects.filter(pk=row.pk, attempts=row.attempts, parked_at=None)


@shared_task
def run_queued_task(task_id: int, attempts: int) -> None:
    """Begin the attempt that follows `attempts`, and settle its row.

    Does nothing where the task is done or parked or that attempt was begun: it was sent or delivered twice.
    """
    row = QueuedTask.objects.filter(pk=task_id, attempts=attempts, parked_at=None).first()
    if row is None or not _attempt(row).update(attempts=attempts + 1, due_at=Now() + LEASE):
        return
    row.attempts += 1
    try:
        current_app.tasks[row.name].run(**row.arguments)
    except Exception as failure:
        logger.exception("%s failed (attempt %s)", row, row.attempts)
        again = {"due_at": Now() + pause_before(row.attempts)} if row.attempts < MAX_ATTEMPTS else {"parked_at": Now()}
        _attempt(row).update(last_error=repr(failure), **again)
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
