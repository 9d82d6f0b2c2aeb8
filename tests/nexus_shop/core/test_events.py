"""Events and their relay."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from nexus_shop.core import events
from nexus_shop.core.events import Event, backlog, publish, redeliver, relay_events, subscribe
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.postgres import ROOT
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "payload", "error"),
    [
        ("GoneEvent", {}, "KeyError('GoneEvent')"),
        ("ThingDone", {"was_called": 1}, "TypeError"),
        ("ThingDone", [1], "TypeError"),
    ],
)
def test_event_that_cannot_be_built_holds_no_other_up(name: str, payload: Any, error: str) -> None:
    seen: list[int] = []
    subscribe(ThingDone)(lambda event: seen.append(event.thing_id))
    broken = OutboxEvent.objects.create(name=name, payload=payload, request_id="request-8")
    publish(ThingDone(thing_id=3))
    before = request_id.get()
    assert relay_events() == 2
    assert seen == [3]
    assert request_id.get() == before != "request-8"
    broken.refresh_from_db()
    assert (broken.attempts, broken.parked_at) == (1, None)
    assert broken.due_at > timezone.now()
    for _ in range(6):
        make_due()
        relay_events()
    broken.refresh_from_db()
    assert broken.attempts == 5
    assert broken.parked_at is not None
    assert error in broken.last_error
    assert backlog() == {"waiting": 0, "parked": 1}


@pytest.mark.django_db
def test_event_with_more_tries_than_there_are_is_parked_undelivered() -> None:
    seen: list[int] = []
    subscribe(ThingDone)(lambda event: seen.append(event.thing_id))
    publish(ThingDone(thing_id=1))
    OutboxEvent.objects.update(attempts=32767, last_error="LookupError")
    publish(ThingDone(thing_id=2))
    assert relay_events() == 2
    assert seen == [2]
    assert OutboxEvent.objects.exclude(parked_at=None).get().last_error == (
        "LookupError\nthe process ended during the last try"
    )


KILLER = """
import os, signal, django
from dataclasses import dataclass
django.setup()
from nexus_shop.core.events import Event, relay_events, subscribe
@dataclass(frozen=True, kw_only=True)
class Deadly(Event):
    pass
@subscribe(Deadly)
def die(event):
    os.kill(os.getpid(), signal.SIGKILL)
relay_events()
"""


def test_event_that_kills_its_process_is_parked_alone(own_database: str) -> None:
    environment = os.environ | {"DATABASE_URL": own_database}
    deadly = OutboxEvent.objects.create(name="Deadly", payload={}, attempts=3)
    harmless = OutboxEvent.objects.create(
        name="PaymentParked", payload={"attempt_id": 1, "order_id": 1, "problem": "x"}, attempts=3
    )
    ends = []
    for _ in range(3):
        OutboxEvent.objects.filter(pk=deadly.pk).update(due_at=timezone.now() - timedelta(hours=1))
        ends.append(subprocess.run([sys.executable, "-c", KILLER], cwd=ROOT, env=environment, check=False).returncode)
    assert ends == [-signal.SIGKILL, -signal.SIGKILL, 0]
    deadly.refresh_from_db()
    harmless.refresh_from_db()
    assert deadly.parked_at is not None
    assert "the process ended" in deadly.last_error
    assert (harmless.attempts, harmless.parked_at) == (4, None)
    assert harmless.done_at is not None


def test_relay_knows_the_events_and_subscribers_of_every_app(own_database: str, tmp_path: Path) -> None:
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "__init__.py").touch()
    (tmp_path / "late" / "events.py").write_text(
        "from dataclasses import dataclass\nfrom nexus_shop.core.events import Event\n"
        "@dataclass(frozen=True, kw_only=True)\nclass LateThing(Event):\n    thing_id: int\n"
    )
    (tmp_path / "late" / "subscribers.py").write_text(
        "from nexus_shop.core.events import subscribe\nfrom .events import LateThing\n"
        "@subscribe(LateThing)\ndef tell(event):\n    print(event)\n"
    )
    row = OutboxEvent.objects.create(name="LateThing", payload={"thing_id": 5})
    code = (
        "import django; from django.conf import settings; settings.INSTALLED_APPS.append('late'); django.setup();"
        "from nexus_shop.core.events import relay_events; relay_events()"
    )
    environment = os.environ | {"DATABASE_URL": own_database, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout == "LateThing(thing_id=5)\n"
    row.refresh_from_db()
    assert row.done_at is not None
