"""The API's documentation as it is served."""

import re

import pytest
import yaml
from django.test import Client

from nexus_shop.api.docs import SCHEMA_FILE


def test_schema_is_the_committed_file(client: Client) -> None:
    answer = client.get("/api/schema/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/yaml")
    assert answer.content == SCHEMA_FILE.read_bytes()
    assert yaml.safe_load(answer.content)["openapi"] == "3.1.0"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    for known in (answer["ETag"], f"W/{answer['ETag']}"):
        again = client.get("/api/schema/", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])


@pytest.mark.parametrize("path", ["/swagger/", "/redoc/"])
def test_pages_load_nothing_from_elsewhere(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "/api/schema/" in page
    places = re.findall(r'(?:src|href|spec-url|data-schema)="([^"]*)"', page)
    assert places
    assert [place for place in places if not place.startswith("/")] == []
    assert "http" not in re.sub(r"http-equiv", "", page)


def test_documentation_is_only_read(client: Client) -> None:
    assert [client.post(path).status_code for path in ("/api/schema/", "/swagger/", "/redoc/")] == [405, 405, 405]
