"""Bodies of public reads that this process has answered before.

Each is kept with its version, which the statement of the read says anew every time: with that version among those that
are known, the statement leaves the body out, and nothing stale is ever answered.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

MAX_BYTES: Final = 4_000_000  # of each process; a list of 20 cards has about 20,000


@dataclass(frozen=True, slots=True)
class Kept:
    """A body. No version: nothing is kept."""

    version: str = ""
    body: bytes = b""


NOTHING: Final = Kept()


class Memo:
    """The bodies asked for last, by what was asked. Threads share it."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> Kept:
        """What is kept of this."""
        with self._lock:
            kept = self._kept.get(key, NOTHING)
            if kept is not NOTHING:
                self._kept.move_to_end(key)
            return kept

    def keep(self, key: Hashable, version: str, body: bytes) -> bytes:
        """The body, kept from now on in place of the one before. One of more than a tenth of the room is not kept."""
        with self._lock:
            self._bytes -= len(self._kept.pop(key, NOTHING).body)
            if len(body) <= self._max_bytes // 10:
                self._kept[key] = Kept(version, body)
                self._bytes += len(body)
            while self._bytes > self._max_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped.body)
        return body


BODIES: Final = Memo()
