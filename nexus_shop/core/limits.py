"""Rate limits: fixed windows, counted atomically.

Writes and logins are counted across processes: in Redis where there is one, else in an unlogged PostgreSQL table, by
one autocommitted statement before the operation, so that a roll-back keeps the count. Reads are counted in each process
(its share of the limit), or in Redis. While Redis is away, all is counted as without it.
"""

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db import connection

PERIODS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in a window of so many seconds."""

    name: str
    quota: int
    window: int


@dataclass(frozen=True, slots=True)
class State:
    """How one limit stands after a request was counted."""

    limit: Limit
    used: int
    resets_in: int

    @property
    def remaining(self) -> int:
        """Requests left in the window."""
        return max(0, self.limit.quota - self.used)

    @property
    def is_exceeded(self) -> bool:
        """Whether this very request was one too many."""
        return self.used > self.limit.quota


@cache
def limit(name: str) -> Limit:
    """The limit of settings.RATE_LIMITS, times RATE_LIMIT_SCALE."""
    count, _, period = settings.RATE_LIMITS[name].partition("/")
    return Limit(name, max(1, int(int(count) * settings.RATE_LIMIT_SCALE)), PERIODS[period])


def count_shared(wanted: Sequence[tuple[Limit, str]]) -> list[State]:
    """Count one request against each (limit, client), across all processes."""
    keys = {_key(limit, client): limit for limit, client in wanted}
    return _count_in_redis(keys) or _count_in_table(keys)


def count_local(limit: Limit, client: str) -> State:
    """Count one read: in Redis, or in this process against its share of the limit."""
    if states := _count_in_redis({_key(limit, client): limit}):
        return states[0]
    share = max(1, limit.quota // max(1, settings.WEB_CONCURRENCY))
    return _windows.count(Limit(limit.name, share, limit.window), client)


def _key(limit: Limit, client: str) -> str:
    return hashlib.sha256(f"{limit.name}\0{limit.window}\0{client}".encode()).hexdigest()[:40]


def _count_in_table(keys: dict[str, Limit]) -> list[State]:
    rows = sorted(keys.items())  # one order, so that two requests cannot wait for each other
    values = ", ".join(["(%s, 1, clock_timestamp() + make_interval(secs => %s))"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO core_limitcounter AS old (key, count, resets_at) VALUES {values}
            ON CONFLICT (key) DO UPDATE SET
                count = CASE WHEN old.resets_at <= clock_timestamp() THEN 1 ELSE old.count + 1 END,
                resets_at = CASE WHEN old.resets_at <= clock_timestamp() THEN excluded.resets_at ELSE old.resets_at END
            RETURNING key, count, ceil(extract(epoch FROM resets_at - clock_timestamp()))::int
            """,
            [value for key, limit in rows for value in (key, limit.window)],
        )
        counted = {key: (used, resets_in) for key, used, resets_in in cursor.fetchall()}
    return [State(limit, *counted[key]) for key, limit in keys.items()]


_REDIS_SCRIPT: Final = """
local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {used, redis.call('PTTL', KEYS[1])}
"""


@cache
def _redis_script() -> Any:
    import redis  # noqa: PLC0415 - only where REDIS_URL is set

    from .cache import CONNECTION  # noqa: PLC0415

    return redis.Redis.from_url(settings.REDIS_URL, **CONNECTION).register_script(_REDIS_SCRIPT)


def _count_in_redis(keys: dict[str, Limit]) -> list[State]:
    """Nothing where there is no Redis, or it is away."""
    if not settings.REDIS_URL:
        return []
    from .cache import ask_redis  # noqa: PLC0415 - only where REDIS_URL is set

    def count() -> list[State]:
        states = []
        for key, limit in keys.items():
            used, milliseconds = _redis_script()(keys=[f"limit:{key}"], args=[limit.window * 1000])
            states.append(State(limit, used, max(1, -(-milliseconds // 1000))))
        return states

    return ask_redis(count, otherwise=[])


class _Windows:
    """Counters of this process. When full, windows that are over go first, then all: a counter is no memory leak."""

    MAX_CLIENTS: Final = 50_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[tuple[str, str], tuple[int, float]] = {}

    def count(self, limit: Limit, client: str) -> State:
        now = time.monotonic()
        with self._lock:
            used, ends = self._counters.get((limit.name, client), (0, 0.0))
            if ends <= now:
                used, ends = 0, now + limit.window
                self._make_room(now)
            self._counters[limit.name, client] = (used + 1, ends)
        return State(limit, used + 1, max(1, round(ends - now)))

    def _make_room(self, now: float) -> None:
        if len(self._counters) < self.MAX_CLIENTS:
            return
        self._counters = {key: value for key, value in self._counters.items() if value[1] > now}
        if len(self._counters) >= self.MAX_CLIENTS:
            self._counters.clear()

    def clear(self) -> None:
        with self._lock:
            self._counters.clear()


_windows = _Windows()


def forget_local_counts() -> None:
    """Start all windows of this process anew (tests)."""
    from .cache import forget_failures  # noqa: PLC0415

    forget_failures()
    _windows.clear()
    limit.cache_clear()
    _redis_script.cache_clear()
