"""Queued tasks, run by the worker itself."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from celery import shared_task
from django.db.models.functions import Now
from django.utils import timezone

from nexus_shop.core.models import IdempotencyRecord, LimitCounter, OutboxEvent, QueuedTask
from nexus_shop.core.postgres import ROOT
from nexus_shop.core.tasks import (
    enqueue,
    enqueue_later,
    purge_delivered_events_task,
    purge_idempotency_keys_task,
    purge_limit_counters_task,
    run_due_tasks,
    run_queued_task,
)

calls: list[int] = []


@shared_task
def note_task(number: int) -> None:
    calls.append(number)


@shared_task
def failing_task() -> None:
    raise LookupError("nothing there")


@shared_task
def delivered_twice_task() -> None:
    calls.append(1)
    run_queued_task(QueuedTask.objects.get().pk, 0)


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    calls.clear()


@pytest.mark.usefixtures("own_database")
def test_enqueue_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="enqueue"):
        enqueue(note_task, number=1)
    assert QueuedTask.objects.count() == 0


@pytest.mark.django_db
def test_task_for_later_waits_until_then() -> None:
    enqueue_later(note_task, timedelta(hours=1), number=5)
    assert (run_due_tasks(), calls) == (0, [])
    QueuedTask.objects.update(due_at=Now() - timedelta(seconds=1))
    assert (run_due_tasks(), calls) == (1, [5])


@pytest.mark.django_db
def test_due_task_runs_once_and_its_row_goes() -> None:
    enqueue(note_task, number=5)
    assert calls == []
    assert run_due_tasks() == 1
    assert calls == [5]
    assert QueuedTask.objects.count() == 0
    assert run_due_tasks() == 0


@pytest.mark.django_db
def test_failing_task_is_retried_and_parked_after_five() -> None:
    enqueue(failing_task)
    for attempt in range(1, 6):
        QueuedTask.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        assert run_due_tasks() == 1
        row = QueuedTask.objects.get()
        assert row.attempts == attempt
        assert "nothing there" in row.last_error
    assert row.parked_at is not None
    QueuedTask.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert run_due_tasks() == 0


@pytest.mark.django_db
def test_task_that_was_run_by_another_is_left_alone() -> None:
    run_queued_task(12345, 0)
    assert calls == []


@pytest.mark.django_db
def test_attempt_that_is_running_is_not_begun_again() -> None:
    enqueue(delivered_twice_task)
    assert run_due_tasks() == 1
    assert calls == [1]
    assert QueuedTask.objects.count() == 0


@pytest.mark.django_db
def test_attempt_that_failed_is_not_begun_again() -> None:
    enqueue(failing_task)
    row = QueuedTask.objects.get()
    run_queued_task(row.pk, 0)
    run_queued_task(row.pk, 0)
    row.refresh_from_db()
    assert row.attempts == 1
    run_queued_task(row.pk, 1)
    row.refresh_from_db()
    assert row.attempts == 2


@pytest.mark.django_db
def test_task_without_attempts_left_is_parked_unrun() -> None:
    enqueue(note_task, number=1)
    enqueue(note_task, number=2)
    spent, fresh = QueuedTask.objects.order_by("id")
    QueuedTask.objects.filter(pk=spent.pk).update(attempts=32767)
    assert run_due_tasks() == 2
    assert calls == [2]
    assert list(QueuedTask.objects.exclude(parked_at=None)) == [spent]
    assert not QueuedTask.objects.filter(pk=fresh.pk).exists()


KILLER = """
import os, signal, django
django.setup()
from celery import shared_task
@shared_task(name="killer")
def killer_task():
    os.kill(os.getpid(), signal.SIGKILL)
from nexus_shop.core.tasks import run_due_tasks
run_due_tasks()
"""


def test_task_that_kills_its_process_is_parked(own_database: str) -> None:
    environment = os.environ | {"DATABASE_URL": own_database}
    task = QueuedTask.objects.create(name="killer", attempts=3)
    other = QueuedTask.objects.create(name="nexus_shop.core.tasks.purge_limit_counters_task")
    ends = []
    for _ in range(3):
        QueuedTask.objects.filter(pk=task.pk).update(due_at=Now() - timedelta(hours=1))
        ends.append(subprocess.run([sys.executable, "-c", KILLER], cwd=ROOT, env=environment, check=False).returncode)
    assert ends == [-signal.SIGKILL, -signal.SIGKILL, 0]
    task.refresh_from_db()
    assert (task.attempts, task.last_error) == (5, "the process ended during the last attempt")
    assert task.parked_at is not None
    assert not QueuedTask.objects.filter(pk=other.pk).exists()


@pytest.mark.django_db
def test_unknown_task_is_an_error_on_its_row() -> None:
    QueuedTask.objects.create(name="no.such.task")
    run_due_tasks()
    assert "no.such.task" in QueuedTask.objects.get().last_error


@pytest.mark.django_db
def test_purges_forget_only_what_is_old() -> None:
    for age in (timedelta(hours=1), timedelta(hours=25)):
        IdempotencyRecord.objects.create(
            scope="s", key=str(age), fingerprint="f", status=200, headers={}, body=b"", created_at=Now() - age
        )
    for days in (1, 8):
        OutboxEvent.objects.create(name="X", payload={}, done_at=Now() - timedelta(days=days))
    OutboxEvent.objects.create(name="Parked", payload={}, parked_at=Now() - timedelta(days=30))
    LimitCounter.objects.create(key="over", count=1, resets_at=Now() - timedelta(seconds=1))
    LimitCounter.objects.create(key="open", count=1, resets_at=Now() + timedelta(seconds=60))
    purge_idempotency_keys_task()
    purge_delivered_events_task()
    purge_limit_counters_task()
    assert IdempotencyRecord.objects.count() == 1
    assert sorted(OutboxEvent.objects.values_list("name", flat=True)) == ["Parked", "X"]
    assert list(LimitCounter.objects.values_list("key", flat=True)) == ["open"]
