"""L3: what anybody may ask for costs no row, and every route has its caps. The routes are those of the OpenAPI file."""

import os
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

import pytest
import yaml
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.checkout.invariants import violations
from nexus_shop.core.postgres import ROOT
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_product, make_user

pytestmark = pytest.mark.django_db

READS = 10_000 if os.environ.get("NEXUS_SOAK") else 200
WRITES = ("post", "put", "patch")
HANDLE = "0" * 32
UPLOADS = "multipart/form-data"  # has a cap of its own


@pytest.fixture(autouse=True)
def _books_are_in_order(db: None) -> Iterator[None]:
    """What each test ends with."""
    yield
    assert violations() == []


def operations(*methods: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path with handles of nothing, operation) of the API."""
    described = yaml.safe_load((ROOT / "nexus_shop" / "api" / "openapi.yml").read_text())
    for path, item in described["paths"].items():
        for method in methods:
            if method in item:
                yield method, _filled(path, item[method]), item[method]


def _filled(path: str, operation: dict[str, Any]) -> str:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            is_number = parameter["schema"].get("type") == "integer"
            path = path.replace(f"{{{parameter['name']}}}", "1" if is_number else HANDLE)
    return path


def rows() -> dict[str, int]:
    """Rows of every table, but for the counters of limits."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - {"core_limitcounter"})
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables))
        return dict(cursor.fetchall())


def test_anonymous_reads_create_no_row(settings: Settings) -> None:
    settings.RATE_LIMIT_SCALE = 1_000_000
    product = make_product()
    paths = [path for _, path, _ in operations("get")] + [f"/api/v1/products/{product.pk}/"]
    before = rows()
    statuses = {new_client().get(path).status_code for path in islice(cycle(paths), max(READS, len(paths)))}
    assert rows() == before
    assert max(statuses) < 500


def test_bodies_have_a_cap(settings: Settings) -> None:
    settings.RATE_LIMIT_SCALE = 1_000_000
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    before = rows()
    large: Any = b'{"note": "' + b"x" * 1_048_576 + b'"}'
    seen = {}
    for method, path, operation in operations(*WRITES):
        types = operation.get("requestBody", {}).get("content", {})
        if UPLOADS in types:
            continue
        answer = staff.generic(method.upper(), path, large, content_type="application/json")
        seen[method, path] = answer.status_code
    assert {key: status for key, status in seen.items() if status != 413} == {}
    assert len(seen) > 30
    assert rows() == before


def test_bodies_are_no_deeper_than_twenty(settings: Settings) -> None:
    settings.RATE_LIMIT_SCALE = 1_000_000
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    deep: Any = b'{"a":' * 21 + b"1" + b"}" * 21
    before = rows()
    seen = {}
    for method, path, operation in operations(*WRITES):
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            seen[method, path] = staff.generic(method.upper(), path, deep, content_type="application/json").status_code
    assert {key: status for key, status in seen.items() if not 400 <= status < 500} == {}
    assert rows() == before


def test_pages_have_at_most_a_hundred_rows(settings: Settings) -> None:
    settings.RATE_LIMIT_SCALE = 1_000_000
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    seen = {}
    for _, path, operation in operations("get"):
        names = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        for name in names & {"page_size", "limit"}:
            seen[path] = staff.get(path, {name: "101"}).status_code
    assert {path: status for path, status in seen.items() if status not in {400, 404}} == {}
    assert len(seen) >= 5


def lists_of(schema: Any, schemas: dict[str, Any], place: str = "") -> Iterator[tuple[str, int | None]]:
    """(place, most items) of each list in a body of that shape; a shape inside itself is looked at once."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        if name in schemas:
            yield from lists_of(schemas[name], {key: value for key, value in schemas.items() if key != name}, place)
        return
    if "array" in (schema.get("type"), *(schema["type"] if isinstance(schema.get("type"), list) else ())):
        yield place, schema.get("maxItems")
        yield from lists_of(schema.get("items", {}), schemas, f"{place}/0")
    for name, inner in schema.get("properties", {}).items():
        yield from lists_of(inner, schemas, f"{place}/{name}")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from lists_of(schema["additionalProperties"], schemas, f"{place}/*")
    for inner in (each for way in ("allOf", "anyOf", "oneOf") for each in schema.get(way, [])):
        yield from lists_of(inner, schemas, place)


def test_lists_of_bodies_have_caps() -> None:
    """Page caps are for reading; no body holds more than a thousand of anything. What is asked for by ids: a hundred.

    A chosen option's values are bounded by its choices, each once; the rows of a tree are counted all together.
    """
    document = yaml.safe_load((ROOT / "nexus_shop" / "api" / "openapi.yml").read_text())
    most = {
        (path, method, place): cap
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for place, cap in lists_of(
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}),
            document["components"]["schemas"],
        )
    }
    open_ended = {key for key, cap in most.items() if cap is None and not key[2].endswith("/options/0/value")}
    assert open_ended == set()
    assert {key for key, cap in most.items() if cap is not None and cap > 1000} == set()
    assert len(most) > 20


def test_a_tree_has_at_most_a_thousand_rows_however_they_are_nested() -> None:
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    rows_of_one = [{"data": {"code": f"C-{number}", "name": f"C {number}"}, "children": []} for number in range(1001)]
    body = {"categories": [{"data": {"code": "ROOT", "name": "Root"}, "children": rows_of_one}]}
    before = rows()
    answer = staff.put("/api/v1/admin/categories-bulk/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert rows() == before


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/api/v1/cart/items/bulk/"), ("put", "/api/v1/cart/items/"), ("post", "/api/v1/orders/")],
)
def test_lists_have_at_most_so_many_lines(api: APIClient, method: str, path: str) -> None:
    lines = [{"product_id": 1, "quantity": 1}] * 1001
    caller = client_of(make_user()) if "orders" in path else api
    before = rows()
    answer = getattr(caller, method)(path, {"items": lines})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert rows() == before
