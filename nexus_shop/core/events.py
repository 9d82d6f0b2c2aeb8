"""Events: published inside a transaction, delivered after it.

`publish` writes one outbox row. The relay (`manage.py worker`) claims rows by SKIP LOCKED and a lease, never by a
highest id: ids do not commit in order. Each subscriber is called at least once, in a transaction of its own making or
none; it must be idempotent. A failing subscriber is retried with growing pauses and the event parked after five tries;
the other subscribers are not called again. So it goes with an event that no class fits, or whose tries end with their
process.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar, Final, TypeVar

from django.db import connection
from django.db.models.functions import Now
from django.utils.module_loading import autodiscover_modules

from .models import OutboxEvent
from .requests import request_id
from .transactions import require_transaction

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=60)
MAX_ATTEMPTS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events: a fact in the past tense with ids and plain values, never model instances."""

    known: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls) -> None:
        if cls.__name__ in Event.known:
            raise TypeError(f"There is an event {cls.__name__} already")
        Event.known[cls.__name__] = cls


E = TypeVar("E", bound=Event)
_subscribers: dict[str, dict[str, Callable[[Any], None]]] = {}


def subscribe(event_type: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Call the function for each event of the type, after commit, at least once, in the worker."""

    def register(subscriber: Callable[[E], None]) -> Callable[[E], None]:
        name = f"{subscriber.__module__}.{subscriber.__qualname__}"
        _subscribers.setdefault(event_type.__name__, {})[name] = subscriber
        return subscriber

    return register


def publish(event: Event) -> None:
    """Store the event in the running transaction. Raises RuntimeError outside one."""
    publish_all([event])


def publish_all(events: Sequence[Event]) -> None:
    """Store the events in the running transaction, in one statement. Raises RuntimeError outside one."""
    require_transaction("publish")
    OutboxEvent.objects.bulk_create(
        OutboxEvent(name=type(event).__name__, payload=asdict(event), request_id=request_id.get()) for event in events
    )


def relay_events(limit: int = 20) -> int:
    """Deliver up to `limit` due events; returns how many were claimed. Any number of relays may run side by side."""
    import_subscribers()
    for claimed in range(limit):
        row = _claim()
        if row is None:
            return claimed
        _deliver(row)
    return limit


@cache
def import_subscribers() -> None:
    """Import the `events` and `subscribers` modules of all apps: a worker process has no other reason to."""
    autodiscover_modules("events", "subscribers")


def _claim() -> OutboxEvent | None:
    """One due event. One at a time: a try that ends its process, or is long, costs the others no try and no lease."""
    rows = OutboxEvent.objects.raw(
        """
        UPDATE core_outboxevent SET due_at = clock_timestamp() + %s, attempts = LEAST(attempts, %s) + 1
        WHERE id = (
            SELECT id FROM core_outboxevent
            WHERE done_at IS NULL AND parked_at IS NULL AND due_at <= clock_timestamp()
            ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *
        """,
        [LEASE, MAX_ATTEMPTS],
    )
    return next(iter(rows), None)


def _deliver(row: OutboxEvent) -> None:
    if row.attempts > MAX_ATTEMPTS:
        logger.error("%s is parked: its process ended during the last try", row)
        _settle(row, [*filter(None, [row.last_error]), "the process ended during the last try"])
        return
    token = request_id.set(row.request_id)
    try:
        failures = _call_subscribers(row)
    finally:
        request_id.reset(token)
    _settle(row, failures)


def _call_subscribers(row: OutboxEvent) -> list[str]:
    """Call those that have not had the event yet, note in `delivered_to` who has it now; returns the failures."""
    try:
        event = Event.known[row.name](**row.payload)
    except Exception as failure:  # the class is gone, or has other fields than when the row was written
        logger.exception("%s is no event of this version", row)
        return [repr(failure)]
    failures = []
    for name, subscriber in _subscribers.get(row.name, {}).items():
        if name in row.delivered_to:
            continue
        try:
            subscriber(event)
        except Exception as failure:  # the boundary of foreign code: recorded, retried, parked
            logger.exception("%s failed on %s", name, row)
            failures.append(f"{name}: {failure!r}")
        else:
            row.delivered_to.append(name)
    return failures


def _settle(row: OutboxEvent, failures: list[str]) -> None:
    changes: dict[str, Any] = {"delivered_to": row.delivered_to, "last_error": "\n".join(failures)}
    if not failures:
        changes["done_at"] = Now()
    elif row.attempts >= MAX_ATTEMPTS:
        changes["parked_at"] = Now()
    else:
        changes["due_at"] = Now() + pause_before(row.attempts)
    OutboxEvent.objects.filter(pk=row.pk).update(**changes)


def pause_before(attempt: int) -> timedelta:
    """How long to wait after the given failed attempt: 2, 4, 8, 16 … seconds."""
    return timedelta(seconds=2**attempt)


def redeliver(event_id: str) -> bool:
    """Make a parked or delivered event due again for all its subscribers; False where there is none of that id."""
    changes: dict[str, Any] = {"done_at": None, "parked_at": None, "attempts": 0, "delivered_to": [], "due_at": Now()}
    return OutboxEvent.objects.filter(event_id=event_id).update(**changes) == 1


def backlog() -> dict[str, int]:
    """How many events wait and how many are parked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE parked_at IS NULL), count(*) FILTER (WHERE parked_at IS NOT NULL)"
            " FROM core_outboxevent WHERE done_at IS NULL"
        )
        waiting, parked = cursor.fetchone()
    return {"waiting": waiting, "parked": parked}
