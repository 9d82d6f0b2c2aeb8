"""Many products at once, by SKU lines or CSV."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket
from forked_apps.catalogue.models import Option, Product
from tests.factories.carts import add, digest_of_carts, held
from tests.factories.shop import make_parent, make_product

pytestmark = pytest.mark.django_db
PATH = "/api/v1/cart/items/bulk/"


@pytest.fixture
def goods() -> list[Product]:
    return [make_product("Mug", stock=5, sku="MUG"), make_product("Cup", stock=2, sku="CUP")]


@pytest.mark.usefixtures("goods")
def test_first_rows_of_a_guest_make_the_cart(api: APIClient) -> None:
    response = api.post(PATH, {"items": [{"sku": "MUG", "quantity": 2}, {"sku": "CUP"}]})
    assert response.status_code == 201
    assert response.json()["token"] == response.headers["X-Cart-Token"]
    nothing = dict.fromkeys(("code", "available", "option", "reason", "limit"))
    assert response.json()["rows"] == [
        {"row": 1, "sku": "MUG", "status": "added"} | nothing,
        {"row": 2, "sku": "CUP", "status": "added"} | nothing,
    ]
    assert [(i["product"]["sku"], i["quantity"]) for i in response.json()["items"]] == [("MUG", 2), ("CUP", 1)]


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    "text",
    [
        "MUG,2\nCUP,1",
        "sku,quantity\nMUG,2\nCUP,1\n",
        "SKU;Quantity\r\nMUG;2\r\n\r\nCUP;1\r\n",
        "quantity\tsku\n2\tMUG\n1\tCUP",
        "\ufeffsku\nMUG\nMUG\nCUP",
        '"MUG","2"\n"CUP"',
    ],
)
def test_rows_as_csv(guest: APIClient, text: str) -> None:
    response = guest.post(PATH, {"csv": text})
    assert response.status_code == 200, response.content
    assert held(guest) == [("Mug", 2), ("Cup", 1)]


def test_every_bad_row_is_told_at_once_and_none_is_taken(guest: APIClient, goods: list[Product]) -> None:
    parent, _ = make_parent("Shirt", {"S": ("20.00", 3)})
    Product.objects.filter(pk=parent.pk).update(upc="SHIRT")
    hidden = make_product("Hidden", sku="HIDDEN")
    Product.objects.filter(pk=hidden.pk).update(is_public=False)
    add(guest, goods[1], 1)
    before = digest_of_carts()
    skus = [("MUG", 3), ("NONE", 1), ("SHIRT", 1), ("CUP", 2), ("MUG", 3), ("HIDDEN", 1)]
    response = guest.post(PATH, {"items": [{"sku": sku, "quantity": quantity} for sku, quantity in skus]})
    assert (response.status_code, response.json()["code"]) == (422, "rows_refused")
    assert response.json()["rows"] == [
        {"row": 2, "pointer": "/items/1", "sku": "NONE", "code": "unknown_sku"},
        {"row": 3, "pointer": "/items/2", "sku": "SHIRT", "code": "variant_required"},
        {"row": 4, "pointer": "/items/3", "sku": "CUP", "code": "insufficient_stock", "available": 2},
        {"row": 5, "pointer": "/items/4", "sku": "MUG", "code": "insufficient_stock", "available": 5},
        {"row": 6, "pointer": "/items/5", "sku": "HIDDEN", "code": "unknown_sku"},
    ]
    assert digest_of_carts() == before


@pytest.mark.usefixtures("goods")
def test_partial_takes_the_good_rows(guest: APIClient) -> None:
    text = "MUG,3\nNONE,1\nMUG,x\nMUG,3\n,5\nCUP,-1\nCUP,1,2\nMUG,0\nCUP,１\nMUG,99999999999\nMUG,2"
    response = guest.post(PATH, {"csv": text, "partial": True})
    assert response.status_code == 200
    assert [(row["row"], row["code"]) for row in response.json()["rows"]] == [
        (1, None),
        (2, "unknown_sku"),
        (3, "invalid_quantity"),
        (4, "insufficient_stock"),
        (5, "invalid_row"),
        (6, "invalid_quantity"),
        (7, "invalid_row"),
        (8, "invalid_quantity"),
        (9, "invalid_quantity"),
        (10, "invalid_quantity"),
        (11, None),
    ]
    assert held(guest) == [("Mug", 5)]


def test_options_of_rows(guest: APIClient, goods: list[Product]) -> None:
    goods[0].product_options.add(Option.objects.create(name="Engraving", code="engraving", type="text", required=True))
    options = [{"option": "engraving", "value": "Ann"}]
    refused = guest.post(PATH, {"items": [{"sku": "MUG"}]})
    assert [(row["code"], row["option"], row["reason"]) for row in refused.json()["rows"]] == [
        ("invalid_option", "engraving", "missing")
    ]
    unknown = {"sku": "MUG", "options": [*options, {"option": "zz", "value": "1"}]}
    part = guest.post(PATH, {"items": [unknown, {"sku": "MUG", "options": options}], "partial": True}).json()["rows"]
    assert [(row["status"], row["option"], row["reason"], row["limit"]) for row in part] == [
        ("refused", "zz", "unknown", None),
        ("added", None, None, None),
    ]
    taken = guest.post(PATH, {"items": [{"sku": "MUG", "options": options}, {"sku": "MUG", "options": options}]})
    assert [(i["quantity"], i["options"][0]["value"]) for i in taken.json()["items"]] == [(3, "Ann")]


def test_hundred_lines_are_the_limit_of_rows_too(guest: APIClient) -> None:
    products = [make_product(stock=9) for _ in range(101)]
    add(guest, products[100])
    rows = [{"sku": product.upc} for product in products[:100]]
    refused = guest.post(PATH, {"items": rows})
    assert [(row["row"], row["code"], row["limit"]) for row in refused.json()["rows"]] == [(100, "quantity_limit", 100)]
    assert len(held(guest)) == 1
    taken = guest.post(PATH, {"items": rows, "partial": True})
    assert [row["row"] for row in taken.json()["rows"] if row["code"]] == [100]
    assert len(held(guest)) == 100


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": []},
        {"items": [{"sku": "MUG"}], "csv": "MUG,1"},
        {"items": [{"sku": "MUG"}] * 101},
        {"items": [{"sku": "MUG", "quantity": "2"}]},
        {"items": [{"sku": "MUG", "quantity": 0}]},
        {"items": [{"sku": "MUG", "quantity": 2**31}]},
        {"items": [{"sku": 5}]},
        {"items": [{"sku": ""}]},
        {"items": [{"sku": "MUG", "price": "0.01"}]},
        {"items": [{"sku": "MUG", "options": [{"option": "a", "value": 1}] * 2}]},
        {"items": {"sku": "MUG"}},
        {"items": [{"sku": "MUG"}], "partial": "yes"},
        {"items": [{"sku": "MUG"}], "partial": 1},
        {"csv": ""},
        {"csv": " \n;;\n"},
        {"csv": "sku,quantity\n"},
        {"csv": "sku,price\nMUG,0.01"},
        {"csv": "sku,sku\nMUG,CUP"},
        {"csv": "MUG,1\n" * 101},
        {"csv": '"MUG"x,1'},
        {"csv": '"MUG,1'},
        {"csv": "x" * 20_001},
        {"csv": ["MUG"]},
    ],
)
def test_malformed_rows_are_refused(guest: APIClient, body: Any) -> None:
    before = digest_of_carts()
    response = guest.post(PATH, body)
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert digest_of_carts() == before


@pytest.mark.usefixtures("goods")
def test_rows_honour_version_and_key(guest: APIClient) -> None:
    body = {"items": [{"sku": "MUG"}]}
    assert guest.post(PATH, body, HTTP_IF_MATCH='"7"').status_code == 412
    first = guest.post(PATH, body, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH='"1"')
    again = guest.post(PATH, body, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH='"1"')
    assert (first.status_code, again.content) == (200, first.content)
    assert held(guest) == [("Mug", 1)]
    assert Basket.objects.count() == 1


def test_rows_of_an_unknown_token(api: APIClient) -> None:
    api.credentials(HTTP_X_CART_TOKEN="x" * 43)
    response = api.post(PATH, {"items": [{"sku": "MUG"}]})
    assert (response.status_code, response.json()["code"]) == (404, "cart_not_found")
