"""Sorted lists."""

import pytest

from tests.factories.shop import make_category, make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["catalogue/", "catalogue/categories/", "users/"])
@pytest.mark.parametrize("column", ["checkbox", "actions", "nonsense"])
def test_column_without_data_does_not_sort(path: str, column: str) -> None:
    make_product(category_ids=[make_category().pk])
    browser = browser_of(make_member("Admin"))

    for sort in (column, f"-{column}"):
        assert browser.get(f"/dashboard/{path}", {"sort": sort}).status_code == 200


def test_column_with_data_sorts() -> None:
    for title in ("Bowl", "Apron", "Cup"):
        make_product(title)

    table = browser_of(make_member("Admin")).get("/dashboard/catalogue/", {"sort": "title"}).context["products"]

    assert [row.record.title for row in table.rows] == ["Apron", "Bowl", "Cup"]
