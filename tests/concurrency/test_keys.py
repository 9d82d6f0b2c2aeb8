"""C4: what a key was answered with is kept in the database: a restart and an emptied Redis change nothing."""

from typing import Any

import redis
from pytest_django import Settings

from nexus_shop.core.models import IdempotencyRecord
from tests.api.test_money_keys import ROUTES
from tests.concurrency.test_one_payment import environment
from tests.factories.calls import PREFIX, Call, Scene
from tests.peers.loopback import Loopback
from tests.servers import Answer, Shop, serving


def over_http(shop: Shop, call: Call) -> Answer:
    """The call with its login or cart token, by a key of its own."""
    client: Any = call.client
    held = {name.removeprefix("HTTP_").title(): value for name, value in client._credentials.items()}
    return shop.call(call.method, call.path, call.body, **held, Idempotency_Key="one-key")


def test_keys_survive_a_restart_and_an_emptied_redis(
    books: Loopback, own_database: str, redis_server: str, settings: Settings
) -> None:
    settings.RATE_LIMIT_SCALE = 1_000_000
    scene = Scene()
    calls = [scene.call(route.method, PREFIX + route.template) for route in ROUTES]
    variables = environment(books) | {"REDIS_URL": redis_server}
    with serving(own_database, environment=variables, workers=1) as shop:
        first = [over_http(shop, call) for call in calls]
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    with serving(own_database, environment=variables, workers=1) as shop:
        again = [over_http(shop, call) for call in calls]

    assert {answer.status for answer in first} == {200, 201}
    assert [(answer.status, answer.body) for answer in again] == [(answer.status, answer.body) for answer in first]
    assert {answer.headers.get("Idempotent-Replayed") for answer in first} == {None}
    assert {answer.headers.get("Idempotent-Replayed") for answer in again} == {"true"}
    assert IdempotencyRecord.objects.count() == len(calls)
