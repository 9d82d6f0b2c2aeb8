"""What `products/{key}/` shows can be sent back by PUT and PATCH, and changes nothing."""

from decimal import Decimal

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockMovement, StockRecord
from forked_apps.search.operations import rebuild
from nexus_shop.core.models import OutboxEvent
from tests.factories.http import client_of
from tests.factories.shop import make_category, make_parent, make_product
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def state() -> list[object]:
    return [
        *Product.objects.order_by("pk").values_list("title", "upc", "structure", "description", "brand", "is_public"),
        *Product.objects.order_by("pk").values_list("pk", "categories"),
        *StockRecord.objects.order_by("pk").values_list("price", "list_price", "num_in_stock"),
        StockMovement.objects.count(),
        OutboxEvent.objects.count(),
    ]


@pytest.mark.parametrize("is_gross", [True, False])
def test_what_is_read_of_a_product_can_be_put_back(staff: APIClient, settings: Settings, is_gross: bool) -> None:
    settings.PRICES_INCLUDE_TAX = is_gross
    make_product("Plain", sku="PLAIN", list_price=Decimal("12.00"), category_ids=[make_category("Kitchen").pk])
    unsold = make_product("Unsold")
    unsold.stockrecords.all().delete()
    rebuild([unsold.pk])
    make_parent("Shirt", {"S": ("5.00", 1), "M": ("6.00", 2)})
    for product in Product.objects.order_by("pk"):
        path = f"/api/v1/products/{product.pk}/"
        read = staff.get(path).json()
        before = state()
        for send in (staff.put, staff.patch):
            answer = send(path, read)
            assert answer.status_code == 200, (product, answer.content)
            assert state() == before
            assert answer.json() == staff.get(path).json()


def test_price_of_another_currency_is_not_put_back(staff: APIClient) -> None:
    path = f"/api/v1/products/{make_product('Mug').pk}/"
    read = staff.get(path).json()
    before = state()
    refused = staff.put(path, {**read, "price": {**read["price"], "currency": "EUR"}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/price/currency")
    refused = staff.put(path, {"title": "Mug", "price": read["price"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/price")
    refused = staff.patch(path, {"price": read["price"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/price")
    assert state() == before


def test_what_is_only_shown_is_ignored(staff: APIClient) -> None:
    path = f"/api/v1/products/{make_product('Mug').pk}/"
    before = state()
    assert staff.patch(path, {"brand": {"id": 5}, "rating": None, "slug": "cup"}).status_code == 200
    assert state() == before
    assert staff.patch(path, {"colour": "red"}).json()["code"] == "unknown_field"
    for body in (5, "x", [], None):
        for send in (staff.put, staff.patch):
            assert send(path, body).status_code == 400
    assert state() == before
