"""Lists: sorted, selected from, and asked senseless questions."""

import pytest
from pytest_django import Settings

from forked_apps.catalogue.brands import create_brand
from tests.factories.shop import make_category, make_order, make_product, make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["catalogue/", "catalogue/categories/", "users/"])
@pytest.mark.parametrize("column", ["checkbox", "actions", "nonsense"])
def test_column_without_data_does_not_sort(path: str, column: str) -> None:
    make_product(category_ids=[make_category().pk])
    browser = browser_of(make_member("Admin"))

    for sort in (column, f"-{column}"):
        assert browser.get(f"/dashboard/{path}", {"sort": sort}).status_code == 200


@pytest.mark.parametrize("direction", ["asc", "desc", "", "zz", "\0", "-1"])
@pytest.mark.parametrize(
    ("path", "column"),
    [
        *(
            ("orders/", "number"),
            ("orders/", "total_incl_tax"),
            ("offers/", "name"),
            ("vouchers/", "num_basket_additions"),
        ),
        *(("reviews/", "score"), ("partners/", "name"), ("vouchers/sets/", "num_basket_additions")),
    ],
)
def test_direction_that_is_none_is_the_usual_one(path: str, column: str, direction: str) -> None:
    make_order(make_product())
    browser = browser_of(make_member("Admin"))
    page = browser.get(f"/dashboard/{path}", {"sort": column, "dir": direction})
    assert page.status_code == 200


def test_column_with_data_sorts() -> None:
    for title in ("Bowl", "Apron", "Cup"):
        make_product(title)

    table = browser_of(make_member("Admin")).get("/dashboard/catalogue/", {"sort": "title"}).context["products"]

    assert [row.record.title for row in table.rows] == ["Apron", "Bowl", "Cup"]


@pytest.mark.parametrize("path", ["catalogue/", "catalogue/brands/", "catalogue/categories/", "users/"])
@pytest.mark.parametrize("asked", ["-1", "0", "3", "999999"])
def test_page_has_no_more_rows_than_the_shop_says(settings: Settings, path: str, asked: str) -> None:
    settings.OSCAR_DASHBOARD_ITEMS_PER_PAGE = 2
    for number in range(3):
        make_product(category_ids=[make_category(f"Category {number}").pk])
        create_brand({"name": f"Brand {number}"})
        make_user()

    answer = browser_of(make_member("Admin")).get(f"/dashboard/{path}", {"per_page": asked})

    assert answer.status_code == 200
    found = [answer.context[name] for name in ("products", "brands", "categories", "users") if name in answer.context]
    assert [len(table.page) for table in found] == [2]


@pytest.mark.parametrize("path", ["catalogue/categories/", "catalogue/"])
def test_what_is_no_id_selects_nothing(path: str) -> None:
    category = make_category()
    product = make_product(category_ids=[category.pk])
    browser = browser_of(make_member("Admin"))

    for value in ("x", "\0", "9" * 30):
        form = {"action": "make_non_public", "selected_category": value, "selected_product": value}
        assert browser.post(f"/dashboard/{path}", form).status_code == 302

    category.refresh_from_db()
    product.refresh_from_db()
    assert (category.is_public, product.is_public) == (True, True)


@pytest.mark.parametrize("question", [("catalogue/product-lookup/", "q"), ("catalogue/stock-alerts/", "status")])
def test_nul_in_a_question_is_no_fault_of_the_server(question: tuple[str, str]) -> None:
    path, name = question
    answer = browser_of(make_member("Admin")).get(f"/dashboard/{path}", {name: "\0"})
    assert answer.status_code in {200, 400}


@pytest.mark.parametrize("dates", [("0001-01-01", "9999-12-31"), ("2026-01-01", "9999-12-31")])
def test_statistics_refuse_the_ends_of_the_calendar(dates: tuple[str, str]) -> None:
    question = {"date_from": dates[0], "date_to": dates[1]}
    answer = browser_of(make_member("Admin")).get("/dashboard/orders/statistics/", question)
    assert answer.status_code == 200
    assert "date_to" in answer.context["form"].errors
