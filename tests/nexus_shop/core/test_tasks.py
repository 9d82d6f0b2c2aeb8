"""Queued tasks, run by the worker itself."""

from datetime import timedelta

import pytest
from celery import shared_task
from django.db.models.functions import Now
from django.utils import timezone

from nexus_shop.core.models import IdempotencyRecord, LimitCounter, OutboxEvent, QueuedTask
from nexus_shop.core.tasks import (
    enqueue,
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


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    calls.clear()


@pytest.mark.usefixtures("own_database")
def test_enqueue_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="enqueue"):
        enqueue(note_task, number=1)
    assert QueuedTask.objects.count() == 0


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
    run_queued_task(12345)
    assert calls == []


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
