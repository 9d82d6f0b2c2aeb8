"""The statements of each request are few and do not grow with what is in the shop, in a list or in a cart."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.catalogue.options import create_option
from forked_apps.offer.book import BOOK
from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import change_price
from forked_apps.partner.products import default_partner
from forked_apps.shipping.queries import METHODS
from nexus_shop.core.rules import rules_token
from nexus_shop.markets.taxes import TAXES
from tests.factories.http import client_of, new_client
from tests.factories.shop import (
    ADDRESS_JSON,
    make_category,
    make_country,
    make_offer,
    make_order,
    make_parent,
    make_product,
    make_user,
)
from tests.factories.staff import make_member
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

ITEMS = pytest.mark.parametrize("count", [1, 3])


@pytest.fixture(autouse=True)
def _rules_are_read(db: None) -> None:
    """A process reads the rules once; which test comes first is not what is counted here."""
    for rules in (BOOK, METHODS, TAXES):
        rules.at(rules_token())


def count_of(client: APIClient, method: str, path: str, body: Any = None, *, status: int = 200) -> int:
    """The number of statements of one request."""
    statements, response = statements_of(lambda: client.generic(method, path, *as_json(body)))
    assert response.status_code == status, response.content
    return len(statements)


def as_json(body: Any) -> tuple[Any, ...]:
    """The body as a client sends it."""
    return () if body is None else (orjson.dumps(body).decode(), "application/json")


@pytest.fixture(autouse=True)
def _rules_are_loaded() -> None:
    """A process reads offers, shipping methods and taxes once, and when one has changed: not what is counted here."""
    for rules in (BOOK, METHODS, TAXES):
        rules.at(rules_token())


@pytest.fixture
def products(count: int) -> list[Product]:
    """So many products, in a category each."""
    return [make_product(stock=50, category_ids=[make_category(f"Things {number}").pk]) for number in range(count)]


@pytest.fixture
def guest(api: APIClient, products: list[Product]) -> APIClient:
    """A guest whose cart holds one of each product."""
    for product in products:
        answer = api.post("/api/v1/cart/items/", {"product_id": product.pk})
        if "X-Cart-Token" in answer.headers:
            api.credentials(HTTP_X_CART_TOKEN=answer.headers["X-Cart-Token"])
    return api


@ITEMS
@pytest.mark.usefixtures("products")
@pytest.mark.parametrize(
    "query", ["", "?count=exact", "?ordering=-price&in_stock=true&price_min=1", "?category=things-0&page_size=1"]
)
def test_product_list(api: APIClient, query: str) -> None:
    assert count_of(api, "GET", f"/api/v1/products/{query}") == 1


@ITEMS
def test_product_list_of_staff_is_the_one_of_everybody(products: list[Product]) -> None:
    staff = client_of(make_user(is_staff=True))
    assert count_of(staff, "GET", "/api/v1/products/") == 1


@ITEMS
def test_product_detail(api: APIClient, products: list[Product]) -> None:
    product = products[-1]
    for key in (product.pk, product.slug, f"sku:{product.upc}"):
        assert count_of(api, "GET", f"/api/v1/products/{key}/") == 1


@ITEMS
def test_detail_of_a_product_with_variants(api: APIClient, count: int) -> None:
    parent, _ = make_parent("Shirt", {f"Size {number}": ("10.00", 5) for number in range(count)})
    assert count_of(api, "GET", f"/api/v1/products/{parent.pk}/") == 1


@ITEMS
@pytest.mark.parametrize(("path", "wanted"), [("price", 3), ("price-history", 1), ("availability", 2)])
def test_what_a_product_costs(api: APIClient, count: int, path: str, wanted: int) -> None:
    parent, children = make_parent("Shirt", {f"Size {number}": ("10.00", 5) for number in range(count)})
    product = children[-1] if path == "price" else parent
    change_price(
        StockRecord.objects.get(product=children[0]).pk,
        price=Decimal(9),
        list_price=None,
        changed_by=None,
        reason="sale",
    )
    assert count_of(api, "GET", f"/api/v1/products/{product.pk}/{path}/") == wanted


@ITEMS
def test_changes_of_prices(count: int) -> None:
    for number in range(count):
        make_product(f"Mug {number}")
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    assert count_of(staff, "GET", "/api/v1/admin/prices/changes/") == 2


@ITEMS
def test_changes_of_prices_of_options(count: int) -> None:
    for number in range(count):
        create_option({"name": f"Note {number}", "type": "text", "price": Decimal(1)}, changed_by=make_user().pk)
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    assert count_of(staff, "GET", "/api/v1/admin/prices/option-changes/") == 2


@ITEMS
def test_unchanged_page_costs_no_more(api: APIClient, products: list[Product]) -> None:
    path = f"/api/v1/products/{products[0].pk}/"
    api.credentials(HTTP_IF_NONE_MATCH=api.get(path).headers["ETag"])
    assert count_of(api, "GET", path, status=304) == 1


@ITEMS
@pytest.mark.parametrize("path", ["categories/", "products/categories/", "categories/?depth=1"])
def test_category_tree(api: APIClient, count: int, path: str) -> None:
    for number in range(count):
        make_category("Small", parent=make_category(f"Root {number}"))
    assert count_of(api, "GET", f"/api/v1/{path}") == 1


def test_countries(api: APIClient) -> None:
    make_country("US")
    assert count_of(api, "GET", "/api/v1/countries/") == 1


def test_cart_that_does_not_exist(api: APIClient) -> None:
    assert count_of(api, "GET", "/api/v1/cart/") == 0


@ITEMS
def test_cart_of_a_guest(guest: APIClient) -> None:
    assert count_of(guest, "GET", "/api/v1/cart/") == 2


@ITEMS
def test_cart_of_a_login(products: list[Product]) -> None:
    client = client_of(make_user())
    for product in products:
        client.post("/api/v1/cart/items/", {"product_id": product.pk})
    assert count_of(client, "GET", "/api/v1/cart/") == 3


@pytest.mark.parametrize("offers", [10, 50, 500])
@pytest.mark.parametrize("count", [3])
@pytest.mark.parametrize("limits", [{}, {"max_global_applications": 9, "max_user_applications": 9, "max_discount": 9}])
def test_cart_costs_the_same_whatever_the_offers(guest: APIClient, offers: int, limits: dict[str, Any]) -> None:
    for _ in range(offers):
        make_offer(5, **limits)
    guest.get("/api/v1/cart/")  # the process reads the offers once, when they have changed
    assert count_of(guest, "GET", "/api/v1/cart/") == 3


@ITEMS
def test_add_to_a_fresh_cart(products: list[Product]) -> None:
    assert count_of(new_client(), "POST", "/api/v1/cart/items/", {"product_id": products[0].pk}, status=201) == 7


@ITEMS
def test_add_to_a_cart(guest: APIClient, products: list[Product]) -> None:
    assert count_of(guest, "POST", "/api/v1/cart/items/", {"product_id": products[0].pk}) == 7


@pytest.mark.parametrize("count", [2, 4])
def test_set_and_remove_a_line(guest: APIClient) -> None:
    path = f"/api/v1/cart/items/{guest.get('/api/v1/cart/').json()['items'][0]['id']}/"
    assert count_of(guest, "PATCH", path, {"quantity": 2}) == 8
    assert count_of(guest, "DELETE", path) == 6


@ITEMS
def test_shipping_methods(guest: APIClient) -> None:
    assert count_of(guest, "GET", "/api/v1/cart/shipping-methods/") == 1


# Offers cost three statements, whatever their number; more than one stock record costs one.
@pytest.mark.parametrize(
    ("count", "offers", "statements"), [(1, 0, 18), (3, 0, 19), (3, 1, 22), (3, 50, 22), (9, 9, 22)]
)
def test_fresh_guest_cart_to_placed_order(products: list[Product], offers: int, statements: int) -> None:
    make_country("US")
    for _ in range(offers):
        make_offer(5)
    client = new_client()
    items = [{"product_id": each.pk, "quantity": 2} for each in products]
    new_client().put("/api/v1/cart/items/", {"items": items})  # the process reads the offers once

    filling, filled = statements_of(lambda: client.put("/api/v1/cart/items/", {"items": items}))
    client.credentials(HTTP_X_CART_TOKEN=filled.headers["X-Cart-Token"])
    body = {
        "email": "ann@example.com",
        "shipping_address": ADDRESS_JSON,
        "expected_total": filled.json()["totals"]["total"],
    }
    ordering, answer = statements_of(lambda: client.post("/api/v1/checkout/", body))

    assert answer.status_code == 201, answer.content
    assert (len(filling), len(ordering)) == (8 if offers else 7, statements)
    assert len(filling) + len(ordering) <= 30  # the budget of the whole path


@ITEMS
def test_orders_of_a_customer(count: int) -> None:
    customer = make_user()
    for _ in range(count):
        order = make_order(make_product(), user=customer)
    client = client_of(customer)
    assert count_of(client, "GET", "/api/v1/orders/") == 4
    assert count_of(client, "GET", f"/api/v1/orders/{order.handle}/") == 3


@ITEMS
def test_orders_of_a_customer_searched(count: int) -> None:
    customer = make_user()
    for _ in range(count):
        make_order(make_product("Mug"), user=customer)
    client = client_of(customer)
    query = "status=pending&payment_status=awaiting&placed_from=2020-01-01T00:00:00Z&search=mug"
    assert count_of(client, "GET", f"/api/v1/me/orders/?{query}") == 4


@ITEMS
def test_history_of_an_order(count: int) -> None:
    customer = make_user()
    order = make_order(make_product(), user=customer)
    client = client_of(customer)
    for number in range(count):
        client.patch(f"/api/v1/orders/{order.handle}/", {"notes": f"{number}"})
    assert count_of(client, "GET", f"/api/v1/orders/{order.handle}/events/") == 3


@ITEMS
def test_orders_for_staff(count: int) -> None:
    for _ in range(count):
        order = make_order(*(make_product() for _ in range(count)))
        change_order_status(order.pk, status="processing")
        for line in order.lines.all():
            change_order_status(order.pk, status="shipped", quantities={line.pk: 1})
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    path = f"/api/v1/admin/orders/{order.handle}/"
    assert count_of(staff, "GET", "/api/v1/admin/orders/") == 5
    assert count_of(staff, "GET", "/api/v1/admin/orders/?status=shipped&email=a@example.com") == 3
    parts = ("", "lines/", "shipping-events/", "payment-events/", "notes/")
    assert [count_of(staff, "GET", path + part) for part in parts] == [4, 4, 4, 4, 3]


@ITEMS
def test_orders_for_partner_staff(count: int) -> None:
    for _ in range(count):
        order = make_order(*(make_product() for _ in range(count)))
    partner = client_of(make_member("Partner staff", partner=default_partner()))
    assert count_of(partner, "GET", "/api/v1/admin/orders/") == 8
    assert count_of(partner, "GET", f"/api/v1/admin/orders/{order.handle}/") == 7


@pytest.mark.parametrize("count", [2, 5])
def test_order_moves_in_as_many_statements_whatever_its_lines(count: int) -> None:
    order: Order = make_order(*(make_product() for _ in range(count)))
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    path = f"/api/v1/orders/{order.handle}/status/"
    assert count_of(staff, "PATCH", path, {"status": "cancelled"}) == 20


@pytest.mark.parametrize("count", [2, 5])
def test_checkout_step_by_step(guest: APIClient) -> None:
    make_country("US")
    opening = count_of(guest, "POST", "/api/v1/checkouts/", {}, status=201)
    path = f"/api/v1/checkouts/{guest.post('/api/v1/checkouts/').json()['id']}/"
    reading = [count_of(guest, "GET", path + step) for step in ("", "shipping-methods/")]
    steps = [
        count_of(guest, "PATCH", path, {"email": "ann@example.com"}),
        count_of(guest, "PUT", f"{path}addresses/", {"shipping_address": ADDRESS_JSON}),
        count_of(guest, "PUT", f"{path}shipments/", {"shipping_method": "flat-rate"}),
        count_of(guest, "POST", f"{path}payment-sessions/", {}, status=201),
    ]
    reading += [count_of(guest, "GET", path + step) for step in ("", "payment-sessions/")]
    total = {"expected_total": guest.get(path).json()["totals"]["total"]}
    ordering = [count_of(guest, "POST", f"{path}complete/", total, status=status) for status in (201, 200)]
    assert (opening, reading, steps, ordering) == (6, [3, 2, 4, 3], [8, 10, 10, 16], [20, 7])
