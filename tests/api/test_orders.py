"""Orders over the API."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket
from forked_apps.order.models import Order, OrderStatusChange, ShippingEvent
from nexus_shop.core.models import OutboxEvent
from tests.factories.http import client_of
from tests.factories.shop import make_country, make_order, make_product, make_user, stock_of

pytestmark = pytest.mark.django_db

BRIEF_ADDRESS = {"street": "123 Main St", "city": "Anytown", "state": "CA", "zip_code": "12345", "country": "US"}


@pytest.fixture
def staff() -> APIClient:
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_order"))
    return client_of(user)


def test_one_shot_order_with_the_brief_body() -> None:
    make_country("US")
    mug = make_product("Mug", price="10.00", stock=5)
    user = make_user("john@example.com", first_name="John", last_name="Doe")
    client = client_of(user)
    client.post("/api/v1/cart/items/", {"product_id": mug.pk})
    body = {"items": [{"product_id": mug.pk, "quantity": 2}], "shipping_address": BRIEF_ADDRESS}
    response = client.post("/api/v1/orders/", body)
    order = response.json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/orders/{order['id']}/"
    assert order["totals"]["total"]["amount"] == "24.95"
    assert order["next_action"]["amount"]["amount"] == "24.95"
    assert order["shipping_address"]["first_name"] == "John"
    assert stock_of(mug) == (5, 2)
    assert client.get("/api/v1/cart/").json()["items"][0]["quantity"] == 1
    assert client.post("/api/v1/orders/", body).json()["id"] != order["id"]
    assert Order.objects.filter(basket=None).count() == 2


@pytest.mark.parametrize(
    ("items", "status", "code", "pointer"),
    [
        ([], 400, "invalid_request", "/items"),
        ([{"product_id": 999_999, "quantity": 1}], 404, "not_found", "/items/0/product_id"),
        ([{"product_id": 1, "quantity": 0}], 400, "invalid_request", "/items/0/quantity"),
        ([{"product_id": 1, "quantity": -1}], 400, "invalid_request", "/items/0/quantity"),
        ("all", 400, "invalid_request", "/items"),
        ([{"product_id": 1, "quantity": 1, "price": "0.01"}], 400, "unknown_field", "/items/0/price"),
    ],
)
def test_bad_one_shot_order_writes_nothing(items: Any, status: int, code: str, pointer: str) -> None:
    make_country("US")
    response = client_of(make_user()).post("/api/v1/orders/", {"items": items, "shipping_address": BRIEF_ADDRESS})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["errors"][0]["pointer"] == pointer
    assert Order.objects.count() == 0


def test_one_shot_order_of_more_than_there_is() -> None:
    make_country("US")
    mug = make_product("Mug", stock=3)
    body = {"items": [{"product_id": mug.pk, "quantity": 2}] * 2, "shipping_address": BRIEF_ADDRESS}
    response = client_of(make_user()).post("/api/v1/orders/", body)
    assert (response.status_code, response.json()["code"]) == (409, "insufficient_stock")
    assert (response.json()["shortages"][0]["requested"], stock_of(mug)) == (4, (3, 0))
    assert Order.objects.count() == 0


def test_orders_are_for_logins(api: APIClient) -> None:
    assert api.get("/api/v1/orders/").status_code == 401
    assert api.post("/api/v1/orders/", {}).status_code == 401
    assert api.get("/api/v1/orders/").headers["WWW-Authenticate"].startswith("Bearer")


def test_list_has_ones_own_orders_newest_first() -> None:
    mug = make_product("Mug", stock=50)
    user = make_user()
    mine = [make_order(mug, user=user).handle for _ in range(3)]
    make_order(mug)
    client = client_of(user)
    body = client.get("/api/v1/orders/").json()
    assert [order["id"] for order in body["results"]] == mine[::-1]
    assert (body["count"], body["next"]) == (3, None)
    first = client.get("/api/v1/orders/?page_size=2").json()
    assert [order["id"] for order in first["results"]] == [mine[2], mine[1]]
    second = client.get(first["next"]).json()
    assert [order["id"] for order in second["results"]] == [mine[0]]
    assert second["next"] is None
    assert client.get("/api/v1/orders/?status=shipped").json()["results"] == []


EARLY, LATE, NAIVE = (
    urlsafe_b64encode(f"{moment}|1".encode()).decode()
    for moment in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00")
)


@pytest.mark.parametrize(
    "query",
    [
        f"cursor={EARLY}",
        f"cursor={LATE}",
        f"cursor={NAIVE}",
        "cursor=nonsense",
        "cursor=MQ==",
        "page_size=0",
        "status=gone",
        "page=2",
        "user=1",
    ],
)
def test_list_with_a_bad_parameter(query: str) -> None:
    response = client_of(make_user()).get(f"/api/v1/orders/?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == query.split("=", maxsplit=1)[0]


def test_order_is_found_by_its_owner_alone(api: APIClient) -> None:
    user = make_user()
    order = make_order(make_product("Mug"), user=user)
    path = f"/api/v1/orders/{order.handle}/"
    assert client_of(user).get(path).json()["number"] == order.number
    for stranger in (api, client_of(make_user()), client_of(make_user(is_staff=True))):
        response = stranger.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    for guess in (order.pk, order.number, "x" * 32):
        assert client_of(user).get(f"/api/v1/orders/{guess}/").status_code == 404
    assert api.get(path, HTTP_X_CART_TOKEN="x" * 43).status_code == 404
    assert api.get(path, HTTP_AUTHORIZATION="Bearer nonsense").status_code == 401


def test_numbers_and_handles_tell_nothing() -> None:
    mug = make_product("Mug", stock=50)
    orders = [make_order(mug) for _ in range(5)]
    assert len({order.number for order in orders}) == 5
    assert all(len(order.handle) == 32 and len(order.number) == 14 for order in orders)
    assert not any(str(order.pk) == order.number for order in orders)


def test_staff_moves_an_order_along(staff: APIClient) -> None:
    mug = make_product("Mug", stock=5)
    order = make_order(mug, quantity=2)
    path = f"/api/v1/orders/{order.handle}/status/"
    processing = staff.patch(path, {"status": "processing"})
    assert (processing.status_code, processing.json()["status"]) == (200, "processing")
    assert stock_of(mug) == (5, 2)
    shipped = staff.patch(path, {"status": "shipped"})
    assert (shipped.json()["status"], shipped.json()["items"][0]["units"]) == ("shipped", {"shipped": 2})
    assert stock_of(mug) == (3, 0)
    delivered = staff.patch(path, {"status": "delivered"})
    assert delivered.json()["status"] == "delivered"
    assert [(c.old_status, c.new_status) for c in OrderStatusChange.objects.order_by("pk")] == [
        ("pending", "processing"),
        ("processing", "shipped"),
        ("shipped", "delivered"),
    ]
    assert [event.event_type.code for event in ShippingEvent.objects.order_by("pk")] == ["shipped", "delivered"]
    assert OutboxEvent.objects.filter(name="OrderStatusChanged").count() == 3


def test_part_of_an_order_is_shipped(staff: APIClient) -> None:
    mug, cup = make_product("Mug", stock=5), make_product("Cup", stock=5)
    order = make_order(mug, cup, quantity=3)
    path = f"/api/v1/orders/{order.handle}/status/"
    lines = {
        item["product"]["title"]: item["id"] for item in staff.patch(path, {"status": "processing"}).json()["items"]
    }
    body = staff.patch(path, {"status": "shipped", "lines": [{"id": lines["Mug"], "quantity": 2}]}).json()
    assert body["status"] == "processing"
    assert {item["product"]["title"]: item["units"] for item in body["items"]} == {
        "Mug": {"processing": 1, "shipped": 2},
        "Cup": {"processing": 3},
    }
    assert (stock_of(mug), stock_of(cup)) == ((3, 1), (5, 3))
    both = [{"id": lines["Cup"], "quantity": 3}, {"id": lines["Mug"], "quantity": 2}]
    too_many = staff.patch(path, {"status": "shipped", "lines": both})
    problem = too_many.json()
    assert (too_many.status_code, problem["code"], problem["movable"]) == (409, "too_many_units", 1)
    assert problem["errors"][0]["pointer"] == "/lines/1/quantity"
    stuck = staff.patch(path, {"status": "delivered", "lines": both}).json()
    assert (stuck["code"], stuck["allowed"]) == ("status_not_allowed", ["cancelled", "shipped"])
    assert (stock_of(mug), stock_of(cup)) == ((3, 1), (5, 3))
    cancelled = staff.patch(path, {"status": "cancelled", "lines": [{"id": lines["Cup"], "quantity": 1}]}).json()
    assert cancelled["status"] == "processing"
    assert stock_of(cup) == (5, 2)


def test_cancelling_gives_the_stock_back_once(staff: APIClient) -> None:
    mug = make_product("Mug", stock=5)
    order = make_order(mug, quantity=2)
    path = f"/api/v1/orders/{order.handle}/status/"
    cancelled = staff.patch(path, {"status": "cancelled"}).json()
    assert (cancelled["status"], cancelled["next_action"]) == ("cancelled", None)
    assert stock_of(mug) == (5, 0)
    again = staff.patch(path, {"status": "cancelled"})
    assert (again.status_code, again.json()["code"]) == (409, "status_not_allowed")
    assert stock_of(mug) == (5, 0)
    assert OutboxEvent.objects.filter(name="OrderCancelled").count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"status": "shipped"}, 409, "status_not_allowed"),
        ({"status": "delivered"}, 409, "status_not_allowed"),
        ({"status": "pending"}, 409, "status_not_allowed"),
        ({"status": "lost"}, 400, "invalid_request"),
        ({"status": None}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"status": "processing", "lines": []}, 400, "invalid_request"),
        ({"status": "processing", "lines": [{"id": "x", "quantity": 1}]}, 404, "not_found"),
        ({"status": "processing", "payment_status": "paid"}, 400, "unknown_field"),
    ],
)
def test_refused_move_changes_nothing(staff: APIClient, body: dict[str, Any], status: int, code: str) -> None:
    mug = make_product("Mug", stock=5)
    order = make_order(mug, quantity=2)
    response = staff.patch(f"/api/v1/orders/{order.handle}/status/", body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    order.refresh_from_db()
    assert (order.status, order.version, stock_of(mug)) == ("pending", 1, (5, 2))
    assert OrderStatusChange.objects.count() == 0


def test_move_of_a_stale_version(staff: APIClient) -> None:
    order = make_order(make_product("Mug"))
    path = f"/api/v1/orders/{order.handle}/status/"
    assert staff.patch(path, {"status": "processing"}, HTTP_IF_MATCH='"1"').status_code == 200
    assert staff.patch(path, {"status": "shipped"}, HTTP_IF_MATCH='"1"').status_code == 412
    order.refresh_from_db()
    assert order.status == "processing"


def test_moving_orders_is_for_staff_with_the_permission(api: APIClient) -> None:
    user = make_user()
    order = make_order(make_product("Mug"), user=user)
    path = f"/api/v1/orders/{order.handle}/status/"
    plain = make_user()
    plain.user_permissions.add(Permission.objects.get(codename="change_order"))
    assert api.patch(path, {"status": "processing"}).status_code == 401
    for caller in (client_of(user), client_of(plain), client_of(make_user(is_staff=True))):
        response = caller.patch(path, {"status": "processing"})
        assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    order.refresh_from_db()
    assert order.status == "pending"


def test_unknown_order_to_move(staff: APIClient) -> None:
    assert staff.patch(f"/api/v1/orders/{'x' * 32}/status/", {"status": "processing"}).status_code == 404


def test_order_keeps_its_words_when_the_product_goes() -> None:
    user = make_user()
    mug = make_product("Mug", sku="MUG")
    order = make_order(mug, user=user)
    mug.title = "Renamed"
    mug.save()
    item = client_of(user).get(f"/api/v1/orders/{order.handle}/").json()["items"][0]
    assert (item["product"]["title"], item["product"]["slug"]) == ("Mug", "mug")
    mug.delete()
    item = client_of(user).get(f"/api/v1/orders/{order.handle}/").json()["items"][0]
    assert item["product"] == {
        "id": None,
        "title": "Mug",
        "sku": "MUG",
        "url": None,
        "slug": None,
        "image": None,
        "attributes": [],
    }
    assert Basket.objects.count() == 0


def test_line_that_is_named_twice_moves_nothing(staff: APIClient) -> None:
    order = make_order(make_product(), quantity=3)
    line = order.lines.get()
    body = {"status": "processing", "lines": [{"id": line.handle, "quantity": 1}, {"id": line.handle, "quantity": 2}]}
    refused = staff.patch(f"/api/v1/orders/{order.handle}/status/", body)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert refused.json()["errors"][0]["pointer"] == "/lines/1/id"
    line.refresh_from_db()
    assert line.units == {"pending": 3}


def test_lines_of_a_taken_over_order_may_lack_unit_prices() -> None:
    user = make_user()
    order = make_order(make_product(price="10.00"), quantity=3, user=user)
    order.lines.update(
        unit_price_incl_tax=None,
        unit_price_excl_tax=None,
        line_price_before_discounts_incl_tax="31.00",
        line_price_before_discounts_excl_tax="25.83",
    )
    (found,) = client_of(user).get("/api/v1/orders/").json()["results"]
    assert found["items"][0]["unit_price"] == {"currency": "GBP", "net": "8.61", "tax": "1.72", "gross": "10.33"}
    totals = {name: money["amount"] for name, money in found["totals"].items()}
    assert (totals["items"], totals["discount"], totals["shipping"], totals["total"]) == (
        "31.00",
        "1.00",
        "4.95",
        "34.95",
    )
