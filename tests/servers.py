"""The shop's production server on a database of a test, and shoppers who reach it over real HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import urllib3

from nexus_shop.core.postgres import ROOT

START_SECONDS: Final = 60
SHOP: Final = "nexus_shop.wsgi:application"
R = TypeVar("R")


@dataclass(frozen=True)
class Answer:
    """An answer of the API. `body` is None where it is empty."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Shop:
    """A running shop. Any number of threads may call it. `pid` is the server's, whose children are the workers."""

    def __init__(self, address: str, pid: int) -> None:
        self.address = address
        self.pid = pid
        self._pool = urllib3.PoolManager(maxsize=256, retries=False, timeout=urllib3.Timeout(60))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/json"
        return self._send(method, path, None if body is None else json.dumps(body), sent)

    def send(self, method: str, path: str, data: bytes, **headers: str) -> Answer:
        """One request with a JSON body of exactly these bytes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(method, path, data, sent | {"Content-Type": "application/json"})

    def _send(self, method: str, path: str, data: bytes | str | None, headers: Mapping[str, str]) -> Answer:
        answer = self._pool.request(method, self.address + path, body=data, headers=headers)
        is_json = "json" in answer.headers.get("Content-Type", "")
        return Answer(answer.status, answer.headers, json.loads(answer.data) if is_json else None)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    database: str, *, application: str = SHOP, workers: int = 4, environment: Mapping[str, str] | None = None
) -> Iterator[Shop]:
    """The application on a free port, by the server of `make run`, with worker processes of four threads each."""
    port = free_port()
    command = [sys.executable, "-m", "nexus_shop.web", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(workers), "--blocking-threads", "4", "--backpressure", "64"]
    command += ["--log-level", "warning", application]
    variables = os.environ | {
        "DATABASE_URL": database,
        "RATE_LIMIT_SCALE": "100000",
        "WEB_CONCURRENCY": str(workers),
        "DJANGO_LOG_LEVEL": "ERROR",
        **(environment or {}),
    }
    process = subprocess.Popen(command, cwd=ROOT, env=variables, start_new_session=True)
    shop = Shop(f"http://127.0.0.1:{port}", process.pid)
    try:
        _wait_for(shop, process)
        yield shop
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with suppress(ProcessLookupError):  # workers that hang
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(shop: Shop, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(START_SECONDS * 10):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with suppress(urllib3.exceptions.HTTPError):
            if shop.call("GET", "/health/db/").status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def race(calls: Sequence[Callable[[], R]]) -> list[R]:
    """Make all calls at once, each in a thread of its own; their results in order."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], R]) -> R:
        start.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
