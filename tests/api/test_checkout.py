"""Checkout over the API."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket
from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order, OrderDiscount, ShippingAddress
from forked_apps.partner.models import StockRecord
from forked_apps.payment.models import Source
from forked_apps.voucher.models import Voucher, VoucherApplication
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.worker import drain
from tests.factories.http import client_of
from tests.factories.shop import ADDRESS_JSON, make_country, make_offer, make_product, make_user, make_voucher, stock_of

pytestmark = pytest.mark.django_db

ORDER = {
    *("id", "number", "status", "payment_status", "placed_at", "version", "currency", "email", "items", "totals"),
    *(
        "shipping_address",
        "billing_address",
        "shipping_method",
        "notes",
        "cancel_reason",
        "cancelled_total",
        "payments",
        "next_action",
        "problems",
    ),
}
Body = dict[str, Any]


@pytest.fixture(autouse=True)
def _countries() -> None:
    make_country("US")
    make_country("DE", is_served=False)


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", price="10.00", stock=5, sku="MUG")


@pytest.fixture
def guest(api: APIClient, mug: Product) -> APIClient:
    """A guest with two mugs in the cart: 24.95 with delivery."""
    response = api.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 2})
    api.credentials(HTTP_X_CART_TOKEN=response.headers["X-Cart-Token"])
    return api


def body(**changes: Any) -> Body:
    whole = {
        "email": "guest@example.com",
        "shipping_address": ADDRESS_JSON,
        "shipping_method": "flat-rate",
        "payment_method": "manual",
        "expected_total": {"amount": "24.95", "currency": "GBP"},
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def nothing_was_ordered() -> bool:
    records = StockRecord.objects.exclude(num_allocated=0)
    open_baskets = Basket.objects.filter(status="Open").count()
    rows = (Order, Source, ShippingAddress, VoucherApplication, OrderDiscount)
    return not records.exists() and open_baskets == 1 and not any(model.objects.exists() for model in rows)


def test_guest_orders_in_one_call(guest: APIClient, mug: Product) -> None:
    response = guest.post("/api/v1/checkout/", body())
    assert response.status_code == 201
    order = response.json()
    assert set(order) == ORDER
    assert response.headers["Location"] == f"/api/v1/orders/{order['id']}/"
    assert (order["status"], order["payment_status"], order["email"]) == ("pending", "awaiting", "guest@example.com")
    assert {name: money["amount"] for name, money in order["totals"].items()} == {
        "items": "20.00",
        "discount": "0.00",
        "shipping": "4.95",
        "tax": "4.16",
        "total": "24.95",
    }
    (item,) = order["items"]
    assert (item["product"]["sku"], item["quantity"], item["units"]) == ("MUG", 2, {"pending": 2})
    assert order["shipping_address"] == order["billing_address"]
    assert order["shipping_address"]["postcode"] == "90210"
    assert order["payments"][0]["amount"] == {"amount": "24.95", "currency": "GBP"}
    assert order["next_action"]["type"] == "wait"
    assert order["next_action"]["amount"] == {"amount": "24.95", "currency": "GBP"}
    assert stock_of(mug) == (5, 2)
    assert Basket.objects.get().status == "Submitted"
    assert OutboxEvent.objects.get(name="OrderPlaced").payload == {"order_id": Order.objects.get().pk}


def test_completing_an_ordered_cart_answers_its_order(guest: APIClient, mug: Product) -> None:
    first = guest.post("/api/v1/checkout/", body())
    again = guest.post("/api/v1/checkout/", body(expected_total={"amount": "1.00", "currency": "GBP"}))
    assert (again.status_code, again.json()) == (200, first.json())
    assert Order.objects.count() == 1
    assert stock_of(mug) == (5, 2)


def test_old_token_reads_and_a_new_write_makes_a_new_cart(guest: APIClient, mug: Product) -> None:
    order = guest.post("/api/v1/checkout/", body()).json()
    assert guest.get("/api/v1/cart/").json()["items"][0]["quantity"] == 2
    assert guest.get(f"/api/v1/orders/{order['id']}/").json() == order
    response = guest.post("/api/v1/cart/items/", {"product_id": mug.pk})
    assert response.status_code == 201
    assert response.json()["token"] not in (None, cast("Any", guest)._credentials["HTTP_X_CART_TOKEN"])
    assert response.json()["items"][0]["quantity"] == 1


def test_login_orders(mug: Product) -> None:
    user = make_user("ann@example.com", first_name="Ann", last_name="Lee")
    client = client_of(user)
    cart = client.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 2}).json()
    address = {name: value for name, value in ADDRESS_JSON.items() if "name" not in name}
    response = client.post("/api/v1/checkout/", body(email=None, shipping_address=address, notes="Ring twice"))
    order = response.json()
    assert response.status_code == 201
    assert (order["email"], order["notes"]) == ("ann@example.com", "Ring twice")
    assert (order["shipping_address"]["first_name"], order["shipping_address"]["last_name"]) == ("Ann", "Lee")
    assert client.get("/api/v1/cart/").json()["id"] is None
    named = client.post("/api/v1/checkout/", body(email=None, cart=cart["id"]))
    assert (named.status_code, named.json()) == (200, order)
    empty = client.post("/api/v1/checkout/", body(email=None))
    assert (empty.status_code, empty.json()["code"]) == (409, "cart_empty")
    foreign = client_of(make_user()).post("/api/v1/checkout/", body(email=None, cart=cart["id"]))
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (404, "/cart")


def test_brief_words_for_the_address(guest: APIClient) -> None:
    brief = {"street": "123 Main St", "city": "Anytown", "state": "CA", "zip_code": "12345", "country": "US"}
    order = guest.post("/api/v1/checkout/", body(shipping_address=brief)).json()
    assert order["shipping_address"]["line1"] == "123 Main St"
    assert order["shipping_address"]["line4"] == "Anytown"
    assert {"code": "postcode_area_mismatch", "pointer": "/shipping_address/postcode"} in order["problems"]


def test_cheapest_delivery_and_default_payment_need_not_be_named(guest: APIClient) -> None:
    order = guest.post("/api/v1/checkout/", body(shipping_method=None, payment_method=None)).json()
    assert order["shipping_method"]["code"] == "flat-rate"
    assert order["payments"][0]["method"] == "manual"


def set_price(product: Product) -> None:
    StockRecord.objects.filter(product=product).update(price="50.00")


def set_stock(product: Product) -> None:
    StockRecord.objects.filter(product=product).update(num_in_stock=1)


def withdraw(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(is_public=False)


def leave(product: Product) -> None:
    """Change nothing."""


def test_login_orders_by_its_own_address(mug: Product) -> None:
    client = client_of(make_user("ann@example.com"))
    client.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 2})
    placed = client.post("/api/v1/checkout/", body(email="other@example.com"))
    assert (placed.status_code, placed.json()["email"]) == (201, "ann@example.com")


@pytest.mark.parametrize(
    ("before", "changes", "status", "code"),
    [
        (set_price, {}, 409, "total_changed"),
        (set_stock, {}, 409, "insufficient_stock"),
        (withdraw, {}, 422, "product_unavailable"),
        (leave, {"expected_total": {"amount": "24.94", "currency": "GBP"}}, 409, "total_changed"),
        (leave, {"expected_total": {"amount": "24.95", "currency": "USD"}}, 422, "currency_mismatch"),
        (leave, {"expected_total": None}, 400, "invalid_request"),
        (leave, {"expected_total": "24.95"}, 400, "invalid_request"),
        (leave, {"expected_total": {"amount": 24.951, "currency": "GBP"}}, 400, "invalid_request"),
        (leave, {"email": None}, 422, "email_required"),
        (leave, {"email": "nonsense"}, 400, "invalid_request"),
        (leave, {"shipping_address": None}, 422, "shipping_address_required"),
        (leave, {"shipping_address": ADDRESS_JSON | {"country": "XX"}}, 422, "country_not_served"),
        (leave, {"shipping_address": ADDRESS_JSON | {"country": "DE", "postcode": "10115"}}, 422, "country_not_served"),
        (leave, {"shipping_address": ADDRESS_JSON | {"country": "us"}}, 400, "invalid_request"),
        (leave, {"shipping_address": ADDRESS_JSON | {"postcode": "9021"}}, 422, "invalid_postcode"),
        (leave, {"shipping_address": ADDRESS_JSON | {"postcode": ""}}, 422, "address_incomplete"),
        (leave, {"shipping_address": ADDRESS_JSON | {"line1": "x" * 256}}, 400, "invalid_request"),
        (leave, {"shipping_address": ADDRESS_JSON | {"street": "Twice"}}, 400, "invalid_request"),
        (leave, {"shipping_address": ADDRESS_JSON | {"is_admin": True}}, 400, "unknown_field"),
        (leave, {"shipping_address": ADDRESS_JSON | {"phone_number": "call me"}}, 400, "invalid_request"),
        (leave, {"shipping_method": "by-pigeon"}, 422, "shipping_method_unknown"),
        (leave, {"shipping_method": ""}, 400, "invalid_request"),
        (leave, {"payment_method": "gold"}, 422, "payment_method_unknown"),
        (leave, {"vouchers": ["NOPE"]}, 422, "voucher_invalid"),
        (leave, {"vouchers": ["X"] * 11}, 400, "invalid_request"),
        (leave, {"total": "0.01"}, 400, "unknown_field"),
        (leave, {"user": 1}, 400, "unknown_field"),
        (leave, {"cart": "no-such-cart"}, 404, "not_found"),
        (leave, {"notes": "x" * 2001}, 400, "invalid_request"),
    ],
)
def test_refused_checkout_changes_nothing(
    guest: APIClient, mug: Product, before: Callable[[Product], None], changes: Body, status: int, code: str
) -> None:
    before(mug)
    response = guest.post("/api/v1/checkout/", body(**changes))
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert nothing_was_ordered()


def test_total_changed_has_the_new_totals(guest: APIClient, mug: Product) -> None:
    set_price(mug)
    problem = guest.post("/api/v1/checkout/", body()).json()
    assert problem["totals"]["total"] == {"amount": "104.95", "currency": "GBP"}
    assert guest.post("/api/v1/checkout/", body(expected_total=problem["totals"]["total"])).status_code == 201


def test_every_short_line_is_named(guest: APIClient, mug: Product) -> None:
    cup = make_product("Cup", stock=3, sku="CUP")
    guest.post("/api/v1/cart/items/", {"product_id": cup.pk, "quantity": 3})
    StockRecord.objects.update(num_in_stock=1)
    problem = guest.post("/api/v1/checkout/", body(expected_total={"amount": "54.95", "currency": "GBP"})).json()
    assert problem["shortages"] == [
        {"product_id": mug.pk, "sku": "MUG", "requested": 2, "available": 1},
        {"product_id": cup.pk, "sku": "CUP", "requested": 3, "available": 1},
    ]
    assert nothing_was_ordered()


def test_checkout_without_a_cart(api: APIClient) -> None:
    response = api.post("/api/v1/checkout/", body())
    assert (response.status_code, response.json()["code"]) == (409, "cart_empty")
    token = api.post("/api/v1/cart/").headers["X-Cart-Token"]
    empty = api.post("/api/v1/checkout/", body(), HTTP_X_CART_TOKEN=token)
    assert (empty.status_code, empty.json()["code"]) == (409, "cart_empty")
    assert Order.objects.count() == 0


def test_cart_of_another_version_is_not_ordered(guest: APIClient) -> None:
    refused = guest.post("/api/v1/checkout/", body(), HTTP_IF_MATCH='"0"')
    assert (refused.status_code, refused.json()["code"]) == (412, "stale_version")
    assert nothing_was_ordered()
    etag = guest.get("/api/v1/cart/").headers["ETag"]
    assert guest.post("/api/v1/checkout/", body(), HTTP_IF_MATCH=etag).status_code == 201
    assert guest.post("/api/v1/checkout/", body(), HTTP_IF_MATCH=etag).status_code == 200


def test_idempotency_key_replays_the_order(guest: APIClient, mug: Product) -> None:
    first = guest.post("/api/v1/checkout/", body(), HTTP_IDEMPOTENCY_KEY="order-1")
    replay = guest.post("/api/v1/checkout/", body(), HTTP_IDEMPOTENCY_KEY="order-1")
    assert (first.status_code, replay.status_code) == (201, 201)
    assert replay.content == first.content
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert replay.headers["Location"] == first.headers["Location"]
    other = guest.post("/api/v1/checkout/", body(notes="other"), HTTP_IDEMPOTENCY_KEY="order-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert stock_of(mug) == (5, 2)


def test_setting_demands_an_idempotency_key(guest: APIClient, settings: Settings) -> None:
    settings.IDEMPOTENCY_KEY_REQUIRED = True
    response = guest.post("/api/v1/checkout/", body())
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_required")
    assert guest.post("/api/v1/checkout/", body(), HTTP_IDEMPOTENCY_KEY="k").status_code == 201


def test_offer_lowers_cart_and_order_alike(guest: APIClient) -> None:
    offer = make_offer(10, name="10 % off")
    cart = guest.get("/api/v1/cart/").json()
    assert cart["offers"] == [
        {
            "name": "10 % off",
            "description": offer.description,
            "amount": {"amount": "2.00", "currency": "GBP"},
            "voucher": None,
        }
    ]
    assert cart["totals"]["discount"]["amount"] == "2.00"
    assert cart["totals"]["total"]["amount"] == "22.95"
    assert cart["items"][0]["total"]["gross"] == "18.00"
    order = guest.post("/api/v1/checkout/", body(expected_total=cart["totals"]["total"])).json()
    assert order["totals"] == cart["totals"]
    discount = OrderDiscount.objects.get()
    assert (discount.offer_id, discount.amount, discount.frequency) == (offer.pk, Decimal("2.00"), 1)
    drain()
    drain()
    offer.refresh_from_db()
    assert (offer.num_applications, offer.total_discount, offer.num_orders) == (1, Decimal("2.00"), 1)


def test_voucher_at_checkout(guest: APIClient) -> None:
    make_voucher("SAVE")
    total = {"amount": "14.95", "currency": "GBP"}
    order = guest.post("/api/v1/checkout/", body(vouchers=["save"], expected_total=total)).json()
    assert order["totals"]["discount"]["amount"] == "10.00"
    assert VoucherApplication.objects.get().order.handle == order["id"]


@pytest.mark.parametrize("usage", [Voucher.SINGLE_USE, Voucher.ONCE_PER_CUSTOMER])
def test_voucher_that_is_used_up(usage: str) -> None:
    mug = make_product("Mug")
    make_voucher("ONCE", usage=usage)
    client = client_of(make_user())
    total = {"amount": "9.95", "currency": "GBP"}

    def order() -> Any:
        client.post("/api/v1/cart/items/", {"product_id": mug.pk})
        return client.post("/api/v1/checkout/", body(email=None, vouchers=["ONCE"], expected_total=total))

    assert order().status_code == 201
    refused = order()
    assert (refused.status_code, refused.json()["code"], refused.json()["codes"]) == (422, "voucher_invalid", ["ONCE"])
    assert Order.objects.count() == 1


def test_vouchers_that_do_not_count(guest: APIClient) -> None:
    now = timezone.now()
    make_voucher("PAST", end=now - timedelta(hours=1))
    make_voucher("FUTURE", start=now + timedelta(hours=1))
    for code in ("PAST", "FUTURE"):
        response = guest.post("/api/v1/checkout/", body(vouchers=[code]))
        assert (response.status_code, response.json()["code"]) == (422, "voucher_invalid")
    assert nothing_was_ordered()


def test_capped_offer_is_given_as_often_as_its_cap_says(mug: Product) -> None:
    offer = make_offer(10, max_global_applications=1, max_basket_applications=1)
    for expected in ("22.95", "24.95"):
        client = client_of(make_user())
        client.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 2})
        assert client.get("/api/v1/cart/").json()["totals"]["total"]["amount"] == expected
        total = {"amount": expected, "currency": "GBP"}
        assert client.post("/api/v1/checkout/", body(email=None, expected_total=total)).status_code == 201
    offer.refresh_from_db()
    assert (offer.num_applications, offer.num_orders, offer.total_discount) == (1, 1, Decimal("2.00"))


def test_net_shop(guest: APIClient, settings: Settings) -> None:
    settings.PRICES_INCLUDE_TAX = False
    settings.OSCAR_OFFERS_INCL_TAX = False
    make_offer(10)
    cart = guest.get("/api/v1/cart/").json()
    assert cart["items"][0]["unit_price"] == {"currency": "GBP", "net": "10.00", "tax": "2.00", "gross": "12.00"}
    totals = {name: money["amount"] for name, money in cart["totals"].items()}
    assert totals == {"items": "24.00", "discount": "2.40", "shipping": "5.94", "tax": "4.59", "total": "27.54"}
    order = guest.post("/api/v1/checkout/", body(expected_total=cart["totals"]["total"])).json()
    assert order["totals"] == cart["totals"]


def test_zero_total_needs_no_payment_to_be_ordered(guest: APIClient, settings: Settings) -> None:
    settings.SHIPPING_FLAT_PRICE = Decimal(0)
    make_offer(100)
    response = guest.post("/api/v1/checkout/", body(expected_total={"amount": "0.00", "currency": "GBP"}))
    assert response.status_code == 201
    assert response.json()["totals"]["total"]["amount"] == "0.00"
    assert (response.json()["payment_status"], response.json()["next_action"]) == ("paid", None)
    (payment,) = response.json()["payments"]
    assert (payment["status"], payment["amount"]["amount"]) == ("captured", "0.00")
