"""Many products or categories at once, by staff."""

from typing import Any

import pytest
from django.test import Client

from forked_apps.catalogue.models import Category, Product
from forked_apps.partner.models import StockRecord
from forked_apps.partner.products import default_partner
from nexus_shop.accounts.models import User
from nexus_shop.core.models import OutboxEvent
from tests.factories.shop import make_category, make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.test_partner_views import bulk

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_member("Staff")


@pytest.fixture
def browser(clerk: User) -> Client:
    return browser_of(clerk)


def prices() -> list[str]:
    return [str(record.price) for record in StockRecord.objects.order_by("pk")]


def test_products_are_hidden_and_shown_at_once(browser: Client, client: Client) -> None:
    products = [make_product("Lamp"), make_product("Bowl")]

    assert bulk(browser, "make_products_non_public", products) == ["2 products changed."]
    assert client.get("/api/v1/products/").json()["count"] == 0
    assert bulk(browser, "make_products_public", products) == ["2 products changed."]
    assert client.get("/api/v1/products/").json()["count"] == 2


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"new_price": "3.50"}, ["3.50", "3.50"]),
        ({"increase_by_amount": "-10"}, ["0.00", "10.05"]),
        ({"increase_by_percentage": "33.33"}, ["13.33", "26.73"]),
        ({"increase_by_percentage": "-50", "price_FIRST": "7.77"}, ["7.77", "10.03"]),
        ({"price_FIRST": "7.77"}, ["7.77", "20.05"]),
    ],
)
def test_prices_are_changed_and_each_change_published(
    browser: Client, clerk: User, form: dict[str, str], expected: list[str]
) -> None:
    products = [make_product("Lamp", price="10.00"), make_product("Bowl", price="20.05")]
    body = {name.replace("FIRST", str(products[0].pk)): value for name, value in form.items()}

    bulk(browser, "set_product_price", products, partners=[default_partner().pk], **body)

    assert prices() == expected
    changes = OutboxEvent.objects.filter(name="PriceChanged")
    assert len(changes) == sum(price not in {"10.00", "20.05"} for price in expected)
    assert {change.payload["changed_by"] for change in changes} == {clerk.pk}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"new_price": "-1"},
        {"new_price": "NaN"},
        {"new_price": "1.005"},
        {"new_price": "1", "increase_by_amount": "1"},
        {"new_price": "1e20"},
        {"new_price": "99999999999"},
        {"increase_by_percentage": "1e30"},
        {"increase_by_percentage": "-500"},
        {"increase_by_percentage": "-100.01"},
        {"increase_by_amount": "-999"},
        {"increase_by_amount": "-10.01"},
        {"increase_by_amount": "99999999999"},
        {"increase_by_amount": "9999999999.99"},
    ],
)
def test_senseless_price_changes_nothing(browser: Client, form: dict[str, str]) -> None:
    product = make_product("Lamp", price="10.00")

    assert bulk(browser, "set_product_price", [product], partners=[default_partner().pk], **form) == ["form"]

    assert prices() == ["10.00"]


def test_price_that_is_not_below_the_list_price_names_the_product_and_changes_none(browser: Client) -> None:
    products = [make_product("Lamp", price="10.00"), make_product("Bowl", price="10.00")]
    StockRecord.objects.filter(product=products[1]).update(list_price="12.00")
    ids = [product.pk for product in products]
    page = browser.post("/dashboard/catalogue/", {"action": "set_product_price", "selected_product": ids})["Location"]
    form = {"selected_products": ids, "partners": [default_partner().pk]}

    for change in ({"new_price": "50"}, {"increase_by_amount": "2"}, {f"price_{ids[1]}": "12", "new_price": "1"}):
        text = browser.post(page, form | change).content.decode()
        assert "not be below the list price: change or empty the list price first. (Bowl)" in text
        assert prices() == ["10.00", "10.00"]

    assert browser.post(page, form | {"new_price": "11.99"}).status_code == 302
    assert prices() == ["11.99", "11.99"]


def test_price_below_zero_names_the_product_and_changes_none(browser: Client) -> None:
    products = [make_product("Lamp", price="10.00"), make_product("Bowl", price="20.00")]
    answer = confirm(browser, products, increase_by_amount="-15")

    assert answer.context["form"].non_field_errors() == ["The price would be below zero. (Lamp)"]
    assert prices() == ["10.00", "20.00"]


def test_price_that_cannot_be_read_is_said_once(browser: Client) -> None:
    answer = confirm(browser, [make_product("Lamp")], new_price="abc")

    assert answer.context["form"].errors == {"new_price": ["Enter a number."]}


def test_page_says_sku(browser: Client) -> None:
    page = confirm(browser, [make_product("Lamp")], new_price="abc").content.decode()

    assert "SKU</th>" in page
    assert "UPC" not in page


def confirm(browser: Client, products: list[Product], **form: str) -> Any:
    """What is answered to the form of the new prices."""
    ids = [product.pk for product in products]
    page = browser.post("/dashboard/catalogue/", {"action": "set_product_price", "selected_product": ids})["Location"]
    return browser.post(page, {"selected_products": ids, "partners": [default_partner().pk], **form})


def test_confirmation_without_a_selection_leads_back(browser: Client) -> None:
    answer = browser.get("/dashboard/catalogue/products/bulk-action/")

    assert answer["Location"] == "/dashboard/catalogue/"


def test_hidden_category_hides_all_below_and_shown_shows_them(browser: Client, client: Client) -> None:
    home = make_category("Home")
    kitchen = make_category("Kitchen", home)
    make_category("Garden")

    def act(action: str) -> Any:
        return browser.post("/dashboard/catalogue/categories/", {"action": action, "selected_category": home.pk})

    assert act("make_non_public").status_code == 302
    assert Category.objects.get(pk=kitchen.pk).ancestors_are_public is False
    assert [node["name"] for node in client.get("/api/v1/categories/").json()] == ["Garden"]

    act("make_public")
    assert Category.objects.get(pk=kitchen.pk).ancestors_are_public is True


def test_products_chosen_across_pages(browser: Client) -> None:
    products = [make_product(), make_product()]
    answer = browser.post("/dashboard/catalogue/", {"action": "make_products_non_public", "select_across": "1"})

    browser.post(answer["Location"], {"select_all_standalones": "on"})

    assert Product.objects.filter(is_public=True).count() == 0
    assert len(products) == 2
