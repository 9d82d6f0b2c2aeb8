"""C4: the Idempotency-Key on every route that places an order."""

from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from nexus_shop.core.models import IdempotencyRecord
from tests.factories.http import client_of
from tests.factories.shop import ADDRESS_JSON, make_country, make_product, make_user, stock_of

pytestmark = pytest.mark.django_db

TOTAL = {"amount": "14.95", "currency": "GBP"}
CHECKOUTS: WeakKeyDictionary[APIClient, str] = WeakKeyDictionary()
every_route = pytest.mark.parametrize("route", ["checkout", "orders", "complete"])


@pytest.fixture
def mug() -> Product:
    make_country("US")
    return make_product("Mug", stock=50)


def place(client: APIClient, route: str, mug: Product, *, key: str | None = None, **changes: Any) -> Any:
    """One order by the route, with a cart made ready where it wants one."""
    headers: dict[str, Any] = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    if route == "orders":
        body = {"items": [{"product_id": mug.pk}], "shipping_address": ADDRESS_JSON}
        return client.post("/api/v1/orders/", body | changes, **headers)
    if route == "checkout":
        return client.post(
            "/api/v1/checkout/", {"shipping_address": ADDRESS_JSON, "expected_total": TOTAL} | changes, **headers
        )
    if client not in CHECKOUTS:
        CHECKOUTS[client] = opened(client)
    total = TOTAL if not changes else {"amount": "1.00", "currency": "GBP"}
    return client.post(f"/api/v1/checkouts/{CHECKOUTS[client]}/complete/", {"expected_total": total}, **headers)


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
def test_setting_demands_a_key(mug: Product, route: str, settings: Settings) -> None:
    settings.IDEMPOTENCY_KEY_REQUIRED = True
    client = shopper(mug)
    CHECKOUTS[client] = opened(client)
    refused = place(client, route, mug)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_required")
    assert not Order.objects.exists()


@every_route
def test_replay_is_the_same_to_the_byte(mug: Product, route: str) -> None:
    client = shopper(mug)
    first, replay = (place(client, route, mug, key="key") for _ in range(2))
    assert (first.status_code, replay.status_code) == (201, 201)
    assert replay.content == first.content
    for name in ("ETag", "Location", "Content-Type"):
        assert replay.headers[name] == first.headers[name]
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert stock_of(mug) == (50, 1)


@every_route
def test_another_body_with_the_key_is_refused(mug: Product, route: str) -> None:
    client = shopper(mug)
    place(client, route, mug, key="key")
    other = place(client, route, mug, key="key", notes="Another")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.count() == 1


@every_route
def test_key_of_another_login_is_another_key(mug: Product, route: str) -> None:
    first = place(shopper(mug), route, mug, key="key")
    other = place(shopper(mug), route, mug, key="key")
    assert (first.status_code, other.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in other.headers
    assert first.json()["id"] != other.json()["id"]


@every_route
def test_key_of_256_characters(mug: Product, route: str) -> None:
    client = shopper(mug)
    refused = place(client, route, mug, key="x" * 256)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_invalid")
    assert not Order.objects.exists()
    assert place(client, route, mug, key="x" * 255).status_code == 201


@every_route
def test_key_expires_after_a_day(mug: Product, route: str) -> None:
    client = shopper(mug)
    place(client, route, mug, key="key")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    later = place(client, route, mug, key="key")
    assert "Idempotent-Replayed" not in later.headers
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
