"""A copy of the source as a newcomer has it, and `make run` in it. Packages come from the environment of the tests."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from nexus_shop.core.postgres import ROOT
from tests.servers import free_port

FIRST_START_SECONDS: Final = 300
START_SECONDS: Final = 60
STOP_SECONDS: Final = 30
LAST_LINE: Final = "clara@example.com / demo-customer-pass"


@dataclass(frozen=True)
class Run:
    """A `make run` that is going on or over, the leader of its own process group."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def output(self) -> str:
        """What it has printed up to now, errors included."""
        return self.log.read_text()


@dataclass
class FreshCopy:
    """The copy and its shop. Tests find the shop up or down: they ask for what they need."""

    home: Path
    port: int = field(default_factory=free_port)
    current: Run | None = None
    start_seconds: float = 0.0

    @property
    def folder(self) -> Path:
        """The checkout."""
        return self.home / "shop"

    def make(self) -> None:
        """Copy what git would have, beside an environment that is ready."""
        git_ignores = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line]
        shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(".git", *git_ignores), symlinks=True)
        (self.folder / ".venv").mkdir()
        for part in Path(sys.prefix).iterdir():
            if part.name not in {".uv", ".shop", ".tools", ".lock"}:
                (self.folder / ".venv" / part.name).symlink_to(part)
        for stamp in (".uv", ".shop"):  # of this copy: make must not install into the environment that others use
            (self.folder / ".venv" / stamp).touch()
        (self.home / "tmp").mkdir()

    def environment(self, **more: str) -> dict[str, str]:
        """That of a newcomer's shell: no variable of the tests, and a proxy that must not be asked for 127.0.0.1."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "TMPDIR": str(self.home / "tmp"), "http_proxy": "http://127.0.0.1:9", **more}

    def begin(self, port: int = 0) -> Run:
        """`make run`, not waited for."""
        log = self.home / f"run-{time.monotonic_ns()}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["make", "run", f"PORT={port or self.port}"],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Run(process, log)

    def start(self, seconds: float = START_SECONDS) -> Run:
        """`make run` until the shop answers and has said so."""
        begin = time.monotonic()
        self.current = run = self.begin()
        wait_for(lambda: self.is_healthy() or run.process.poll() is not None, seconds)
        self.start_seconds = time.monotonic() - begin
        wait_for(lambda: LAST_LINE in run.output or run.process.poll() is not None, STOP_SECONDS)
        assert run.process.poll() is None, run.output
        return run

    def running(self) -> Run:
        """The shop that is up, started where it is not."""
        if self.current is None or self.current.process.poll() is not None:
            return self.start()
        return self.current

    def stop(self) -> None:
        """Let it be down, as by Ctrl-C."""
        if self.current is not None and self.current.process.poll() is None:
            os.killpg(self.current.process.pid, signal.SIGINT)
            self.current.process.wait(STOP_SECONDS)

    def finished(self, port: int = 0) -> Run:
        """`make run` that ends by itself."""
        run = self.begin(port)
        run.process.wait(STOP_SECONDS)
        return run

    def is_healthy(self) -> bool:
        """Whether the shop and its database answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/health/db/")
            return connection.getresponse().status == 200
        return False

    def processes(self) -> list[psutil.Process]:
        """All that lives and works in this folder: web server, worker, embedded PostgreSQL, commands."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                is_here = Path(process.cwd()).is_relative_to(self.home)
                if is_here and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def shell(self, *command: str) -> str:
        """What a command in this checkout prints."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def query(self, sql: str) -> str:
        """The answer of the shop's own database, while it is up."""
        code = (
            "import sys, psycopg; from nexus_shop.core import postgres\n"
            "with psycopg.connect(postgres.url()) as c: print(c.execute(sys.argv[1]).fetchall())"
        )
        return self.shell(".venv/bin/python", "-c", code, sql).strip()

    def destroy(self) -> None:
        """End what is left, whatever it is."""
        with suppress(subprocess.TimeoutExpired):
            self.stop()
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Ask until it holds; fails when it does not within the seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.1)


def logins_of(output: str) -> dict[str, str]:
    """E-mail address -> password, of the logins that `make run` prints."""
    return dict(re.findall(r"(\S+@\S+) / (\S+)", output))
