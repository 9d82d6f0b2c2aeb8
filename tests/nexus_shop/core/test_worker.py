"""The background process."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from pytest_django import Settings

from nexus_shop.core import worker
from nexus_shop.core.models import QueuedTask
from nexus_shop.core.postgres import ROOT
from nexus_shop.core.tasks import known_tasks
from nexus_shop.core.worker import Schedule, Worker, drain, register_step, run_round


def test_every_scheduled_task_exists() -> None:
    scheduled = {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= known_tasks()


@pytest.mark.django_db
def test_schedule_queues_what_is_due_once(settings: Settings) -> None:
    task = "nexus_shop.core.tasks.purge_limit_counters_task"
    settings.CELERY_BEAT_SCHEDULE = {"clean": {"task": task, "schedule": timedelta(hours=1)}}
    schedule = Schedule()
    schedule.enqueue_due()
    schedule.enqueue_due()
    schedule._next_look = 0
    schedule.enqueue_due()
    assert list(QueuedTask.objects.values_list("name", flat=True)) == [task]


@pytest.mark.usefixtures("own_database")
def test_schedule_is_kept_by_one_worker(settings: Settings) -> None:
    task = "nexus_shop.core.tasks.purge_limit_counters_task"
    settings.CELERY_BEAT_SCHEDULE = {"clean": {"task": task, "schedule": timedelta(hours=1)}}
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [worker.SCHEDULE_LOCK])
        Schedule().enqueue_due()
        assert QueuedTask.objects.count() == 0
        with other.cursor() as cursor:  # closing would let go too, but a moment later
            cursor.execute("SELECT pg_advisory_unlock(%s)", [worker.SCHEDULE_LOCK])
    finally:
        other.close()
    Schedule().enqueue_due()
    assert QueuedTask.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("error", [LookupError, DataError, IntegrityError])
def test_broken_step_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    monkeypatch.setattr(worker, "_steps", {})

    def broken() -> int:
        raise error

    register_step("broken", broken)
    register_step("good", lambda: 3)
    assert run_round() == 3


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_lost_database_ends_the_round(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    monkeypatch.setattr(worker, "_steps", {})

    def broken() -> int:
        raise error

    register_step("broken", broken)
    with pytest.raises(error):
        run_round()


@pytest.mark.usefixtures("own_database")
def test_broken_schedule_does_not_stop_the_steps(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.CELERY_BEAT_SCHEDULE = {"too long": {"task": "x" * 201, "schedule": timedelta(hours=1)}}
    working = Worker()

    def step() -> int:
        working.stop()
        return 0

    monkeypatch.setattr(worker, "_steps", {"step": step})
    working.run()
    assert working.is_stopping
    assert QueuedTask.objects.count() == 0


@pytest.mark.django_db
def test_drain_runs_until_nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [2, 1, 0]
    monkeypatch.setattr(worker, "_steps", {"step": lambda: left.pop(0)})
    drain()
    assert left == []


def test_worker_waits_for_a_lost_database(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://nowhere"
    working = Worker()
    rounds: list[str] = []

    def step() -> int:
        rounds.append("round")
        if len(rounds) == 3:
            working.stop()
        raise OperationalError("the server has gone away")

    monkeypatch.setattr(worker, "_steps", {"step": step})
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    working.run()
    assert len(rounds) == 3


@pytest.mark.django_db
def test_worker_command_drains() -> None:
    QueuedTask.objects.create(name="nexus_shop.core.tasks.purge_limit_counters_task")
    call_command("worker", "--drain")
    assert QueuedTask.objects.count() == 0


def test_worker_process_works_and_ends_on_sigterm(own_database: str) -> None:
    environment = os.environ | {"DATABASE_URL": own_database}
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=environment)
    asked = [QueuedTask(name=str(entry["task"])) for entry in django_settings.CELERY_BEAT_SCHEDULE.values()]
    QueuedTask.objects.bulk_create(asked)
    for _ in range(300):
        if not QueuedTask.objects.exists():  # those, and what its own schedule has asked for
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert list(QueuedTask.objects.values("name", "last_error")) == []
