"""The background process: rounds of steps until it is told to stop."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from celery.schedules import BaseSchedule, maybe_schedule
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from .events import relay_events
from .models import QueuedTask
from .tasks import run_due_tasks

logger = logging.getLogger(__name__)

PAUSE: Final = 0.2  # seconds between rounds that found nothing
SCHEDULE_LOCK: Final = 0x6E65_7875  # advisory lock: one worker keeps the schedule

_steps: dict[str, Callable[[], int]] = {"events": relay_events, "tasks": run_due_tasks}


def register_step(name: str, step: Callable[[], int]) -> None:
    """Let every round of the worker call `step`, which does a bounded piece of work and returns how much it did."""
    _steps[name] = step


def run_round() -> int:
    """One round of all steps; returns how much was done. A step that fails does not keep the others from running.

    Raises OperationalError and InterfaceError: where the database is away, none of them can.
    """
    return sum(_run(name, step) for name, step in _steps.items())


def _run(name: str, step: Callable[[], int]) -> int:
    try:
        return step()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Worker step %s failed", name)
        return 0


def drain() -> None:
    """Run rounds until nothing is due."""
    while run_round():
        pass


class Worker:
    """Rounds with a pause when idle, the schedule, and patience while the database is away."""

    def __init__(self) -> None:
        self.is_stopping = False
        self._schedule = None if settings.CELERY_BROKER_URL else Schedule()

    def stop(self, *_: object) -> None:
        """Finish the running step, then end. A signal handler."""
        self.is_stopping = True

    def run(self) -> None:
        """Work until `stop`. A lost database is waited for, not died of."""
        pause = PAUSE
        while not self.is_stopping:
            try:
                if self._schedule:
                    _run("schedule", self._schedule.enqueue_due)
                pause = 0 if run_round() else PAUSE
            except (OperationalError, InterfaceError) as problem:
                logger.warning("The database is away: %s", str(problem).strip())
                close_old_connections()
                connection.close()
                pause = min(max(pause, PAUSE) * 2, 5.0)
            time.sleep(pause)


class Schedule:
    """The periodic tasks of CELERY_BEAT_SCHEDULE, kept by the one worker that holds the advisory lock."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[str, BaseSchedule]] = {
            name: (str(entry["task"]), maybe_schedule(entry["schedule"]))
            for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
        }
        self._last: dict[str, datetime] = {}
        self._next_look = 0.0
        self._lock_holder: object = None

    def enqueue_due(self) -> int:
        """Queue what is due, looking at most once a second; returns how much that was."""
        if time.monotonic() < self._next_look or not self._is_keeper():
            return 0
        self._next_look = time.monotonic() + 1
        due = [task for name, (task, schedule) in self._entries.items() if self._is_due(name, schedule)]
        QueuedTask.objects.bulk_create(QueuedTask(name=task) for task in due)
        return len(due)

    def _is_due(self, name: str, schedule: BaseSchedule) -> bool:
        """Due at the first look, so that a process that restarts often still does its daily work, then by period."""
        last = self._last.get(name)
        is_due = last is None or bool(schedule.is_due(last)[0])
        if is_due:
            self._last[name] = schedule.now()
        return is_due

    def _is_keeper(self) -> bool:
        """Whether this process holds the schedule's lock, which lives as long as its database connection."""
        if self._lock_holder is not None and self._lock_holder is connection.connection:
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [SCHEDULE_LOCK])
            is_keeper = bool(cursor.fetchone()[0])
        self._lock_holder = connection.connection if is_keeper else None
        return is_keeper
