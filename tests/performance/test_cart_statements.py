"""What a cart does with many lines costs as many statements as with one."""

import pytest
from rest_framework.test import APIClient

from forked_apps.basket.models import SavedLine
from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockRecord
from tests.factories.carts import add, guest_with
from tests.factories.http import client_of
from tests.factories.shop import make_product, make_user, make_voucher
from tests.performance.test_statements import count_of

pytestmark = pytest.mark.django_db
SIZES = pytest.mark.parametrize("count", [1, 3])


@pytest.fixture
def products(count: int) -> list[Product]:
    return [make_product(stock=50) for _ in range(count)]


@pytest.fixture
def guest() -> APIClient:
    """A guest with an empty cart, in a process that knows the rules by which carts are priced."""
    client, _ = guest_with((make_product(), 1))
    client.delete("/api/v1/cart/")
    return client


def rows_of(products: list[Product]) -> dict[str, object]:
    return {"items": [{"sku": product.upc} for product in products]}


@pytest.mark.parametrize("count", [1, 3, 40])
def test_many_at_once(guest: APIClient, products: list[Product]) -> None:
    assert count_of(guest, "POST", "/api/v1/cart/items/bulk/", rows_of(products)) == 8
    assert count_of(guest, "POST", "/api/v1/cart/items/bulk/", rows_of(products)) == 8


@SIZES
def test_accepting(guest: APIClient, products: list[Product]) -> None:
    for product in products:
        add(guest, product, 3)
    StockRecord.objects.update(price="12.00", num_in_stock=2)
    body = {"notes": "x", "accept": ["price_changed", "insufficient_stock", "product_unavailable"]}
    assert count_of(guest, "PATCH", "/api/v1/cart/", body) == 8


@SIZES
def test_voucher(guest: APIClient, products: list[Product]) -> None:
    for product in products:
        add(guest, product)
    make_voucher("SAVE")
    guest.get("/api/v1/cart/")
    assert count_of(guest, "POST", "/api/v1/cart/vouchers/", {"code": "SAVE"}) == 18


@SIZES
def test_saved(guest: APIClient, products: list[Product]) -> None:
    for product in products:
        item = add(guest, product).json()["items"][0]["id"]
        assert count_of(guest, "POST", "/api/v1/cart/saved/", {"item": item}) == 6
    assert count_of(guest, "GET", "/api/v1/cart/saved/") == 5
    handle = SavedLine.objects.values_list("handle", flat=True)[0]
    assert count_of(guest, "POST", f"/api/v1/cart/saved/{handle}/restore/", {}) == 8


@SIZES
def test_shared(guest: APIClient, products: list[Product]) -> None:
    for product in products:
        add(guest, product)
    link = f"/api/v1/cart/shared/{guest.post('/api/v1/cart/share/').json()['id']}/"
    assert count_of(guest, "POST", "/api/v1/cart/share/", {}, status=201) == 5
    assert count_of(guest, "GET", link) == 4
    assert count_of(guest, "POST", f"{link}restore/", {}) == 8


@SIZES
def test_merge(products: list[Product]) -> None:
    login = client_of(make_user())
    login.post("/api/v1/cart/")
    _, token = guest_with(*((product, 2) for product in products))
    assert count_of(login, "POST", "/api/v1/cart/merge/", {"token": token}) == 16
