"""The shop while Redis is away, or silent: real ports with nobody, or nobody who answers, behind them."""

import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.cache import cache
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket
from nexus_shop.core import cache as redis_cache
from nexus_shop.core.limits import Limit, count_local, count_shared, forget_local_counts
from nexus_shop.core.models import LimitCounter
from nexus_shop.settings import cache as cache_settings
from tests.conftest import running_redis
from tests.factories.shop import make_product
from tests.servers import free_port

THREE = Limit("three", 3, 60)


def use_redis(settings: Settings, port: int) -> None:
    """The settings of REDIS_URL, as they are made when the shop starts."""
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    settings.CACHES = {"default": cache_settings._redis | {"LOCATION": settings.REDIS_URL}}
    forget_local_counts()


@pytest.fixture
def closed_port(settings: Settings) -> int:
    """A port of a Redis that is not running."""
    port = free_port()
    use_redis(settings, port)
    return port


@pytest.fixture
def silent_redis(settings: Settings) -> Iterator[list[socket.socket]]:
    """A port that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        use_redis(settings, listening.getsockname()[1])
        yield [listening]


@pytest.mark.django_db
@pytest.mark.usefixtures("closed_port")
def test_api_goes_on_without_redis(api: APIClient) -> None:
    mug = make_product("Mug")
    assert api.get("/api/v1/products/").status_code == 200
    added = api.post("/api/v1/cart/items/", {"product_id": mug.pk})
    assert added.status_code == 201
    assert '"anonymous";r=99' in added.headers["RateLimit"]
    assert (Basket.objects.count(), LimitCounter.objects.count()) == (1, 2)


@pytest.mark.django_db
@pytest.mark.usefixtures("closed_port")
def test_limits_hold_without_redis(settings: Settings) -> None:
    settings.WEB_CONCURRENCY = 2
    assert [count_shared([(THREE, "anna")])[0].used for _ in range(4)] == [1, 2, 3, 4]
    reads = [count_local(Limit("reads", 4, 60), "anna") for _ in range(3)]
    assert [state.is_exceeded for state in reads] == [False, False, True]


@pytest.mark.usefixtures("closed_port")
def test_health_says_that_redis_is_away(api: APIClient) -> None:
    answer = api.get("/health/cache/")
    assert (answer.status_code, answer.json()) == (503, {"status": "down"})


@pytest.mark.usefixtures("closed_port")
def test_cache_without_redis_keeps_nothing() -> None:
    cache.set("key", 1)
    cache.set_many({"key": 1})
    cache.delete_many(["key"])
    assert (cache.get("key"), cache.get("key", "default"), cache.get_many(["key"])) == (None, "default", {})
    assert (cache.add("key", 1), cache.touch("key"), cache.delete("key"), cache.has_key("key")) == (
        *(True, False, False, False),
    )
    assert cache.get_or_set("key", lambda: "made") == "made"
    assert cache.clear() is False  # type: ignore[func-returns-value]
    with pytest.raises(ValueError, match="not found"):
        cache.incr("key")


@pytest.mark.django_db
@pytest.mark.usefixtures("silent_redis")
def test_silent_redis_is_waited_for_once(api: APIClient) -> None:
    begin = time.monotonic()
    assert api.get("/api/v1/products/").status_code == 200
    assert time.monotonic() - begin > 0.4  # the time-out
    begin = time.monotonic()
    for _ in range(10):
        count_shared([(THREE, "anna")])
        cache.get("key")
    assert time.monotonic() - begin < 0.4


@pytest.mark.django_db
def test_redis_that_comes_back_is_used_again(
    closed_port: int, redis_binary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_cache, "PAUSE", 0.2)
    assert count_shared([(THREE, "anna")])[0].used == 1
    with running_redis(redis_binary, closed_port) as process:
        time.sleep(0.25)
        assert count_shared([(THREE, "bert")])[0].used == 1
        cache.set("key", "kept")
        assert cache.get("key") == "kept"
        assert LimitCounter.objects.count() == 1
        assert keys_of(closed_port) == {"limit", ""}
        stop(process)
        assert cache.get("key") is None
        assert count_shared([(THREE, "bert")])[0].used == 1
    assert LimitCounter.objects.count() == 2


def keys_of(port: int) -> set[str]:
    with redis.Redis(port=port) as client:
        keys: Any = client.keys()
        return {key.decode().partition(":")[0] for key in keys}


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


@pytest.mark.usefixtures("redis_url")
def test_cache_in_redis(redis_url: str, settings: Settings) -> None:
    settings.CACHES = {"default": cache_settings._redis | {"LOCATION": redis_url}}
    cache.set_many({"a": 1, "b": "two"})
    assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": "two"}
    assert (cache.incr("a"), cache.add("a", 5), cache.has_key("a"), cache.touch("a")) == (2, False, True, True)
    assert (cache.delete("b"), cache.delete("b"), cache.get("b")) == (True, False, None)
    cache.delete_many(["a"])
    assert cache.get("a") is None
