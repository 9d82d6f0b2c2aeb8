"""C4: the Idempotency-Key on every route that moves money or stock, whatever comes between two requests of one key."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from nexus_shop.api.rest.urls import urlpatterns
from nexus_shop.core.limits import forget_local_counts
from nexus_shop.core.models import IdempotencyRecord
from tests import database
from tests.factories.calls import PREFIX, Call, Scene
from tests.factories.carts import guest_with
from tests.factories.http import client_of
from tests.factories.shop import make_user
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db

KEYED: Final[dict[str, Any]] = {"HTTP_IDEMPOTENCY_KEY": "key"}
#: What an idempotent request may write beside its effect.
BOOKKEEPING: Final = {"core_idempotencyrecord", "core_limitcounter"}


@dataclass(frozen=True)
class Route:
    """A writing route; `other` makes another good body of its body. Those that move money may have to have a key."""

    template: str
    other: Any
    method: str = "POST"
    moves_money: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


ROUTES: Final = [
    Route("checkout/", {"notes": "Another"}),
    Route("orders/", {"notes": "Another"}),
    Route("checkouts/{handle}/complete/", {"expected_total": {"amount": "1.00", "currency": "GBP"}}),
    Route("payments/", {"data": {"behaviour": "decline"}}),
    Route("payments/refunds/", {"amount": {"amount": "2.00", "currency": "GBP"}}),
    Route("payments/{handle}/capture/", None),
    Route("payments/{handle}/void/", None),
    Route("orders/{handle}/cancel/", {"reason": "Another"}, moves_money=False),
    Route("orders/{handle}/status/", {"reference": "TRACK-1"}, "PATCH", moves_money=False),
    Route("checkouts/", None, moves_money=False),
    Route("checkouts/{handle}/payment-sessions/", {"payment_method": "loopback"}, moves_money=False),
    Route("checkouts/{handle}/cancel/", None, moves_money=False),
    Route("admin/inventory/adjustments/", {"quantity": 3}, moves_money=False),
    Route("admin/stockrecords/", {"price": "3.00"}, moves_money=False),
    Route("admin/stockrecords/{key}/", {"price": "3.00"}, "PATCH", moves_money=False),
]
every_route = pytest.mark.parametrize("route", ROUTES, ids=str)


@pytest.fixture
def scene(settings: Settings, gateway: Loopback) -> Scene:
    settings.RATE_LIMIT_SCALE = 1_000_000
    return Scene()


@pytest.fixture
def call(scene: Scene, route: Route) -> Call:
    return scene.call(route.method, PREFIX + route.template)


def rows() -> dict[str, tuple[int, Any]]:
    """Table -> number of rows and digest of all of them."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - BOOKKEEPING)
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{name}\" t"
                for name in tables
            )
        )
        return {name: (count, digest) for name, count, digest in cursor.fetchall()}


def is_replay(answer: Any) -> bool:
    return bool(answer.headers.get("Idempotent-Replayed") == "true")


def rival_of(call: Call, scene: Scene) -> APIClient:
    """Somebody else who may call the route too."""
    if call.client is scene.staff:
        return client_of(make_user(is_staff=True, is_superuser=True))
    return client_of(scene.stranger) if call.client is scene.shopper else guest_with((scene.pen, 1))[0]


def views_of_money() -> set[str]:
    """The templates of the routes that say that they move money."""
    return {
        str(pattern.pattern).replace("<str:", "{").replace(">", "}")
        for pattern in urlpatterns
        if getattr(getattr(pattern.callback, "cls", None), "is_money_route", False)
    }


def test_all_routes_of_money_are_here() -> None:
    assert views_of_money() == {(PREFIX + route.template).lstrip("/") for route in ROUTES if route.moves_money}


@every_route
def test_works_without_a_key(call: Call) -> None:
    assert call.send().status_code in {200, 201}
    assert not IdempotencyRecord.objects.exists()


@every_route
def test_setting_demands_a_key_where_money_moves(call: Call, route: Route, settings: Settings) -> None:
    settings.IDEMPOTENCY_KEY_REQUIRED = True
    before = rows()
    bare = call.send()
    if route.moves_money:
        assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_required")
        assert rows() == before
        bare = call.send(**KEYED)
    assert bare.status_code in {200, 201}


@every_route
def test_replay_is_the_same_to_the_byte_and_does_nothing(call: Call) -> None:
    first = call.send(**KEYED)
    before = rows()
    cache.clear()
    forget_local_counts()  # as after Redis has lost everything
    replay = call.send(**KEYED)
    assert (first.status_code, replay.status_code) in {(200, 200), (201, 201)}
    assert (is_replay(first), is_replay(replay)) == (False, True)
    assert replay.content == first.content
    for name in ("ETag", "Location", "Content-Type"):
        assert replay.headers.get(name) == first.headers.get(name)
    assert rows() == before


@every_route
def test_another_body_is_refused(call: Call, route: Route) -> None:
    call.send(**KEYED)
    before = rows()
    changed = json.dumps(call.body) + " " if route.other is None else json.dumps({**call.body, **route.other})
    other = call.client.generic(route.method, call.path, changed, content_type="application/json", **KEYED)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert rows() == before


@every_route
def test_nobody_is_answered_with_anothers_answer(call: Call, scene: Scene) -> None:
    first = call.send(**KEYED)
    theirs = Call(rival_of(call, scene), call.method, call.path, call.body).send(**KEYED)
    assert theirs.status_code < 500
    assert not is_replay(theirs)
    assert theirs.status_code >= 400 or call.client is scene.staff or theirs.json()["id"] != first.json()["id"]
    assert is_replay(call.send(**KEYED))


@every_route
def test_key_has_255_characters_at_most(call: Call) -> None:
    before = rows()
    refused = call.send(HTTP_IDEMPOTENCY_KEY="x" * 256)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_invalid")
    assert rows() == before
    assert call.send(HTTP_IDEMPOTENCY_KEY="x" * 255).status_code in {200, 201}


@every_route
def test_key_in_flight_is_told_to_wait(call: Call) -> None:
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before_the_try")
        call.send(**KEYED)
        scope = IdempotencyRecord.objects.get().scope
        cursor.execute("ROLLBACK TO SAVEPOINT before_the_try")
    digest = hashlib.sha256(f"{scope}\0key".encode()).digest()
    number = int.from_bytes(digest[:8], signed=True)
    with psycopg.connect(database.address_of(connection.settings_dict["NAME"])) as rival:
        rival.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        waiting = call.send(**KEYED)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_key_in_flight")
    assert waiting.headers["Retry-After"] == "1"
    assert rows() == before
    assert call.send(**KEYED).status_code in {200, 201}


@every_route
def test_key_expires_after_a_day(call: Call) -> None:
    call.send(**KEYED)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert is_replay(call.send(**KEYED))
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    later = call.send(**KEYED)
    assert later.status_code < 500
    assert not is_replay(later)
