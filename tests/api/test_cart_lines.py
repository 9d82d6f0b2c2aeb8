"""Lines that have changed since they were put into the cart, short ones, and carts that follow ordered ones."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Option, Product
from forked_apps.order.models import Order
from tests.factories.shop import ADDRESS_JSON, make_country, make_product

pytestmark = pytest.mark.django_db
CART = "/api/v1/cart/"
ITEMS = "/api/v1/cart/items/"


def withdraw_option(mug: Product, engraving: Option) -> None:
    mug.product_options.remove(engraving)


def demand_another(mug: Product, engraving: Option) -> None:
    mug.product_options.add(Option.objects.create(name="Colour", code="colour", type="text", required=True))


def change_type(mug: Product, engraving: Option) -> None:
    Option.objects.filter(pk=engraving.pk).update(type="integer")


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        (withdraw_option, {"option": "engraving", "reason": "unknown"}),
        (demand_another, {"option": "colour", "reason": "missing"}),
        (change_type, {"option": "engraving", "reason": "value"}),
    ],
)
def test_options_that_do_not_fit_any_more_are_a_problem_and_not_ordered(
    guest: APIClient, change: Any, facts: dict[str, str]
) -> None:
    make_country("US")
    mug = make_product("Mug", price="10.00")
    engraving = Option.objects.create(name="Engraving", code="engraving", type="text")
    mug.product_options.add(engraving)
    said = [{"option": "engraving", "value": "Anna"}]
    cart = guest.post(ITEMS, {"product_id": mug.pk, "options": said}).json()
    assert cart["problems"] == []
    change(mug, engraving)
    seen = guest.get(CART).json()
    assert [(each["code"], each["item"], each["detail"]) for each in seen["problems"]] == [
        ("invalid_option", seen["items"][0]["id"], facts)
    ]
    body = {
        "email": "ann@example.com",
        "shipping_address": ADDRESS_JSON,
        "expected_total": seen["totals"]["total"],
    }
    opened = guest.post("/api/v1/checkouts/").json()
    path = f"/api/v1/checkouts/{opened['id']}/"
    for refused in (guest.post("/api/v1/checkout/", body), guest.post(f"{path}payment-sessions/")):
        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (422, "invalid_option")
        assert {name: problem[name] for name in facts} == facts
    assert not Order.objects.exists()
    assert guest.patch(CART, {"accept": ["invalid_option"]}).json()["items"] == []


def test_every_short_line_is_named(guest: APIClient) -> None:
    products = [make_product(name, stock=1) for name in ("Mug", "Cup", "Jug")]
    items = [{"product_id": product.pk, "quantity": 3 - place} for place, product in enumerate(products)]
    refused = guest.put(ITEMS, {"items": items})
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    assert [each["product_id"] for each in refused.json()["shortages"]] == [product.pk for product in products[:2]]
    assert refused.json()["errors"][0]["pointer"] == "/items/0/quantity"
    assert guest.get(CART).json()["items"] == []


def test_withdrawn_product_costs_nothing_any_more(guest: APIClient) -> None:
    mug, cup = make_product("Mug", price="10.00"), make_product("Cup", price="4.00")
    guest.post(ITEMS, {"product_id": mug.pk})
    guest.post(ITEMS, {"product_id": cup.pk})
    Product.objects.filter(pk=mug.pk).update(is_public=False)
    seen = guest.get(CART).json()
    assert seen["totals"]["items"]["amount"] == "4.00"
    assert [item["total"] and item["total"]["gross"] for item in seen["items"]] == [None, "4.00"]
    assert [each["code"] for each in seen["problems"]] == ["product_unavailable"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("patch", CART, {"notes": "Ring twice"}), ("delete", CART, None), ("delete", ITEMS, None)],
)
def test_write_with_the_token_of_an_ordered_cart_starts_a_new_one(
    guest: APIClient, method: str, path: str, body: Any
) -> None:
    make_country("US")
    total = guest.post(ITEMS, {"product_id": make_product(price="10.00").pk}).json()["totals"]["total"]
    order = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    assert guest.post("/api/v1/checkout/", order).status_code == 201
    old = guest.get(CART).json()
    written = getattr(guest, method)(path, body)
    assert (written.status_code, written.json()["items"]) == (201, [])
    assert written.headers["X-Cart-Token"] == written.json()["token"]
    assert written.json()["id"] != old["id"]
    assert written.json()["notes"] == (body or {}).get("notes", "")
    assert guest.get(CART).json() == old


def test_row_that_is_short_says_how_many_there_are(guest: APIClient) -> None:
    make_product(sku="MUG", stock=3)
    rows = [{"sku": "MUG", "quantity": 5}, {"sku": "MUG", "quantity": 2}]
    taken = guest.post(f"{ITEMS}bulk/", {"items": rows, "partial": True}).json()
    assert [(row["code"], row["available"]) for row in taken["rows"]] == [("insufficient_stock", 3), (None, None)]
