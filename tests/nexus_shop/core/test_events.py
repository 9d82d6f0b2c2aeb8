"""Events and their relay."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from nexus_shop.core import events
from nexus_shop.core.events import Event, backlog, publish, redeliver, relay_events, subscribe
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.requests import request_id


@dataclass(frozen=True, kw_only=True)
class ThingDone(Event):
    thing_id: int


@pytest.fixture(autouse=True)
def _only_own_subscribers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(events, "_subscribers", {})
    yield


def make_due() -> None:
    OutboxEvent.objects.update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.usefixtures("own_database")
def test_publish_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="publish"):
        publish(ThingDone(thing_id=1))
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_event_is_delivered_once_to_each_subscriber() -> None:
    seen: list[Any] = []
    subscribe(ThingDone)(lambda event: seen.append(("one", event, request_id.get())))
    token = request_id.set("request-7")
    publish(ThingDone(thing_id=7))
    request_id.reset(token)
    assert seen == []
    assert relay_events() == 1
    assert seen == [("one", ThingDone(thing_id=7), "request-7")]
    make_due()
    assert relay_events() == 0
    assert backlog() == {"waiting": 0, "parked": 0}


@pytest.mark.django_db
def test_failing_subscriber_is_retried_alone_and_parked() -> None:
    calls: list[str] = []

    def good(event: ThingDone) -> None:
        calls.append("good")

    def bad(event: ThingDone) -> None:
        calls.append("bad")
        raise LookupError("no")

    subscribe(ThingDone)(good)
    subscribe(ThingDone)(bad)
    publish(ThingDone(thing_id=1))
    for _ in range(7):
        relay_events()
        make_due()
    assert calls == ["good", "bad", "bad", "bad", "bad", "bad"]
    row = OutboxEvent.objects.get()
    assert row.parked_at is not None
    assert row.attempts == 5
    assert "LookupError" in row.last_error
    assert backlog() == {"waiting": 0, "parked": 1}


@pytest.mark.django_db
def test_failed_event_waits_before_the_next_try() -> None:
    def bad(event: ThingDone) -> None:
        raise LookupError

    subscribe(ThingDone)(bad)
    publish(ThingDone(thing_id=1))
    assert relay_events() == 1
    assert relay_events() == 0
    assert OutboxEvent.objects.get().due_at > timezone.now()


@pytest.mark.django_db
def test_redeliver_makes_a_parked_event_due_again() -> None:
    seen: list[int] = []
    publish(ThingDone(thing_id=3))
    OutboxEvent.objects.update(parked_at=timezone.now(), attempts=5)
    subscribe(ThingDone)(lambda event: seen.append(event.thing_id))
    assert relay_events() == 0
    assert redeliver(str(OutboxEvent.objects.get().event_id))
    assert relay_events() == 1
    assert seen == [3]
    assert not redeliver("00000000-0000-4000-8000-000000000000")


@pytest.mark.usefixtures("own_database")
def test_claimed_event_is_not_claimed_by_another_relay() -> None:
    with transaction.atomic():
        publish(ThingDone(thing_id=1))
    taken: list[int] = []

    def while_delivering(event: ThingDone) -> None:
        taken.append(relay_events())

    subscribe(ThingDone)(while_delivering)
    assert relay_events() == 1
    assert taken == [0]


@pytest.mark.django_db
def test_event_names_are_unique() -> None:
    with pytest.raises(TypeError, match="ThingDone"):
        type("ThingDone", (Event,), {})
