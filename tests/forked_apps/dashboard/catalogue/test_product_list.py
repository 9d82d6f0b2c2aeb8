"""The list of products: their status, told apart and asked for, and their SKU."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from forked_apps.catalogue.products import ProductFacts, change_product
from tests.factories.shop import make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

STATUSES = ("draft", "scheduled", "published", "archived")


@pytest.fixture
def browser() -> Client:
    for status in STATUSES:
        product = make_product(f"A {status} lamp", sku=f"L-{status}")
        changes: ProductFacts = {"status": status}
        if status == "scheduled":
            changes["publish_from"] = timezone.now() + timedelta(days=1)
        change_product(product.pk, changes=changes)
    return browser_of(make_member("Staff"))


def test_status_of_each_product_is_shown(browser: Client) -> None:
    page = browser.get("/dashboard/catalogue/").content.decode()

    for status in STATUSES:
        assert f'<span class="status status-{status}">{status.capitalize()}</span>' in page


@pytest.mark.parametrize("status", STATUSES)
def test_products_are_found_by_their_status(browser: Client, status: str) -> None:
    found = browser.get("/dashboard/catalogue/", {"status": status, "upc": "L-"}).context["products"].rows

    assert [row.record.title for row in found] == [f"A {status} lamp"]


def test_senseless_status_is_none(browser: Client) -> None:
    assert len(browser.get("/dashboard/catalogue/", {"status": "x"}).context["products"].rows) == 4


def test_sku_is_called_by_its_name(browser: Client) -> None:
    answer = browser.get("/dashboard/catalogue/")

    assert str(answer.context["products"].columns["upc"].header) == "SKU"
    assert answer.context["form"]["upc"].label == "SKU"
    product = answer.context["products"].rows[0].record
    page = browser.get(f"/dashboard/catalogue/products/{product.pk}/").content.decode()
    assert "ISBN" not in page.replace("ISBN-13, digits only", "")
    assert "UPC)" not in page
