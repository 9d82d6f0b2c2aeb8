"""The embedded server: started, shared, stopped by its last user, found again after a kill."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from nexus_shop.core import postgres

PROGRAM = "import sys, pathlib; from nexus_shop.core import postgres;postgres.home = lambda: pathlib.Path(sys.argv[1]);"


def start_holder(folder: Path) -> "subprocess.Popen[str]":
    """A process that holds the server until it is told to end."""
    code = PROGRAM + "\nwith postgres.running('shop') as url:\n    print(url, flush=True)\n    sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        cwd=postgres.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().startswith("postgresql://")
    return holder


def release(holder: "subprocess.Popen[str]") -> None:
    holder.communicate()
    assert holder.returncode == 0


def kill(holder: "subprocess.Popen[str]") -> None:
    holder.send_signal(signal.SIGKILL)
    holder.communicate()


def pid_of_server(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def is_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(postgres, "home", lambda: folder)
    return postgres.is_answering()


def test_last_holder_stops_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = start_holder(tmp_path)
    second = start_holder(tmp_path)
    release(first)
    assert is_up(tmp_path, monkeypatch)
    with psycopg.connect(postgres.url("shop"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        version = connection.execute("SHOW server_version_num").fetchone()
    assert version is not None
    assert int(version[0]) >= 150000
    release(second)
    assert not is_up(tmp_path, monkeypatch)
    third = start_holder(tmp_path)
    with psycopg.connect(postgres.url("shop")) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    release(third)
    assert not is_up(tmp_path, monkeypatch)


def test_server_of_a_killed_holder_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = start_holder(tmp_path)
    kill(killed)
    assert is_up(tmp_path, monkeypatch)
    release(start_holder(tmp_path))
    assert not is_up(tmp_path, monkeypatch)


def test_killed_server_starts_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = start_holder(tmp_path)
    os.kill(pid_of_server(tmp_path), signal.SIGKILL)
    time.sleep(0.5)
    kill(holder)
    release(start_holder(tmp_path))
    assert not is_up(tmp_path, monkeypatch)


def test_server_that_goes_down_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill(start_holder(tmp_path))
    monkeypatch.setattr(postgres, "home", lambda: tmp_path)
    client = psycopg.connect(postgres.url("shop"))
    os.kill(pid_of_server(tmp_path), signal.SIGTERM)  # takes nobody more, and waits for the client
    later = threading.Timer(2, client.close)
    later.start()
    release(start_holder(tmp_path))
    later.join()
    assert not is_up(tmp_path, monkeypatch)


def test_server_told_to_stop_while_it_recovers_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = start_holder(tmp_path)
    monkeypatch.setattr(postgres, "home", lambda: tmp_path)
    monkeypatch.setattr(postgres, "STOP_SECONDS", 5)
    with psycopg.connect(postgres.url("shop")) as client:
        os.kill(client.info.backend_pid, signal.SIGKILL)
        postgres.stop()
        client.close()
    assert not (tmp_path / "data" / "postmaster.pid").exists()
    release(holder)


def test_number_of_a_dead_server_may_be_that_of_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(start_holder(tmp_path))
    monkeypatch.setattr(postgres, "home", lambda: tmp_path)
    for file in (tmp_path / "data" / "postmaster.pid", postgres.socket_folder() / ".s.PGSQL.5432.lock"):
        file.write_text(f"{os.getpid()}\n")  # as after a power failure
    release(start_holder(tmp_path))
    assert not is_up(tmp_path, monkeypatch)


def test_half_made_cluster_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "junk").write_text("x")
    release(start_holder(tmp_path))
    assert (tmp_path / "data" / "PG_VERSION").exists()
    assert not is_up(tmp_path, monkeypatch)


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(postgres, "socket_folder", lambda: tmp_path / "sockets")
    (tmp_path / "sockets").mkdir(mode=0o755)
    with pytest.raises(postgres.ServerFailed, match="open to others"), postgres.running():
        pass


def test_command_runs_while_the_server_is_held(tmp_path: Path) -> None:
    code = PROGRAM + "sys.exit(postgres.main(sys.argv[2:]))"
    run = [sys.executable, "-c", code, str(tmp_path)]
    held = subprocess.run([*run, "with", "sh", "-c", "exit 7"], cwd=postgres.ROOT, check=False)
    assert held.returncode == 7
    status = subprocess.run([*run, "status"], cwd=postgres.ROOT, capture_output=True, text=True, check=True)
    assert status.stdout == "stopped\n"
