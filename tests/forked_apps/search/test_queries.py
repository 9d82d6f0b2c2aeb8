"""Lists: the category of the filter. Attributes: the values counted."""

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from forked_apps.search.models import ListedCount
from forked_apps.search.offered import _counts
from forked_apps.search.pages import Filters, Window, product_page
from tests.factories.shop import make_category, make_product

pytestmark = pytest.mark.django_db


def statements_of_category(path: str) -> list[str]:
    """The texts of the statements, without their values."""
    texts: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        texts.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        page = product_page(Filters(category=path), Window("title", limit=5), language="en")
    assert page.unknown == "category"
    return texts


def test_statement_does_not_grow_with_the_path() -> None:
    make_category("A")
    short, long = statements_of_category("b"), statements_of_category("/".join(["a"] * 500))
    assert len(short) == 1
    assert long == short


def test_category_is_found_by_its_whole_path_only(api: APIClient) -> None:
    parent = top = make_category("Top")
    for level in range(2, 31):
        parent = make_category(f"Level {level}", parent)
    other = make_category("Level 2", make_category("Other"))
    deep = make_product("Deep", category_ids=[parent.pk])
    make_product("Elsewhere", category_ids=[other.pk])

    def found(path: str) -> list[int] | int:
        answer = api.get("/api/v1/products/", {"category": path})
        return [each["id"] for each in answer.json()["results"]] if answer.status_code == 200 else answer.status_code

    whole = "/".join(["top", *(f"level-{level}" for level in range(2, 31))])
    assert [found("top"), found("top/level-2"), found(whole), found(f"/{whole}/")] == [[deep.pk]] * 4
    for path in ("level-2", "level-2/top", "other/level-2/level-3", "top/level-3", f"{whole}/more", "top//level-2"):
        assert found(path) == 404, path
    type(top).objects.filter(pk=top.pk).update(is_public=False)
    assert found("top") == 404


def test_counts_of_an_attribute_are_those_of_one_kind_of_token_however_texts_sort() -> None:
    """In en_US `=` stands between `#` and `$`: as `~` does by bytes, there the next character is one too far."""
    for key in ("size#4", "size=S", "size_2#5"):
        ListedCount.objects.create(market="default", language="en", kind="attribute", key=key, products=1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.key FROM (VALUES ('size')) AS a(code) CROSS JOIN LATERAL ({_counts('#', '~')}) AS s",
            {"market": "default", "language": "en"},
        )
        assert cursor.fetchall() == [("size#4",)]
