"""`make run`: the whole shop from nothing, on this machine alone.

Writes `.env` once, starts the embedded PostgreSQL (unless DATABASE_URL names a server), migrates, loads the demo shop
once, then starts the web server and one worker and watches over them until Ctrl-C or SIGTERM. What a run that was
killed has left behind is found by the lock that its processes hold, and ended first.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from nexus_shop.core import postgres
from nexus_shop.demo.logins import LOGINS

ROOT: Final = postgres.ROOT
STATE: Final = ROOT / "var" / "run"
ENV_FILE: Final = ROOT / ".env"
MANAGE: Final = (sys.executable, str(ROOT / "manage.py"))
START_SECONDS: Final = 60
STOP_SECONDS: Final = 15


class Stop(Exception):
    """SIGTERM or Ctrl-C."""


def main() -> int:
    """Run the shop; the exit status is 0 after a clean stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _raise_stop)
    os.chdir(ROOT)
    try:
        with _only_one() as lock, _database() as address:
            _check_port(port)
            _prepare(address)
            return _serve(port, lock)
    except Stop:
        return 0
    except postgres.ServerFailed as problem:
        return _fail(str(problem))


def _raise_stop(*_: object) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)  # asked once is enough
    raise Stop


def _say(text: str) -> None:
    print(text, flush=True)


def _fail(text: str) -> int:
    print(text, file=sys.stderr, flush=True)
    return 1


@contextlib.contextmanager
def _only_one() -> Iterator[IO[str]]:
    """Hold the lock of this checkout. Its processes inherit it: while one lives, the run is not over."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _end_leftovers(lock)
        os.set_inheritable(lock.fileno(), True)
        _pids_file().write_text(f"{os.getpid()}\n")
        yield lock
        _pids_file().unlink(missing_ok=True)


def _pids_file() -> Path:
    return STATE / "pids"


def _end_leftovers(lock: IO[str]) -> None:
    """The lock is held: by a shop that runs, or by the children of one that was killed. End those."""
    pids = [int(line) for line in _pids_file().read_text().split()] if _pids_file().exists() else []
    if pids and _is_alive(pids[0]):
        raise SystemExit(f"The shop of this checkout runs already (process {pids[0]}).")
    for pid in pids[1:]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGTERM)
    for _ in range(STOP_SECONDS * 10):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.1)
    raise SystemExit(f"Processes of an earlier run do not end: {pids[1:]}. End them and try again.")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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


def _prepare(address: str) -> None:
    """Migrate and load the demo shop; skipped where this database was made ready for these very files."""
    stamp, digest = postgres.home() / "ready-for", _digest(address)
    is_embedded = address == postgres.url()
    if is_embedded and stamp.exists() and stamp.read_text() == digest:
        return
    _migrate()
    _run(*MANAGE, "demo", "load")
    if is_embedded:
        stamp.write_text(digest)


def _digest(address: str) -> str:
    digest = hashlib.sha256(address.encode())
    for pattern in ("requirements.txt", "nexus_shop/demo/**/*.py", "*/**/migrations/*.py"):
        for path in sorted(ROOT.glob(pattern)):
            if ".venv" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _migrate() -> None:
    _say("Migrating the database (about a minute the first time) …")
    process = subprocess.Popen([*MANAGE, "migrate", "--no-input"], stdout=subprocess.PIPE, text=True)  # noqa: S603
    applied = 0
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().startswith("Applying"):
            applied += 1
            if applied % 50 == 0:
                _say(f"  {applied} migrations applied")
    if process.wait():
        raise SystemExit("The migration failed; see above.")


def _run(*command: str) -> None:
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own commands
        raise SystemExit(f"{' '.join(command[1:])} failed; see above.")


def _serve(port: int, lock: IO[str]) -> int:
    granian = str(Path(sys.executable).with_name("granian"))
    web = [granian, "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--backpressure", "64"]
    web += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "nexus_shop.wsgi:application"]
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in (web, [*MANAGE, "worker"]):
            children += [subprocess.Popen(command, pass_fds=[lock.fileno()])]  # noqa: S603 - our own commands
        _pids_file().write_text("\n".join(str(pid) for pid in (os.getpid(), *(child.pid for child in children))))
        _wait_until_up(port, children)
        _greet(port)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        return _fail("A process of the shop has ended by itself; see above.")
    finally:
        _end(children)


def _wait_until_up(port: int, children: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(START_SECONDS * 10):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health/db/", timeout=5):
            return
        if any(child.poll() is not None for child in children):
            raise SystemExit("The shop does not start; see above.")
        time.sleep(0.1)
    raise SystemExit(f"The shop is not up after {START_SECONDS} seconds; see above.")


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


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
