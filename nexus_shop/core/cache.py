"""Redis, which the shop goes on without: the cache forgets, and limits are counted elsewhere (`core.limits`).

After a failure it is left alone for PAUSE seconds: requests must not pay for its time-outs one by one.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

import redis
from django.core.cache.backends import redis as django_redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

R = TypeVar("R")

PAUSE: Final = 5.0
# One more try at once, for a connection of the pool that has died; redis-py's own tries would add up to seconds.
CONNECTION: Final = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": Retry(NoBackoff(), 1)}


class _Pause:
    ends = 0.0


def ask_redis(question: Callable[[], R], otherwise: R) -> R:
    """What Redis answers, or `otherwise` while it is away."""
    now = time.monotonic()
    if now < _Pause.ends:
        return otherwise
    if _Pause.ends:
        _Pause.ends = now + PAUSE  # one request asks for all
    try:
        answer = question()
    except redis.RedisError as failure:
        _Pause.ends = time.monotonic() + PAUSE
        logger.warning("Redis is away, it is asked again in %s s: %s", PAUSE, failure)
        return otherwise
    _Pause.ends = 0.0
    return answer


def forget_failures() -> None:
    """Ask Redis again at once (tests)."""
    _Pause.ends = 0.0


class _Client(django_redis.RedisCacheClient):
    """Answers as a cache that keeps nothing (Django's DummyCache) while Redis is away."""

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return ask_redis(partial(super().add, key, value, timeout), otherwise=True)

    def get(self, key: Any, default: Any) -> Any:
        return ask_redis(partial(super().get, key, default), otherwise=default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        ask_redis(partial(super().set, key, value, timeout), otherwise=None)

    def touch(self, key: Any, timeout: Any) -> bool:
        return ask_redis(partial(super().touch, key, timeout), otherwise=False)

    def delete(self, key: Any) -> bool:
        return ask_redis(partial(super().delete, key), otherwise=False)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        return ask_redis(partial(super().get_many, keys), otherwise={})

    def has_key(self, key: Any) -> bool:
        return ask_redis(partial(super().has_key, key), otherwise=False)

    def incr(self, key: Any, delta: Any) -> Any:
        count = ask_redis(partial(super().incr, key, delta), otherwise=None)
        if count is None:
            raise ValueError(f"Key '{key}' not found.")
        return count

    def set_many(self, data: Any, timeout: Any) -> None:
        ask_redis(partial(super().set_many, data, timeout), otherwise=None)

    def delete_many(self, keys: Any) -> None:
        ask_redis(partial(super().delete_many, keys), otherwise=None)

    def clear(self) -> bool:
        return ask_redis(super().clear, otherwise=False)


class RedisCache(django_redis.RedisCache):
    """Django's, which raises where Redis is away, so that a page fails for want of a cache."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params | {"OPTIONS": CONNECTION | params.get("OPTIONS", {})})
        self._class = _Client
