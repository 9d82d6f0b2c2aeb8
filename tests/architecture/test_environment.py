"""`.env.example` says of every variable what `nexus_shop/settings/env.py` says, in its order, and opens nothing."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from nexus_shop.settings.env import REQUIRED, VARIABLES

ROOT: Final = Path(__file__).resolve().parents[2]
EXAMPLE: Final = ROOT / ".env.example"
SETTING: Final = re.compile(r"(# )?([A-Z][A-Z0-9_]*)=(.*)")


@dataclass(frozen=True)
class Entry:
    """A variable as the example shows it: the comment above its line, and whether the line is switched on."""

    name: str
    meaning: str
    value: str
    is_set: bool


def entries() -> list[Entry]:
    """The variables of the example, in order."""
    found, comment = [], ""
    for line in EXAMPLE.read_text().splitlines():
        if setting := SETTING.fullmatch(line):
            found.append(Entry(setting[2], comment, setting[3], is_set=not setting[1]))
        comment = line.removeprefix("# ")
    return found


def written(default: object) -> str:
    """A default as it is written in an environment file."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, list):
        return ",".join(default)
    return str(default)


def test_example_has_every_variable_in_order_with_its_meaning() -> None:
    assert [(entry.name, entry.meaning) for entry in entries()] == [
        (name, variable.meaning) for name, variable in VARIABLES.items()
    ]


def test_example_shows_defaults_and_sets_only_what_is_required() -> None:
    optional = {name: variable.default for name, variable in VARIABLES.items() if variable.default is not REQUIRED}
    assert {entry.name: entry.value for entry in entries() if not entry.is_set} == {
        name: written(default) for name, default in optional.items()
    }
    required = {name for name, variable in VARIABLES.items() if variable.default is REQUIRED}
    assert {entry.name for entry in entries() if entry.is_set} == required
    assert all(entry.value for entry in entries() if entry.is_set)


def test_written_defaults_are_those_of_each_kind() -> None:
    assert [written(value) for value in (True, ["a", "b"], Decimal("0.20"), 3600, "")] == [
        "true",
        "a,b",
        "0.20",
        "3600",
        "",
    ]


def test_example_as_it_is_does_not_start_the_shop() -> None:
    names = {name for name in os.environ if name in VARIABLES}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    started = subprocess.run(
        [sys.executable, "-c", "import nexus_shop.settings.security"],
        cwd=ROOT,
        env=environment | {"NEXUS_ENV_FILE": str(EXAMPLE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "SECRET_KEY and JWT_SECRET_KEY need at least 32 characters." in started.stderr


def test_configure_page_explains_every_variable() -> None:
    page = (ROOT / "docs" / "howto" / "configure.md").read_text()
    assert [name for name in VARIABLES if f"`{name}" not in page] == []
