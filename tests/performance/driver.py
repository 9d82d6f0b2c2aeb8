"""The load: keep-alive connections out of a process of their own, whose CPU is not counted."""

import http.client
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tests.performance.scenarios import SCENARIOS, Facts, Read, Reply, Scenario, Unexpected

CONNECTIONS: Final = 4
WRK_SECONDS: Final = 1  # the shortest run that wrk knows
NAMED: Final = {scenario.name: scenario for scenario in SCENARIOS}


class Connection:
    """One keep-alive connection to the shop."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._http = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)

    def __call__(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request."""
        sent = dict(headers or {})
        data = None
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body), "application/json"
        self._http.request(method, path, data, sent)
        answer = self._http.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, found, answer.read())

    def close(self) -> None:
        """Hang up."""
        self._http.close()


class Driver:
    """Runs scenarios against a served shop: reads by wrk where it is found, everything else by our own client."""

    def __init__(self, address: str, facts: Facts, pool: ProcessPoolExecutor) -> None:
        self._address = address
        self._facts = facts
        self._pool = pool
        self._wrk = shutil.which("wrk")

    @property
    def client(self) -> str:
        """What drives the reads."""
        return "wrk" if self._wrk else "own client"

    def drive(self, scenario: Scenario, seconds: float) -> int:
        """Run the scenario for so long; returns how often. Raises Unexpected."""
        if self._wrk and scenario.reads is not None and seconds >= WRK_SECONDS:
            return _drive_by_wrk(self._wrk, self._address, scenario.reads(self._facts), round(seconds))
        return self._pool.submit(_drive, self._address, scenario.name, self._facts, seconds).result()


@contextmanager
def driving(address: str, facts: Facts) -> Iterator[Driver]:
    """A driver with its process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield Driver(address, facts, pool)


def _drive(address: str, name: str, facts: Facts, seconds: float) -> int:
    """All connections at once, until the time is over; each finishes what it has begun."""
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        repeat = partial(_repeat, address, NAMED[name], facts, end)
        return sum(threads.map(repeat, range(CONNECTIONS)))


def _repeat(address: str, scenario: Scenario, facts: Facts, end: float, number: int) -> int:
    connection = Connection(address)
    try:
        for done in count(1):
            scenario.run(connection, facts, number + done * CONNECTIONS)
            if time.monotonic() >= end:
                return done
    finally:
        connection.close()
    raise AssertionError


# wrk calls `request` for each one it sends; requests are made once
LUA: Final = """
local requests, turn = {{}}, 0
function init(args)
  {requests}
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
"""


def _drive_by_wrk(wrk: str, address: str, reads: tuple[Read, ...], seconds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "reads.lua"
        script.write_text(LUA.format(requests="\n  ".join(map(_lua_request, reads))))
        command = [wrk, "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s"]
        command += ["--script", str(script), address]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"(\d+) requests in", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        raise Unexpected(f"wrk on {reads[0].path}: {said}")
    return int(found[1])


def _lua_request(read: Read) -> str:
    headers = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in read.headers.items())
    return f'requests[#requests + 1] = wrk.format("GET", {json.dumps(read.path)}, {{{headers}}})'
