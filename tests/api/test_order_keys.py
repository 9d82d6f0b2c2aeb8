"""C4: what routes that place an order do without an Idempotency-Key, and what a key keeps of a refusal."""

from typing import Any
from weakref import WeakKeyDictionary

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from tests.factories.http import client_of
from tests.factories.shop import ADDRESS_JSON, make_country, make_product, make_user

pytestmark = pytest.mark.django_db

TOTAL = {"amount": "14.95", "currency": "GBP"}
CHECKOUTS: WeakKeyDictionary[APIClient, str] = WeakKeyDictionary()
every_route = pytest.mark.parametrize("route", ["checkout", "orders", "complete"])


@pytest.fixture
def mug() -> Product:
    make_country("US")
    return make_product("Mug", stock=50)


def place(client: APIClient, route: str, mug: Product, *, key: str | None = None) -> Any:
    """One order by the route, with a cart made ready where it wants one."""
    headers: dict[str, Any] = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    if route == "orders":
        body = {"items": [{"product_id": mug.pk}], "shipping_address": ADDRESS_JSON}
        return client.post("/api/v1/orders/", body, **headers)
    if route == "checkout":
        body = {"shipping_address": ADDRESS_JSON, "expected_total": TOTAL}
        return client.post("/api/v1/checkout/", body, **headers)
    if client not in CHECKOUTS:
        CHECKOUTS[client] = opened(client)
    return client.post(f"/api/v1/checkouts/{CHECKOUTS[client]}/complete/", {"expected_total": TOTAL}, **headers)


def opened(client: APIClient) -> str:
    handle: str = client.post("/api/v1/checkouts/").json()["id"]
    client.patch(f"/api/v1/checkouts/{handle}/", {"shipping_address": ADDRESS_JSON})
    return handle


def shopper(mug: Product) -> APIClient:
    client = client_of(make_user())
    client.post("/api/v1/cart/items/", {"product_id": mug.pk})
    return client


@every_route
def test_without_a_key(mug: Product, route: str) -> None:
    client = shopper(mug)
    assert place(client, route, mug).status_code == 201
    again = place(client, route, mug)
    expected = {"checkout": (409, "cart_empty"), "orders": (201, None), "complete": (200, None)}[route]
    assert (again.status_code, again.json().get("code")) == expected
    assert Order.objects.count() == (2 if route == "orders" else 1)


@every_route
def test_refusal_is_replayed_too(mug: Product, route: str) -> None:
    client = shopper(mug)
    CHECKOUTS[client] = opened(client)
    StockRecord.objects.update(num_in_stock=0)
    first = place(client, route, mug, key="key")
    StockRecord.objects.update(num_in_stock=50)
    replay = place(client, route, mug, key="key")
    assert (first.status_code, first.json()["code"]) == (409, "insufficient_stock")
    assert replay.content == first.content
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert not Order.objects.exists()
