"""The tour of README.md, word for word, against the shop of `make run`."""

import re
import subprocess
from pathlib import Path

import pytest

from nexus_shop.core.postgres import ROOT
from tests.commands.fresh_copy import FreshCopy

HEADING = "## A tour with curl"
MARK = "-- block "


def blocks() -> list[str]:
    """The shell of the tour, fence by fence."""
    text = (ROOT / "README.md").read_text()
    assert f"\n{HEADING}\n" in text, f"README.md has no section “{HEADING}”"
    section = text.split(f"\n{HEADING}\n")[1].split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


@pytest.fixture
def fresh_machine(tmp_path: Path) -> str:
    """A PATH where `jq` is not to be had: nothing tells the reader to install it."""
    stand_in = tmp_path / "jq"
    stand_in.write_text("#!/bin/sh\necho 'jq: command not found' >&2\nexit 127\n")
    stand_in.chmod(0o755)
    return str(tmp_path)


def test_tour_runs_word_for_word_and_places_orders(shop: FreshCopy, fresh_machine: str) -> None:
    parts = blocks()
    assert len(parts) >= 3, "the tour has no shell blocks (```sh)"
    session = ["set -euo pipefail", *(f"echo '{MARK}{number}'\n{part}" for number, part in enumerate(parts, 1))]
    environment = shop.environment(PORT=str(shop.port))
    del environment["http_proxy"]
    orders = "SELECT count(*) FROM order_order"
    before = int(shop.query(orders).strip("[(,)]"))
    done = subprocess.run(
        ["bash", "-c", "\n".join(session)],
        env=environment | {"PATH": f"{fresh_machine}:{environment['PATH']}"},
        cwd=fresh_machine,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    number = done.stdout.count(MARK)
    assert done.returncode == 0, f"block {number} of the tour:\n{parts[number - 1]}\n{done.stdout}\n{done.stderr}"
    assert done.stderr == ""
    assert number == len(parts)
    assert "HTTP/1.1 201 Created" in done.stdout
    assert re.search(r'"number": "[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"', done.stdout)
    assert int(shop.query(orders).strip("[(,)]")) == before + 2
