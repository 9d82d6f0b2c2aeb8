"""What the code must look like: sizes, names, and who may talk to what (import-linter checks who imports whom)."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import oscar
import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("nexus_shop", "forked_apps", "cms")
MAX_FILE: Final = 500
MAX_FUNCTION: Final = 60
BANNED_NAMES: Final = {"utils", "helpers", "common", "misc", "services", "manager", "managers"}
OSCAR_HOOKS: Final = {"forked_apps/order/utils.py", "forked_apps/dashboard/catalogue/utils.py"}
UNFINISHED: Final = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
# Run before the settings can be read, or hand the environment to another program.
ENVIRONMENT_READERS: Final = {"nexus_shop/settings/env.py", "nexus_shop/run.py", "nexus_shop/core/postgres.py"}
TOP_LEVEL: Final = {"nexus_shop", "forked_apps", "cms", "templates", "tests", "deploy", "docs", "locale"}


def files(*suffixes: str) -> list[Path]:
    """The project's files, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [path for name in listed if (path := ROOT / name).suffix in suffixes and path.is_file()]


def short(path: Path) -> str:
    """The path inside the project."""
    return path.relative_to(ROOT).as_posix()


PYTHON: Final = files(".py")
SOURCES: Final = [path for path in PYTHON if "/migrations/" not in path.as_posix()]
SHIPPED: Final = [path for path in SOURCES if short(path).startswith(tuple(f"{name}/" for name in PACKAGES))]


def trees(paths: list[Path]) -> Iterator[tuple[str, ast.Module]]:
    """(name, syntax tree) of each file."""
    for path in paths:
        yield short(path), ast.parse(path.read_text())


def imported(tree: ast.Module) -> set[str]:
    """The modules that a file imports, wherever it does."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_there_are_files_to_look_at() -> None:
    assert {"nexus_shop/urls.py", "forked_apps/order/operations.py", "cms/models.py"} <= {
        short(path) for path in SHIPPED
    }


def test_top_level_is_the_one_of_the_design() -> None:
    folders = {short(path).split("/")[0] for path in PYTHON if "/" in short(path)}
    assert folders <= TOP_LEVEL


def test_forks_are_named_after_apps_of_oscar() -> None:
    apps = {path.name for path in (Path(oscar.__file__).parent / "apps").iterdir() if path.is_dir()}
    forks = {short(path).split("/")[1] for path in SHIPPED if short(path).startswith("forked_apps/")} - {"__init__.py"}
    ours = {short(path).split("/")[1] for path in SHIPPED if short(path).startswith("nexus_shop/")}
    assert forks <= apps
    assert not ours & apps


def test_no_file_is_longer_than_500_lines() -> None:
    assert {short(path): lines for path in SOURCES if (lines := len(path.read_text().splitlines())) > MAX_FILE} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in trees(SOURCES)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > MAX_FUNCTION
    ]
    assert long == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert {short(path) for path in SHIPPED if path.stem in BANNED_NAMES} <= OSCAR_HOOKS


def test_nothing_is_left_for_later() -> None:
    texts = [*PYTHON, *files(".html", ".sh", ".yml", ".yaml", ".toml", ".js", ".css")]
    assert [short(path) for path in texts if UNFINISHED.search(path.read_text())] == []


def test_environment_has_one_reader() -> None:
    readers = {
        name
        for name, tree in trees(SHIPPED)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and not name.endswith(("wsgi.py", "asgi.py", "celery.py"))
    }
    assert readers <= ENVIRONMENT_READERS


def test_tasks_are_enqueued_in_a_transaction_and_never_sent() -> None:
    senders = {
        name
        for name, tree in trees(SHIPPED)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"delay", "apply_async", "send_task"}
    }
    assert senders == {"nexus_shop/core/tasks.py"}


@pytest.mark.parametrize("banned", ["django.http", "rest_framework", "oscarapi", "django.shortcuts"])
def test_operations_and_queries_know_nothing_of_http(banned: str) -> None:
    domain = [path for path in SHIPPED if path.stem in {"operations", "queries"} or "nexus_shop/core/" in short(path)]
    domain = [path for path in domain if "/dashboard/" not in short(path) or path.stem == "operations"]
    assert len(domain) > 30
    assert [name for name, tree in trees(domain) if any(module.startswith(banned) for module in imported(tree))] == []


def test_operations_take_one_subject_and_the_rest_by_name() -> None:
    odd = [
        f"{name}: {node.name}"
        for name, tree in trees([path for path in SHIPPED if path.stem == "operations"])
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if len(node.args.args) > 1
        or {"request", "serializer", "settings"} & {each.arg for each in node.args.kwonlyargs}
    ]
    assert odd == []


def test_our_migrations_say_so() -> None:
    named_by_oscar = re.compile(r"\d{4}_(?!nexus_)")
    ours = [
        path
        for path in PYTHON
        if "/migrations/" in short(path) and path.stem != "__init__" and short(path).startswith(("nexus_shop/", "cms/"))
    ]
    assert ours
    assert [short(path) for path in ours if named_by_oscar.match(path.stem)] == []
