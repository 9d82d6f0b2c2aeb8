"""What the documents say of the code: events, error codes, routes, files and links. Each is compared with the code."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest
from oscarapi import urls as oscarapi_urls

from nexus_shop.api.rest.authorisation import RULES
from nexus_shop.api.rest.errors import MEANINGS, STATUS
from nexus_shop.core.events import Event
from tests.architecture.test_tree import ROOT, SHIPPED, files, short, trees

GLOSSARY: Final = ROOT / "docs" / "glossary.md"
API: Final = ROOT / "docs" / "api" / "README.md"
OSCARAPI: Final = ROOT / "docs" / "oscarapi.md"
DECISIONS: Final = ROOT / "docs" / "adr"
PAGES: Final = [path for path in files(".md") if not short(path).startswith(".github/")]
OUR_PATH: Final = re.compile(r"`((?:nexus_shop|forked_apps|cms|templates|tests|deploy|docs|locale)/[\w./-]*)`")
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
FENCED: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# Made by whoever follows docs/howto/deploy.md.
MADE_BY_THE_READER: Final = {"deploy/.env", "deploy/tls/fullchain.pem", "deploy/tls/privkey.pem"}
ANY_APP: Final = {"forked_apps/X", "nexus_shop/X"}
MODULE_OF_EVENT: Final = {
    node.name: name
    for name, tree in trees([path for path in SHIPPED if path.stem == "events"])
    for node in ast.walk(tree)
    if isinstance(node, ast.ClassDef) and any(isinstance(base, ast.Name) and base.id == "Event" for base in node.bases)
}


def table(page: Path, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = page.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """(name of the file, function) of every function at the top of a file."""
    for name, tree in trees(SHIPPED):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                yield name, node


def called_with(node: ast.AST, function: str) -> set[str]:
    """What `function` is given inside of the node: names, and names of what is called."""
    given = [
        call.args[0].func if isinstance(call.args[0], ast.Call) else call.args[0]
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function and call.args
    ]
    return {each.id for each in given if isinstance(each, ast.Name)}


def test_every_event_is_found() -> None:
    for file in MODULE_OF_EVENT.values():
        importlib.import_module(file.removesuffix(".py").replace("/", "."))
    ours = {name for name, event in Event.known.items() if not event.__module__.startswith("tests.")}
    assert ours == set(MODULE_OF_EVENT)
    assert {"OrderPlaced", "PaymentReceived", "StockAdjusted"} <= ours


def test_glossary_has_every_event_with_publishers_and_subscribers() -> None:
    expected: dict[str, tuple[set[str], set[str]]] = {name: (set(), set()) for name in MODULE_OF_EVENT}
    for file, function in functions():
        for event in called_with(function, "publish") & set(expected):
            expected[event][0].add(f"`{'.'.join(Path(file).with_suffix('').parts[1:])}`")
        for decorator in function.decorator_list:
            for event in called_with(decorator, "subscribe"):
                expected[event][1].add(f"`{file.split('/')[1]}.{function.name}`")
    said = {row[0].strip("`"): (set(row[1].split(", ")), set(row[3].split(", ")) - {"–"}) for row in words_of_events()}
    assert said == expected


def words_of_events() -> list[list[str]]:
    """The glossary's table of events: name, published by, meaning, subscribers."""
    return table(GLOSSARY, "Events")


def test_glossary_says_what_each_event_means() -> None:
    assert [row[0] for row in words_of_events() if len(row) != 4 or not row[2].endswith(".")] == []


def test_api_page_has_every_error_code_with_its_status_and_meaning() -> None:
    expected = "\n".join(f"| `{code}` | {STATUS[code]} | {MEANINGS[code]} |" for code in sorted(STATUS))
    said = "\n".join(f"| {' | '.join(row)} |" for row in table(API, "Error codes"))
    assert said == expected


def test_api_page_has_every_route_and_method() -> None:
    said = {(row[0].strip("`"), method) for row in table(API, "Routes") for method in row[1].split(", ")}
    expected = {(re.sub(r"<(?:str|path|product):(\w+)>", r"{\1}", route), method) for route, method in RULES}
    assert said == expected


def test_oscarapi_page_has_every_route_of_oscarapi() -> None:
    text = OSCARAPI.read_text()
    patterns = [*oscarapi_urls.urlpatterns, *oscarapi_urls.admin_urlpatterns]
    names = {pattern.name for pattern in patterns if pattern.name}
    assert len(names) > 50
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_decisions_are_numbered_and_listed() -> None:
    pages = sorted(path.name for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [name[:5] for name in pages] == [f"{number:04d}-" for number in range(1, len(pages) + 1)]
    assert [link for link in LINK.findall((DECISIONS / "README.md").read_text()) if link[0].isdigit()] == pages


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_links_lead_somewhere(page: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(FENCED.sub("", page.read_text()))]
    inside = {unquote(link) for link in links if link and "://" not in link and not link.startswith("mailto:")}
    assert sorted(link for link in inside if not (page.parent / link).exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_files_that_are_named_exist(page: Path) -> None:
    named = set(OUR_PATH.findall(page.read_text())) - MADE_BY_THE_READER - ANY_APP
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
