"""`make run`: the whole shop from nothing, on this machine alone.

Writes `.env` once, starts the embedded PostgreSQL (unless DATABASE_URL names a server), migrates, loads the demo shop
once, then starts the web server and one worker and watches over them until Ctrl-C, SIGTERM or the end of the terminal.
What a run that was killed has left behind is found by the lock that its processes hold, and ended first.
"""

import argparse
import contextlib
import fcntl
import hashlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any, Final

from nexus_shop.core import postgres
from nexus_shop.demo.logins import LOGINS

ROOT: Final = postgres.ROOT
STATE: Final = ROOT / "var" / "run"
ENV_FILE: Final = ROOT / ".env"
MANAGE: Final = (sys.executable, str(ROOT / "manage.py"))
START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stop(Exception):
    """SIGTERM, Ctrl-C, or a terminal that was closed."""


def main() -> int:
    """Run the shop; the exit status is 0 after a clean stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=_port, default=8000)
    port = parser.parse_args().port
    for name in SIGNALS:
        if name != signal.SIGHUP or signal.getsignal(name) != signal.SIG_IGN:  # nohup ignores it
            signal.signal(name, _raise_stop)
    os.chdir(ROOT)
    try:
        with _only_one() as lock:
            _check_port(port)
            with _database() as address:
                if not _env_value("BASE_URL"):
                    os.environ.setdefault("BASE_URL", f"http://127.0.0.1:{port}")
                _prepare(address, lock)
                return _serve(port, lock)
    except Stop:
        return 0
    except postgres.ServerFailed as problem:
        return _fail(str(problem))


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"{number} is no port: 1 to 65535")
    return number


def _raise_stop(*_: object) -> None:
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)  # asked once is enough
    raise Stop


def _say(text: str) -> None:
    print(text, flush=True)


def _fail(text: str) -> int:
    print(text, file=sys.stderr, flush=True)
    return 1


@contextlib.contextmanager
def _only_one() -> Iterator[IO[str]]:
    """Hold the lock of this checkout. Its processes inherit it: while one lives, the run is not over.

    A second lock is this process's alone: it tells a shop that runs from what a killed run has left.
    """
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / "runner").open("a") as runner, (STATE / "lock").open("a") as lock:
        if not _takes(runner):
            raise SystemExit(f"The shop of this checkout runs already (process {next(iter(_noted()), '?')}).")
        if not _takes(lock):
            _end_leftovers(lock)
        _note()
        yield lock


def _takes(lock: IO[str], *, seconds: int = 0) -> bool:
    for _ in range(seconds * 10 + 1):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.1)
    return False


def _note(*children: "subprocess.Popen[Any]") -> None:
    """Write down who belongs to this run: this process, then those that lead the groups of its children."""
    new = STATE / "pids.new"
    new.write_text("\n".join(str(pid) for pid in (os.getpid(), *(child.pid for child in children))))
    new.replace(STATE / "pids")  # a kill in between leaves the old one whole


def _noted() -> list[int]:
    pids = STATE / "pids"
    return [int(line) for line in pids.read_text().split()] if pids.exists() else []


def _end_leftovers(lock: IO[str]) -> None:
    """End the children of a run that was killed: they hold the lock."""
    leaders = _noted()[1:]
    _signal(os.kill, leaders, signal.SIGTERM)
    if _takes(lock, seconds=STOP_SECONDS):
        return
    _signal(os.killpg, leaders, signal.SIGKILL)
    if not _takes(lock, seconds=STOP_SECONDS):
        raise SystemExit(f"Processes of an earlier run do not end: {leaders}. End them and try again.")


def _signal(send: Callable[[int, int], None], pids: Iterable[int], name: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, name)


@contextlib.contextmanager
def _database() -> Iterator[str]:
    _write_env_file()
    given = os.environ.get("DATABASE_URL") or _env_value("DATABASE_URL") or _env_value("DB_NAME")
    if given:
        yield given
        return
    _say("Starting the embedded PostgreSQL …")
    with postgres.running() as address:
        yield address


def _write_env_file() -> None:
    if ENV_FILE.exists():
        return
    lines = [
        "# Written once by `make run`. Your own; git ignores it. All variables: .env.example",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"JWT_SECRET_KEY={secrets.token_urlsafe(48)}",
        "ALLOWED_HOSTS=127.0.0.1,localhost",
        "# This machine speaks http:",
        *(f"{name}=false" for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")),
        "SECURE_HSTS_SECONDS=0",
        "DJANGO_LOG_LEVEL=WARNING",
    ]
    descriptor = os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    _say("Wrote .env with fresh secrets.")


def _env_value(name: str) -> str:
    for line in ENV_FILE.read_text().splitlines():
        key, _, value = line.partition("=")
        if key.strip() == name:
            return value.strip().strip("\"'")
    return ""


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SystemExit(f"Port {port} is taken. Try: make run PORT={port + 1}") from None


def _prepare(address: str, lock: IO[str]) -> None:
    """Migrate and load the demo shop; skipped where this database was made ready for these very files."""
    stamp, digest = postgres.home() / "ready-for", _digest(address)
    is_embedded = address == postgres.url()
    if is_embedded and stamp.exists() and stamp.read_text() == digest:
        return
    _migrate(lock)
    _load_demo(lock)
    if is_embedded:
        stamp.write_text(digest)


def _digest(address: str) -> str:
    digest = hashlib.sha256(address.encode())
    migrations = (f"{package}/**/migrations/*.py" for package in ("nexus_shop", "forked_apps", "cms"))
    for pattern in ("requirements.txt", "nexus_shop/demo/**/*.py", *migrations):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _migrate(lock: IO[str]) -> None:
    _say("Migrating the database (about a minute the first time) …")
    process = _begin([*MANAGE, "migrate", "--no-input"], lock, out=subprocess.PIPE)
    _note(process)
    try:
        applied = 0
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip().startswith(b"Applying"):
                applied += 1
                if applied % 50 == 0:
                    _say(f"  {applied} migrations applied")
        if process.wait():
            raise SystemExit("The migration failed; see above.")
    finally:
        _end([process])


def _load_demo(lock: IO[str]) -> None:
    process = _begin([*MANAGE, "demo", "load"], lock)
    _note(process)
    try:
        if process.wait():
            raise SystemExit("Loading the demo shop failed; see above.")
    finally:
        _end([process])


def _begin(command: Sequence[str], lock: IO[str], *, out: int | None = None) -> "subprocess.Popen[bytes]":
    """Start a child in a group of its own: Ctrl-C is for this process. Granian hangs when it is told twice."""
    return subprocess.Popen(  # noqa: S603 - our own commands
        command, stdin=subprocess.DEVNULL, stdout=out, pass_fds=[lock.fileno()], process_group=0
    )


def _serve(port: int, lock: IO[str]) -> int:
    web = [sys.executable, "-m", "nexus_shop.web", "--interface", "wsgi", "--workers", "2"]
    web += ["--blocking-threads", "4", "--backpressure", "64"]
    web += ["--host", "127.0.0.1", "--port", str(port), "--workers-kill-timeout", "5", "--log-level", "warning"]
    web += ["nexus_shop.wsgi:application"]
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in (web, [*MANAGE, "worker"]):
            children.append(_begin(command, lock))
            _note(*children)
        _wait_until_up(port, children)
        _greet(port)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        return _fail("A process of the shop has ended by itself; see above.")
    finally:
        _end(children)


def _wait_until_up(port: int, children: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(START_SECONDS * 10):
        if _is_up(port):
            return
        if any(child.poll() is not None for child in children):
            raise SystemExit("The shop does not start; see above.")
        time.sleep(0.1)
    raise SystemExit(f"The shop is not up after {START_SECONDS} seconds; see above.")


def _is_up(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)  # not urllib: it would ask a proxy
    try:
        connection.request("GET", "/health/db/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _greet(port: int) -> None:
    address = f"http://127.0.0.1:{port}"
    pages = {
        "Home page": "/",
        "API": "/api/v1/products/",
        "API docs": "/swagger/ and /redoc/",
        "Dashboard": "/dashboard/",
        "CMS": "/cms/",
        "Django admin": "/admin/",
    }
    _say(f"\nThe shop is up at {address} (Ctrl-C stops it).\n")
    for name, path in pages.items():
        _say(f"  {name:13} {address}{path}")
    _say("\nDemo logins (e-mail address / password):\n")
    for login in LOGINS:
        _say(f"  {login.role:13} {login.email} / {login.password}")
    _say("")


def _end(children: "Sequence[subprocess.Popen[bytes]]") -> None:
    """End the children, and after them whatever they have started."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
        _signal(os.killpg, [child.pid], signal.SIGKILL)
        child.wait()


if __name__ == "__main__":
    sys.exit(main())
