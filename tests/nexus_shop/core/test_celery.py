"""A real Celery worker and a real beat on a real Redis."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.db import transaction
from django.db.models.functions import Now

from nexus_shop.core.models import LimitCounter, QueuedTask
from nexus_shop.core.postgres import ROOT
from nexus_shop.core.tasks import enqueue, purge_limit_counters_task


@pytest.fixture
def celery_environment(own_database: str, redis_url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": own_database, "CELERY_BROKER_URL": redis_url}


@pytest.fixture
def celery_worker(celery_environment: dict[str, str]) -> Iterator[None]:
    yield from _running("-m", "celery", "-A", "nexus_shop", "worker", "--pool=solo", environment=celery_environment)


def _running(*command: str, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *command, "--loglevel=WARNING"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    yield
    process.terminate()
    process.wait(30)


def drain(environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "manage.py", "worker", "--drain"], cwd=ROOT, env=environment, check=True)


def wait_for(condition: object) -> bool:
    for _ in range(600):
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


@pytest.mark.usefixtures("celery_worker")
def test_queued_task_is_sent_to_celery_and_run_there(celery_environment: dict[str, str]) -> None:
    LimitCounter.objects.create(key="over", count=1, resets_at=Now() - timedelta(seconds=1))
    with transaction.atomic():
        enqueue(purge_limit_counters_task)
    drain(celery_environment)
    assert wait_for(lambda: not QueuedTask.objects.exists())
    assert not LimitCounter.objects.filter(key="over").exists()


def test_task_goes_out_when_the_broker_is_back(
    celery_environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    with transaction.atomic():
        enqueue(purge_limit_counters_task)
        enqueue(purge_limit_counters_task)
    drain(celery_environment | {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"})
    assert QueuedTask.objects.filter(attempts=0, due_at__lte=Now()).count() == 2
    request.getfixturevalue("celery_worker")
    drain(celery_environment)
    assert wait_for(lambda: not QueuedTask.objects.exists())


def test_task_sent_twice_is_run_once(
    celery_environment: dict[str, str], redis_url: str, request: pytest.FixtureRequest
) -> None:
    row = QueuedTask.objects.create(name="no.such.task")
    drain(celery_environment)
    row.refresh_from_db()
    assert timedelta(minutes=50) < row.due_at - row.created_at < timedelta(minutes=70)
    QueuedTask.objects.update(due_at=Now())
    drain(celery_environment)
    with redis.Redis.from_url(redis_url) as broker:
        assert broker.llen("celery") == 2
        request.getfixturevalue("celery_worker")
        assert wait_for(lambda: not broker.exists("celery", "unacked"))
    row.refresh_from_db()
    assert row.attempts == 1
    assert "no.such.task" in row.last_error


@pytest.mark.usefixtures("celery_worker")
def test_beat_keeps_the_schedule(celery_environment: dict[str, str], tmp_path: object) -> None:
    LimitCounter.objects.create(key="over", count=1, resets_at=Now() - timedelta(seconds=1))
    environment = celery_environment | {"NEXUS_BEAT_TEST": "1"}
    code = (
        "import datetime, sys; from nexus_shop.celery import app;"
        "app.conf.beat_schedule = {'clean': {'task': 'nexus_shop.core.tasks.purge_limit_counters_task',"
        " 'schedule': datetime.timedelta(seconds=1)}};"
        f"app.start(['beat', '--schedule={tmp_path}/beat', '--max-interval=1', '--loglevel=WARNING', '--pidfile='])"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: not LimitCounter.objects.filter(key="over").exists())
    finally:
        process.terminate()
        process.wait(30)
