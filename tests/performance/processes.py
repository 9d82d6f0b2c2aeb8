"""What the shop's processes cost: CPU seconds and memory, read from /proc."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import psutil
import psycopg

from nexus_shop.core.postgres import ROOT

WORKER_NAME: Final = "nexus-bench-worker"  # how the worker's connections are told from those of the web processes
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True)
class Usage:
    """CPU seconds of the web processes, of PostgreSQL on their behalf, and of the worker with its PostgreSQL."""

    server: float
    postgres: float
    worker: float

    def __sub__(self, earlier: "Usage") -> "Usage":
        return Usage(self.server - earlier.server, self.postgres - earlier.postgres, self.worker - earlier.worker)


@dataclass(frozen=True)
class Memory:
    """Proportional set sizes in MB: a page that several processes share counts once in all."""

    web: float
    worker: float
    postgres: float


class Meter:
    """Reads the clocks of the processes of one shop.

    Of PostgreSQL, the backends of the shop's database count and the server's own processes, so that others may work on
    the same server meanwhile. Of a process that ends between two readings the last piece is lost: web processes and
    their connections live on, an autovacuum may not.
    """

    def __init__(self, *, web: int, worker: int, database: str, admin: psycopg.Connection) -> None:
        self._web = psutil.Process(web)
        self._worker = psutil.Process(worker)
        self._database = database
        self._admin = admin
        self._ended = {True: 0.0, False: 0.0}
        self._last: dict[tuple[int, bool], float] = {}

    def read(self) -> Usage:
        """The seconds used so far; only differences mean something."""
        now = {key: seconds for key in self._backends() if (seconds := _seconds(key[0])) is not None}
        for (pid, is_workers), seconds in self._last.items():
            if (pid, is_workers) not in now:
                self._ended[is_workers] += seconds
        self._last = now
        postgres, postgres_of_worker = (
            self._ended[side] + sum(seconds for (_, is_workers), seconds in now.items() if is_workers is side)
            for side in (False, True)
        )
        return Usage(
            server=_seconds_of_tree(self._web),
            postgres=postgres,
            worker=_seconds_of_tree(self._worker) + postgres_of_worker,
        )

    def memory(self) -> Memory:
        """The memory in use; of PostgreSQL all processes, whoever uses them."""
        some_backend = psutil.Process(self._backends()[0][0])
        postmaster = some_backend.parent()
        assert postmaster is not None
        return Memory(*(_megabytes(_tree(process)) for process in (self._web, self._worker, postmaster)))

    def _backends(self) -> list[tuple[int, bool]]:
        """(process id, whether it works for the worker)."""
        rows = self._admin.execute(
            "SELECT pid, COALESCE(application_name = %s, false) FROM pg_stat_activity"
            " WHERE datname = %s OR datname IS NULL",
            [WORKER_NAME, self._database],
        )
        return [(pid, is_workers) for pid, is_workers in rows.fetchall()]


def ensure_postgres_is_here(admin: psycopg.Connection) -> None:
    """Its CPU is read from /proc. Raises SystemExit where the server is on another machine or in a container."""
    pid = admin.info.backend_pid
    with suppress(psutil.Error):
        if psutil.Process(pid).name().startswith("postgres"):
            return
    raise SystemExit(f"make bench measures PostgreSQL by its processes, and process {pid} of this machine is none.")


@contextmanager
def working(database: str) -> Iterator[int]:
    """`manage.py worker` on the database, as `make run` starts it; yields its process id."""
    environment = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "nexus_shop.settings",
        "DJANGO_LOG_LEVEL": "ERROR",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "PGAPPNAME": WORKER_NAME,
    }
    process = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "worker"], cwd=ROOT, env=environment)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _seconds_of_tree(process: psutil.Process) -> float:
    """Of the process, its children, and those of its children that have ended."""
    ended = process.cpu_times()
    own = (_seconds(part.pid) or 0.0 for part in _tree(process))
    return ended.children_user + ended.children_system + sum(own)


def _seconds(pid: int) -> float | None:
    """CPU seconds of one process; None where it is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return None
    return float(times.user + times.system)


def _megabytes(processes: Iterable[psutil.Process]) -> float:
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total / MEGABYTE
