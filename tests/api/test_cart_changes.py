"""Notes of a cart, and accepting what has changed by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.basket.models import LostLine
from forked_apps.catalogue.models import Option, Product
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from forked_apps.voucher.models import Voucher
from tests.factories.carts import add, digest_of_carts, guest_with, held
from tests.factories.shop import ADDRESS_JSON, make_country, make_product, make_voucher

pytestmark = pytest.mark.django_db
CART = "/api/v1/cart/"


def test_notes_stay_in_the_cart_and_go_with_the_order(guest: APIClient) -> None:
    make_country("US")
    add(guest, make_product())
    assert guest.patch(CART, {"notes": "Ring twice"}).json()["notes"] == "Ring twice"
    cart = guest.get(CART).json()
    assert cart["notes"] == "Ring twice"
    assert guest.patch(CART, cart).json()["notes"] == "Ring twice"
    body = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON, "expected_total": cart["totals"]["total"]}
    assert guest.post("/api/v1/checkout/", body).json()["notes"] == "Ring twice"


def test_notes_said_at_checkout_stand_above_those_of_the_cart(guest: APIClient) -> None:
    make_country("US")
    add(guest, make_product())
    cart = guest.patch(CART, {"notes": "Ring twice"}).json()
    body = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON, "expected_total": cart["totals"]["total"]}
    guest.post("/api/v1/checkout/", body | {"notes": "Ring once"})
    assert Order.objects.get().customer_notes == "Ring once"


def problems(client: APIClient) -> list[str]:
    return [problem["code"] for problem in client.get(CART).json()["problems"]]


@pytest.fixture
def changed(guest: APIClient) -> APIClient:
    """A guest whose mug got dearer, of whose cups one is left and no jar, and whose jug is withdrawn."""
    mug, cup, jar, jug = (make_product(title) for title in ("Mug", "Cup", "Jar", "Jug"))
    for product in (mug, cup, jar, jug):
        add(guest, product, 3)
    StockRecord.objects.filter(product=mug).update(price="12.00")
    StockRecord.objects.filter(product=cup).update(num_in_stock=1)
    StockRecord.objects.filter(product=jar).update(num_in_stock=0)
    Product.objects.filter(pk=jug.pk).update(is_public=False)
    return guest


@pytest.mark.parametrize(
    ("accept", "left", "lines"),
    [
        ([], 4, [("Mug", 3), ("Cup", 3), ("Jar", 3), ("Jug", 3)]),
        (["price_changed"], 3, [("Mug", 3), ("Cup", 3), ("Jar", 3), ("Jug", 3)]),
        (["insufficient_stock"], 2, [("Mug", 3), ("Cup", 1), ("Jug", 3)]),
        (["product_unavailable"], 3, [("Mug", 3), ("Cup", 3), ("Jar", 3)]),
        (["voucher_invalid"], 4, [("Mug", 3), ("Cup", 3), ("Jar", 3), ("Jug", 3)]),
        (["price_changed", "insufficient_stock", "product_unavailable"], 0, [("Mug", 3), ("Cup", 1)]),
    ],
)
def test_what_is_accepted_is_no_problem_any_more(
    changed: APIClient, accept: list[str], left: int, lines: list[tuple[str, int]]
) -> None:
    assert problems(changed) == ["price_changed", "insufficient_stock", "insufficient_stock", "product_unavailable"]
    response = changed.patch(CART, {"accept": accept})
    assert response.status_code == 200
    assert (len(problems(changed)), held(changed)) == (left, lines)


def test_line_that_goes_with_its_product_is_told_of(guest: APIClient) -> None:
    mug, cup = make_product("Mug"), make_product("Cup")
    add(guest, mug, 3)
    add(guest, cup, 1)
    mug.delete()
    assert held(guest) == [("Cup", 1)]
    (problem,) = guest.get(CART).json()["problems"]
    assert problem == {
        "code": "product_removed",
        "item": None,
        "detail": {"title": "Mug", "sku": mug.upc, "quantity": 3},
        "resolve": {"method": "PATCH", "url": CART, "body": {"accept": ["product_removed"]}},
    }
    assert guest.patch(CART, problem["resolve"]["body"]).json()["problems"] == []
    assert (problems(guest), held(guest)) == ([], [("Cup", 1)])


def test_line_that_goes_with_its_stock_record_is_told_of_in_open_carts_alone(guest: APIClient) -> None:
    make_country("US")
    mug = make_product("Mug")
    ordered, other = guest_with((mug, 1))[0], guest_with((make_product("Cup"), 1))[0]
    total = ordered.get(CART).json()["totals"]["total"]
    body = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    assert ordered.post("/api/v1/checkout/", body).status_code == 201
    add(guest, mug, 2)
    StockRecord.objects.filter(product=mug).delete()
    assert [problems(each) for each in (ordered, other, guest)] == [[], [], ["product_removed"]]
    assert LostLine.objects.count() == 1


@pytest.mark.parametrize(
    "write", [lambda cart: cart.delete(CART), lambda cart: cart.put(f"{CART}items/", {"items": []})]
)
def test_cart_that_is_emptied_tells_of_nothing(guest: APIClient, write: Callable[[APIClient], Any]) -> None:
    mug = make_product("Mug")
    add(guest, mug, 3)
    mug.delete()
    assert problems(guest) == ["product_removed"]
    assert write(guest).status_code == 200
    assert problems(guest) == []


def test_one_line_taken_out_leaves_what_is_lost(guest: APIClient) -> None:
    mug, cup = make_product("Mug"), make_product("Cup")
    add(guest, mug, 3)
    line = add(guest, cup, 1).json()["items"][1]["id"]
    mug.delete()
    guest.delete(f"{CART}items/{line}/")
    assert problems(guest) == ["product_removed"]


def test_lines_of_one_stock_record_share_what_is_left(guest: APIClient) -> None:
    mug = make_product("Mug", stock=5)
    mug.product_options.add(Option.objects.create(name="Engraving", code="engraving", type="text"))
    for text, quantity in (("Ann", 2), ("Bert", 3)):
        options = [{"option": "engraving", "value": text}]
        guest.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": quantity, "options": options})
    StockRecord.objects.filter(product=mug).update(num_in_stock=3)
    guest.patch(CART, {"accept": ["insufficient_stock"]})
    items = guest.get(CART).json()["items"]
    assert [(item["quantity"], item["options"][0]["value"]) for item in items] == [(2, "Ann"), (1, "Bert")]
    StockRecord.objects.filter(product=mug).update(num_in_stock=2)
    guest.patch(CART, {"accept": ["insufficient_stock"]})
    assert held(guest) == [("Mug", 2)]


def test_voucher_that_is_over_is_a_problem_and_can_be_let_go(guest: APIClient) -> None:
    voucher = make_voucher("SAVE")
    add(guest, make_product(price="10.00"))
    assert guest.post(f"{CART}vouchers/", {"code": "SAVE"}).json()["totals"]["discount"]["amount"] == "5.00"
    Voucher.objects.filter(pk=voucher.pk).update(end_datetime=timezone.now() - timedelta(hours=1))
    cart = guest.get(CART).json()
    assert (cart["totals"]["discount"]["amount"], cart["vouchers"]) == ("0.00", [])
    (problem,) = cart["problems"]
    assert (problem["code"], problem["item"], problem["detail"]) == ("voucher_invalid", None, {"voucher": "SAVE"})
    assert problem["resolve"] == {"method": "DELETE", "url": f"{CART}vouchers/SAVE/", "body": {}}
    assert guest.patch(CART, {"accept": ["voucher_invalid"]}).json()["problems"] == []
    Voucher.objects.filter(pk=voucher.pk).update(end_datetime=timezone.now() + timedelta(hours=1))
    assert guest.get(CART).json()["vouchers"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"notes": 5},
        {"notes": None},
        {"notes": "x" * 2001},
        {"notes": ["x"]},
        {"accept": "price_changed"},
        {"accept": ["everything"]},
        {"accept": [None]},
        {"accept": [["price_changed"]]},
        {"accept": ["price_changed"] * 8},
        {"owner": 1},
        {"status": "Submitted"},
        {"token_hash": "x"},
    ],
)
def test_malformed_change_is_refused(changed: APIClient, body: Any) -> None:
    before = digest_of_carts()
    response = changed.patch(CART, body)
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert digest_of_carts() == before


def test_change_honours_the_version(changed: APIClient) -> None:
    before = digest_of_carts()
    response = changed.patch(CART, {"accept": ["price_changed"]}, HTTP_IF_MATCH='"1"')
    assert (response.status_code, response.json()["code"]) == (412, "stale_version")
    assert digest_of_carts() == before


def test_change_of_no_cart(api: APIClient) -> None:
    assert api.patch(CART, {"notes": "x"}).status_code == 404
    api.credentials(HTTP_X_CART_TOKEN="x" * 43)
    assert api.patch(CART, {"notes": "x"}).json()["code"] == "cart_not_found"
