"""A breaker for each gateway: after five failures in a row it is left alone for a while, the others go on.

It counts in each process: whoever has not failed yet may try.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from .base import Declined, Unavailable

R = TypeVar("R")

FAILURES: Final = 5
OPEN_SECONDS: Final = 30


class Breaker:
    """Counts failures in a row. While it is open, nothing is sent; then one call at a time is let through."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_at = 0.0

    def run(self, call: Callable[[], R]) -> R:
        """Make the call. Raises what it raises, and Unavailable (certain) while the breaker is open."""
        self._enter()
        try:
            result = call()
        except Unavailable:
            self._count()
            raise
        except Declined:
            self._forget()
            raise
        self._forget()
        return result

    def _enter(self) -> None:
        with self._lock:
            left = self._closed_at - time.monotonic()
            if self._failures >= FAILURES and left > 0:
                raise Unavailable("breaker_open", is_certain=True, retry_after=int(left) + 1)
            if self._failures >= FAILURES:
                self._closed_at = time.monotonic() + OPEN_SECONDS  # the others wait for how this one fares

    def _count(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._closed_at = time.monotonic() + OPEN_SECONDS

    def _forget(self) -> None:
        with self._lock:
            self._failures = 0


_breakers: dict[str, Breaker] = {}


def guarded(code: str, call: Callable[[], R]) -> R:
    """Make a call of the gateway of that code behind its breaker."""
    return _breakers.setdefault(code, Breaker()).run(call)


def forget_failures() -> None:
    """Close every breaker of this process."""
    _breakers.clear()
