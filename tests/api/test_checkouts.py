"""Checkout step by step over the API."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.address.models import Country
from forked_apps.basket.models import Basket
from forked_apps.catalogue.models import Option, Product
from forked_apps.checkout.models import CheckoutSession
from forked_apps.checkout.tasks import purge_old_checkouts_task
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord, StockReservation
from forked_apps.partner.reservations import release_expired_reservations
from forked_apps.voucher.models import Voucher
from tests.concurrency.shoppers import broken_rules
from tests.factories.http import client_of, new_client
from tests.factories.shop import ADDRESS_JSON, make_country, make_offer, make_product, make_user, make_voucher, stock_of

pytestmark = pytest.mark.django_db

CHECKOUT = {
    *("id", "status", "version", "email", "shipping_address", "billing_address", "shipping_method", "payment_method"),
    *("notes", "cart", "totals", "shipping_methods", "missing", "problems", "order"),
}
TOTAL = {"amount": "24.95", "currency": "GBP"}


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
    return with_cart(api, mug)


def with_cart(client: APIClient, product: Product, quantity: int = 2) -> APIClient:
    added = client.post("/api/v1/cart/items/", {"product_id": product.pk, "quantity": quantity})
    if "X-Cart-Token" in added.headers:
        client.credentials(HTTP_X_CART_TOKEN=added.headers["X-Cart-Token"])
    return client


def opened(client: APIClient) -> str:
    """The path of a checkout that is ready to be completed."""
    path = f"/api/v1/checkouts/{client.post('/api/v1/checkouts/').json()['id']}/"
    client.patch(path, {"email": "guest@example.com", "shipping_method": "flat-rate", "payment_method": "manual"})
    client.put(f"{path}addresses/", {"shipping_address": ADDRESS_JSON})
    return path


def complete(client: APIClient, path: str, total: Any = TOTAL, **headers: Any) -> Any:
    return client.post(f"{path}complete/", {"expected_total": total}, **headers)


def nothing_was_ordered() -> bool:
    return not Order.objects.exists() and Basket.objects.get().status == "Open"


def test_guest_checks_out_step_by_step(guest: APIClient, mug: Product) -> None:
    response = guest.post("/api/v1/checkouts/")
    checkout = response.json()
    path = f"/api/v1/checkouts/{checkout['id']}/"
    assert (response.status_code, response.headers["Location"]) == (201, path)
    assert set(checkout) == CHECKOUT
    assert (checkout["status"], checkout["missing"]) == ("open", ["email", "shipping_address"])
    assert checkout["cart"]["items"][0]["quantity"] == 2
    assert checkout["cart"]["id"] == guest.get("/api/v1/cart/").json()["id"]
    again = guest.post("/api/v1/checkouts/")
    assert (again.status_code, again.json()) == (200, checkout)

    said = guest.patch(path, {"email": "guest@example.com", "notes": "Ring twice"}).json()
    assert (said["email"], said["notes"], said["missing"]) == ("guest@example.com", "Ring twice", ["shipping_address"])
    addressed = guest.put(f"{path}addresses/", {"shipping_address": ADDRESS_JSON}).json()
    assert (addressed["shipping_address"]["postcode"], addressed["missing"]) == ("90210", [])
    assert [each["code"] for each in guest.get(f"{path}shipping-methods/").json()] == ["flat-rate"]
    shipped = guest.put(f"{path}shipments/", {"shipping_method": "flat-rate"}).json()
    assert (shipped["shipping_method"], shipped["totals"]["total"]) == ("flat-rate", TOTAL)
    assert stock_of(mug) == (5, 0)

    paying = guest.post(f"{path}payment-sessions/", {"payment_method": "manual"})
    assert paying.status_code == 201
    assert (paying.json()["status"], paying.json()["amount"]) == ("open", TOTAL)
    assert guest.get(f"{path}payment-sessions/").json() == paying.json()
    assert stock_of(mug) == (5, 2)
    ready = guest.get(path)
    assert ready.headers["ETag"] == f'"{ready.json()["version"]}"'
    assert ready.json()["problems"] == []

    placed = complete(guest, path)
    order = placed.json()
    assert (placed.status_code, placed.headers["Location"]) == (201, f"/api/v1/orders/{order['id']}/")
    assert (order["totals"]["total"], order["email"], order["notes"]) == (TOTAL, "guest@example.com", "Ring twice")
    assert stock_of(mug) == (5, 2)
    assert not StockReservation.objects.exists()
    done = guest.get(path).json()
    assert (done["status"], done["order"], done["missing"], done["problems"]) == ("completed", order["id"], [], [])
    twice = complete(guest, path, {"amount": "1.00", "currency": "GBP"})
    assert (twice.status_code, twice.json()) == (200, order)
    assert broken_rules() == {}


def test_login_checks_out(mug: Product) -> None:
    client = with_cart(client_of(make_user("ann@example.com", first_name="Ann", last_name="Lee")), mug)
    path = f"/api/v1/checkouts/{client.post('/api/v1/checkouts/').json()['id']}/"
    address = {name: value for name, value in ADDRESS_JSON.items() if "name" not in name}
    said = client.patch(path, {"shipping_address": address}).json()
    assert (said["email"], said["missing"]) == ("ann@example.com", [])
    assert said["shipping_address"]["first_name"] == "Ann"
    order = complete(client, path).json()
    assert (order["email"], order["shipping_address"]["last_name"]) == ("ann@example.com", "Lee")
    assert Order.objects.get().guest_email == ""
    assert client.get(path).json()["order"] == order["id"]
    assert client.post("/api/v1/checkouts/").json()["code"] == "cart_empty"


def test_login_orders_by_its_own_address(mug: Product) -> None:
    client = with_cart(client_of(make_user("ann@example.com")), mug)
    path = opened_by_login(client)
    for email in ("other@example.com", "Ann@Example.com", ""):
        said = client.patch(path, {"email": email, "shipping_address": ADDRESS_JSON})
        assert (said.status_code, said.json()["email"]) == (200, "ann@example.com")
    CheckoutSession.objects.update(email="other@example.com")  # as older ones may have it
    assert client.get(path).json()["email"] == "ann@example.com"
    assert complete(client, path).json()["email"] == "ann@example.com"
    assert client.get(path).json()["email"] == "ann@example.com"


def opened_by_login(client: APIClient) -> str:
    return f"/api/v1/checkouts/{client.post('/api/v1/checkouts/').json()['id']}/"


def test_what_was_read_can_be_written_back(guest: APIClient) -> None:
    path = opened(guest)
    read = guest.get(path).json()
    written = guest.patch(path, read)
    assert written.status_code == 200
    assert written.json() | {"version": read["version"]} == read


def test_null_takes_back_what_was_said(guest: APIClient) -> None:
    path = opened(guest)
    said = guest.patch(path, {"shipping_method": None, "payment_method": None, "shipping_address": None}).json()
    assert (said["shipping_method"], said["payment_method"], said["shipping_address"]) == (None, None, None)
    assert said["missing"] == ["shipping_address"]
    refused = complete(guest, path)
    assert (refused.status_code, refused.json()["code"]) == (422, "shipping_address_required")
    assert nothing_was_ordered()


@pytest.mark.parametrize(
    ("step", "body", "code", "pointer"),
    [
        ("", {"shipping_method": "carrier-pigeon"}, "shipping_method_unknown", "/shipping_method"),
        ("", {"payment_method": "shells"}, "payment_method_unknown", "/payment_method"),
        ("", {"email": "no address"}, "invalid_request", "/email"),
        ("", {"version": 1, "surprise": 1}, "unknown_field", "/surprise"),
        (
            *("addresses/", {"shipping_address": {**ADDRESS_JSON, "country": "DE"}}, "country_not_served"),
            "/shipping_address/country",
        ),
        (
            *("addresses/", {"billing_address": {**ADDRESS_JSON, "postcode": "1"}}, "invalid_postcode"),
            "/billing_address/postcode",
        ),
        ("shipments/", {"shipping_method": "carrier-pigeon"}, "shipping_method_unknown", "/shipping_method"),
        ("shipments/", {}, "invalid_request", "/shipping_method"),
        ("payment-sessions/", {"payment_method": "shells"}, "payment_method_unknown", "/payment_method"),
        ("complete/", {}, "invalid_request", "/expected_total"),
        ("complete/", {"expected_total": TOTAL | {"currency": "USD"}}, "currency_mismatch", "/expected_total/currency"),
    ],
)
def test_refused_step_changes_nothing(
    guest: APIClient, mug: Product, step: str, body: Any, code: str, pointer: str
) -> None:
    path = opened(guest)
    before = guest.get(path).json()
    method = {"": "patch", "addresses/": "put", "shipments/": "put"}.get(step, "post")
    response = getattr(guest, method)(path + step, body)
    assert response.json()["code"] == code
    assert response.json()["errors"][0]["pointer"] == pointer
    assert guest.get(path).json() == before
    assert stock_of(mug) == (5, 0)
    assert nothing_was_ordered()


def test_email_of_a_guest_is_missing(guest: APIClient) -> None:
    path = opened(guest)
    guest.patch(path, {"email": ""})
    refused = complete(guest, path)
    assert (refused.status_code, refused.json()["code"]) == (422, "email_required")
    assert nothing_was_ordered()


def test_foreign_checkout_is_not_found_also_after_trying(guest: APIClient, mug: Product) -> None:
    path = opened(guest)
    before = guest.get(path).json()
    calls: list[tuple[str, str, Any]] = [
        ("patch", "", {"email": "mine@example.com"}),
        ("put", "addresses/", {"shipping_address": ADDRESS_JSON}),
        ("put", "shipments/", {"shipping_method": "flat-rate"}),
        ("post", "payment-sessions/", {}),
        ("patch", "payment-sessions/", {}),
        ("post", "complete/", {"expected_total": TOTAL}),
        ("post", "cancel/", {}),
    ]
    for other in (new_client(), with_cart(new_client(), mug, 1), client_of(make_user())):
        for method, step, body in calls:
            assert getattr(other, method)(path + step, body).status_code == 404
            for read in ("", "shipping-methods/", "payment-sessions/"):
                assert other.get(path + read).status_code == 404
        cart = other.get("/api/v1/cart/").json()
        assert cart["id"] != before["cart"]["id"]
    assert guest.get(path).json() == before
    assert stock_of(mug) == (5, 0)


def test_if_match_names_the_checkout_with_its_cart(guest: APIClient, mug: Product) -> None:
    path = opened(guest)
    etag = guest.get(path).headers["ETag"]
    guest.post("/api/v1/cart/items/", {"product_id": make_product(price="10.00").pk})
    assert guest.get(path).headers["ETag"] != etag
    stale = complete(guest, path, HTTP_IF_MATCH=etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    for method, step, body in (("patch", "", {"notes": "x"}), ("post", "cancel/", {})):
        assert getattr(guest, method)(path + step, body, HTTP_IF_MATCH=etag).status_code == 412
    assert nothing_was_ordered()
    fresh = guest.get(path)
    assert (
        complete(guest, path, fresh.json()["totals"]["total"], HTTP_IF_MATCH=fresh.headers["ETag"]).status_code == 201
    )


def test_cancelled_checkout_leaves_the_cart_and_gives_stock_back(guest: APIClient, mug: Product) -> None:
    path = opened(guest)
    guest.post(f"{path}payment-sessions/")
    assert stock_of(mug) == (5, 2)
    cancelled = guest.post(f"{path}cancel/")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert guest.post(f"{path}cancel/").json() == cancelled.json()
    for version, status in (("1", 412), (cancelled.json()["version"], 200)):
        assert guest.post(f"{path}cancel/", HTTP_IF_MATCH=f'"{version}"').status_code == status
    assert stock_of(mug) == (5, 0)
    assert guest.get("/api/v1/cart/").json()["items"][0]["quantity"] == 2
    for method, step, body in (
        ("patch", "", {"notes": "x"}),
        ("post", "payment-sessions/", {}),
        ("post", "complete/", {"expected_total": TOTAL}),
    ):
        closed = getattr(guest, method)(path + step, body)
        assert (closed.status_code, closed.json()["code"]) == (409, "checkout_closed")
    anew = guest.post("/api/v1/checkouts/")
    assert anew.status_code == 201
    assert anew.json()["id"] != cancelled.json()["id"]
    assert nothing_was_ordered()


def test_completed_checkout_and_its_cart_show_what_was_ordered(guest: APIClient, mug: Product) -> None:
    voucher = make_voucher("HALF", usage=Voucher.SINGLE_USE)
    offer = voucher.offers.get()
    assert guest.post("/api/v1/cart/vouchers/", {"code": "HALF"}).status_code == 200
    path = opened(guest)
    guest.patch(path, {"email": "ann@example.com", "shipping_address": ADDRESS_JSON})
    seen = guest.get(path).json()
    order = complete(guest, path, seen["totals"]["total"]).json()
    StockRecord.objects.update(price=Decimal("99.00"))
    for shown in (guest.get(path).json(), {"cart": guest.get("/api/v1/cart/").json(), "totals": order["totals"]}):
        cart = shown["cart"]
        assert shown["totals"] == cart["totals"] == order["totals"] == seen["totals"]
        names = ("unit_price", "total", "discount", "quantity")
        assert [[item[name] for name in names] for item in cart["items"]] == [
            [item[name] for name in names] for item in order["items"]
        ]
        assert cart["offers"] == [
            {"name": offer.name, "description": "", "amount": seen["totals"]["discount"], "voucher": "HALF"}
        ]
        assert cart["vouchers"] == [{"code": "HALF", "name": "Voucher HALF"}]
        assert cart["problems"] == []
    assert guest.get("/api/v1/basket/").json()["totals"] == order["totals"]


def test_what_was_ordered_is_shown_when_the_goods_are_gone(guest: APIClient, mug: Product) -> None:
    engraving = Option.objects.create(name="Engraving", code="engraving", type="text")
    mug.product_options.add(engraving)
    engraved = {"items": [{"product_id": mug.pk, "options": [{"option": "engraving", "value": "Ann"}]}]}
    guest.put("/api/v1/cart/items/", engraved)
    path = opened(guest)
    order = complete(guest, path, guest.get(path).json()["totals"]["total"]).json()
    assert guest.post(f"/api/v1/orders/{order['id']}/cancel/").status_code == 200
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    record = StockRecord.objects.get(product=mug)
    assert staff.delete(f"/api/v1/admin/stockrecords/{record.pk}/").status_code == 204
    names = ("id", "product", "unit_price", "total", "discount", "quantity", "options")
    for _ in range(2):
        for cart in (guest.get(path).json()["cart"], guest.get("/api/v1/cart/").json()):
            assert cart["totals"] == order["totals"]
            assert [[item[name] for name in names] for item in cart["items"]] == [
                [item[name] for name in names] for item in guest.get(f"/api/v1/orders/{order['id']}/").json()["items"]
            ]
        assert guest.get("/api/v1/basket/").json()["totals"] == order["totals"]
        Product.objects.filter(pk=mug.pk).delete()
    assert guest.get("/api/v1/cart/").json()["items"][0]["product"]["id"] is None


def test_cart_that_is_ordered_at_once_completes_its_checkout(guest: APIClient, mug: Product) -> None:
    path = opened(guest)
    guest.post(f"{path}payment-sessions/")
    body = {"email": "guest@example.com", "shipping_address": ADDRESS_JSON, "expected_total": TOTAL}
    order = guest.post("/api/v1/checkout/", body).json()
    done = guest.get(path).json()
    assert (done["status"], done["order"]) == ("completed", order["id"])
    assert complete(guest, path).json() == order
    assert stock_of(mug) == (5, 2)
    assert not StockReservation.objects.exists()
    refused = guest.post(f"{path}cancel/")
    assert (refused.status_code, refused.json()["code"]) == (409, "checkout_closed")
    assert guest.post("/api/v1/checkouts/").json()["code"] == "cart_empty"


def test_nothing_to_check_out(api: APIClient, guest: APIClient) -> None:
    assert new_client().post("/api/v1/checkouts/").json()["code"] == "cart_empty"
    assert client_of(make_user()).post("/api/v1/checkouts/").json()["code"] == "cart_empty"
    guest.delete("/api/v1/cart/")
    assert guest.post("/api/v1/checkouts/").json()["code"] == "cart_empty"
    guest.credentials(HTTP_X_CART_TOKEN="unknown")
    assert guest.post("/api/v1/checkouts/").json()["code"] == "cart_not_found"
    assert not CheckoutSession.objects.exists()


def test_emptied_cart_is_a_missing_step(guest: APIClient) -> None:
    path = opened(guest)
    guest.delete("/api/v1/cart/")
    assert guest.get(path).json()["missing"] == ["items"]
    for step, body in (("payment-sessions/", {}), ("complete/", {"expected_total": TOTAL})):
        refused = guest.post(path + step, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "cart_empty")


def test_payment_session_holds_what_the_cart_has(guest: APIClient, mug: Product) -> None:
    path = opened(guest)
    assert guest.get(f"{path}payment-sessions/").status_code == 404
    assert guest.patch(f"{path}payment-sessions/").status_code == 404
    first = guest.post(f"{path}payment-sessions/").json()
    held_for = datetime.fromisoformat(first["expires_at"]) - timezone.now()
    assert timedelta(minutes=14) < held_for <= timedelta(minutes=15)  # a week is for orders
    guest.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 3})
    assert guest.get(path).json()["problems"] == []
    assert guest.get(f"{path}payment-sessions/").json()["status"] == "changed"
    assert stock_of(mug) == (5, 2)
    again = guest.patch(f"{path}payment-sessions/", {"payment_method": "manual"})
    assert (again.status_code, again.json()["status"]) == (200, "open")
    assert again.json()["expires_at"] == first["expires_at"]
    assert stock_of(mug) == (5, 5)
    line = guest.get("/api/v1/cart/").json()["items"][0]["id"]
    assert guest.patch(f"/api/v1/cart/items/{line}/", {"quantity": 4}).status_code == 200
    assert guest.put("/api/v1/cart/items/", {"items": [{"product_id": mug.pk, "quantity": 5}]}).status_code == 200
    assert guest.put("/api/v1/cart/items/", {"items": [{"product_id": mug.pk, "quantity": 6}]}).status_code == 409
    rival = new_client().post("/api/v1/cart/items/", {"product_id": mug.pk})
    assert (rival.status_code, rival.json()["code"]) == (409, "insufficient_stock")
    guest.put("/api/v1/cart/items/", {"items": [{"product_id": mug.pk}]})
    assert complete(guest, path, guest.get(path).json()["totals"]["total"]).status_code == 201
    assert stock_of(mug) == (5, 1)
    assert broken_rules() == {}


def test_payment_session_whose_time_is_up(guest: APIClient, mug: Product) -> None:
    path = opened(guest)
    guest.post(f"{path}payment-sessions/")
    past = timezone.now() - timedelta(seconds=1)
    CheckoutSession.objects.update(held_until=past)
    StockReservation.objects.update(expires_at=past)
    assert release_expired_reservations() == 1
    assert guest.get(f"{path}payment-sessions/").json()["status"] == "expired"
    assert stock_of(mug) == (5, 0)
    anew = guest.post(f"{path}payment-sessions/")
    assert (anew.status_code, anew.json()["status"]) == (201, "open")
    CheckoutSession.objects.update(held_until=past)
    StockReservation.objects.update(expires_at=past)
    release_expired_reservations()
    StockRecord.objects.update(num_in_stock=1)
    refused = complete(guest, path)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    StockRecord.objects.update(num_in_stock=2)
    assert complete(guest, path).status_code == 201
    assert stock_of(mug) == (2, 2)


def test_payment_session_of_more_than_there_is(guest: APIClient, mug: Product) -> None:
    path = opened(guest)
    StockRecord.objects.update(num_in_stock=1)
    refused = guest.post(f"{path}payment-sessions/")
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    assert stock_of(mug) == (1, 0)
    Product.objects.update(is_public=False)
    assert guest.post(f"{path}payment-sessions/").json()["code"] == "product_unavailable"
    assert guest.get(f"{path}payment-sessions/").status_code == 404


def test_client_holds_stock_for_so_many_checkouts(mug: Product, settings: Settings) -> None:
    settings.UNPAID_ORDERS_PER_CLIENT = 2
    paths = []
    for _ in range(3):
        client = with_cart(new_client(), mug, 1)
        paths.append((client, opened(client)))
    answers = [client.post(f"{path}payment-sessions/") for client, path in paths]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert (answers[2].json()["code"], answers[2].json()["limit"]) == ("too_many_reservations", 2)
    assert stock_of(mug) == (5, 2)


def test_what_is_right_no_more_is_a_problem(guest: APIClient, mug: Product) -> None:
    path = opened(guest)
    CheckoutSession.objects.update(shipping_method="gone", payment_method="gone")
    Country.objects.filter(pk="US").update(is_shipping_country=False)
    StockRecord.objects.update(price=Decimal("12.00"), num_in_stock=1)
    checkout = guest.get(path).json()
    places = {problem["pointer"] or "line": problem["code"] for problem in checkout["problems"]}
    assert {problem["code"] for problem in checkout["problems"] if problem["item"]} == {
        *("price_changed", "insufficient_stock")
    }
    assert places["/shipping_method"] == "shipping_method_unknown"
    assert places["/payment_method"] == "payment_method_unknown"
    assert places["/shipping_address/country"] == "country_not_served"
    assert checkout["missing"] == ["shipping_method"]
    assert checkout["totals"]["total"]["amount"] == "28.95"


def test_key_makes_one_order_and_replays_it(guest: APIClient) -> None:
    path = opened(guest)
    first = complete(guest, path, HTTP_IDEMPOTENCY_KEY="key")
    replay = complete(guest, path, HTTP_IDEMPOTENCY_KEY="key")
    assert (first.status_code, replay.status_code) == (201, 201)
    assert replay.content == first.content
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert Order.objects.count() == 1


def test_offers_price_the_checkout(guest: APIClient) -> None:
    make_offer(10)
    path = opened(guest)
    total = guest.get(path).json()["totals"]["total"]
    assert total["amount"] == "22.95"
    assert complete(guest, path, total).json()["totals"]["discount"]["amount"] == "2.00"


def test_old_checkouts_are_forgotten_and_their_orders_stay(guest: APIClient) -> None:
    complete(guest, opened(guest))
    young = with_cart(new_client(), make_product())
    opened(young)
    CheckoutSession.objects.filter(status="completed").update(updated_at=timezone.now() - timedelta(days=91))
    purge_old_checkouts_task()
    assert CheckoutSession.objects.get().status == "open"
    assert Order.objects.count() == 1
