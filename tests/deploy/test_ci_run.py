""".ci/run with programs that only note how they were called: what it installs, runs and answers."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.dockerfile import ROOT

POLICY = Path("/usr/sbin/policy-rc.d")  # .ci/run makes it where it has to install; it keeps services from starting
FOUND = ("redis-server", "chromium", "nginx")


def run(folder: Path, *, programs: tuple[str, ...] = FOUND, failing: str = "none") -> tuple[int, list[str]]:
    """Its exit status, and the calls of make and apt-get in order. Nothing else of the machine is on its PATH."""
    tools = folder / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "timeout", "chmod", "rm"):
        (tools / name).symlink_to(str(shutil.which(name)))
    notes = folder / "calls"
    notes.touch()
    line = f'#!/bin/bash\necho "$(basename "$0") $*" >> {notes}\n[ "$1" != {failing} ]\n'
    line = line.replace("$(basename", f"$({shutil.which('basename')}")
    for name in ("make", "curl", "apt-get", "python3", *programs):
        (tools / name).write_text(line)
        (tools / name).chmod(0o755)
    environment = {"PATH": str(tools), "HOME": str(folder)}
    copied = folder / ".ci"
    copied.mkdir()
    shutil.copy(ROOT / ".ci" / "run", copied / "run")
    done = subprocess.run([str(copied / "run")], env=environment, capture_output=True, text=True, check=False)
    calls = [call for call in notes.read_text().splitlines() if not call.startswith("python3")]
    return done.returncode, calls


def test_runs_both_commands_and_installs_nothing_where_all_is_there(tmp_path: Path) -> None:
    assert run(tmp_path) == (0, ["make check", "make test"])


@pytest.mark.parametrize("failing", ["check", "test"])
def test_fails_where_either_fails_and_still_runs_both(tmp_path: Path, failing: str) -> None:
    assert run(tmp_path, failing=failing) == (1, ["make check", "make test"])


@pytest.mark.skipif(not POLICY.exists(), reason=f"{POLICY} is not here, and a test does not write it")
def test_installs_what_is_not_found(tmp_path: Path) -> None:
    status, calls = run(tmp_path, programs=("nginx", "valkey-server"))
    assert (status, calls) == (
        0,
        [
            "apt-get update -qq",
            "apt-get install -y -qq --no-install-recommends chromium",
            "make check",
            "make test",
        ],
    )


def test_is_executable_by_everybody() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111 == 0o111
