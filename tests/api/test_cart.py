"""The cart over the API."""

from typing import Any, cast

import pytest
from django.contrib.sessions.models import Session
from rest_framework.test import APIClient

from forked_apps.address.models import Country
from forked_apps.basket.models import Basket
from forked_apps.catalogue.models import Option, Product
from forked_apps.partner.models import StockRecord
from nexus_shop.core.models import LimitCounter
from tests.factories.http import client_of
from tests.factories.shop import make_country, make_parent, make_product, make_user, stock_of

pytestmark = pytest.mark.django_db

CART = {"id", "token", "version", "currency", "items", "vouchers", "offers", "totals", "notes", "problems"}
ITEM = {"id", "product", "quantity", "unit_price", "total", "discount", "options"}


def add(client: APIClient, product: Product, quantity: int = 1, **headers: Any) -> Any:
    return client.post("/api/v1/cart/items/", {"product_id": product.pk, "quantity": quantity}, **headers)


def held(client: APIClient) -> list[tuple[str, int]]:
    items = client.get("/api/v1/cart/").json()["items"]
    return [(item["product"]["title"], item["quantity"]) for item in items]


def test_reading_without_a_cart_writes_nothing(api: APIClient) -> None:
    for _ in range(3):
        response = api.get("/api/v1/cart/")
        assert response.status_code == 200
        assert set(response.json()) == CART
        assert response.json()["id"] is None
        assert response.cookies == {}
    client_of(make_user()).get("/api/v1/cart/")
    assert Basket.objects.count() == 0
    assert Session.objects.count() == 0
    assert LimitCounter.objects.count() == 0


def test_first_write_of_a_guest_makes_the_cart_and_hands_out_its_token(api: APIClient) -> None:
    mug = make_product("Mug", price="12.00", sku="MUG")
    response = add(api, mug, 2)
    body = response.json()
    assert response.status_code == 201
    assert body["token"] == response.headers["X-Cart-Token"]
    assert len(body["token"]) == 43
    assert response.headers["Cache-Control"] == "private, no-store"
    assert set(body) == CART
    (item,) = body["items"]
    assert set(item) == ITEM
    assert item["product"]["sku"] == "MUG"
    assert item["unit_price"] == {"currency": "GBP", "net": "10.00", "tax": "2.00", "gross": "12.00"}
    assert item["total"] == {"currency": "GBP", "net": "20.00", "tax": "4.00", "gross": "24.00"}
    assert {name: money["amount"] for name, money in body["totals"].items()} == {
        "items": "24.00",
        "discount": "0.00",
        "shipping": "4.95",
        "tax": "4.83",
        "total": "28.95",
    }
    basket = Basket.objects.get()
    assert body["token"] not in (basket.handle, basket.token_hash)
    api.credentials(HTTP_X_CART_TOKEN=body["token"])
    again = api.get("/api/v1/cart/")
    assert again.json() == body | {"token": None}
    assert again.headers["ETag"] == '"1"'


def test_equal_lines_are_merged_and_the_version_grows(guest: APIClient) -> None:
    mug = make_product("Mug")
    add(guest, mug, 2)
    response = add(guest, mug)
    assert response.status_code == 200
    assert [(item["quantity"]) for item in response.json()["items"]] == [3]
    assert response.json()["version"] == 3
    assert response.json()["token"] is None
    assert "X-Cart-Token" not in response.headers


def test_whole_number_may_be_written_with_a_zero_fraction(guest: APIClient) -> None:
    mug = make_product("Mug")
    added: Any = guest.post("/api/v1/cart/items/", {"product_id": float(mug.pk), "quantity": 2.0})
    assert (added.status_code, added.json()["items"][0]["quantity"]) == (200, 2)
    assert held(guest) == [("Mug", 2)]


def test_quantity_is_checked_on_every_write(guest: APIClient) -> None:
    mug = make_product("Mug", stock=5, sku="MUG")
    for refused in (
        lambda: add(guest, mug, 6),
        lambda: guest.put("/api/v1/cart/items/", {"items": [{"product_id": mug.pk, "quantity": 6}]}),
        lambda: guest.put("/api/v1/cart/items/", {"items": [{"product_id": mug.pk, "quantity": 3}] * 2}),
    ):
        response = refused()
        assert (response.status_code, response.json()["code"]) == (409, "insufficient_stock")
        assert response.json()["shortages"] == [{"product_id": mug.pk, "sku": "MUG", "requested": 6, "available": 5}]
        assert held(guest) == []
    item = add(guest, mug, 4).json()["items"][0]
    assert add(guest, mug, 2).status_code == 409
    assert guest.patch(f"/api/v1/cart/items/{item['id']}/", {"quantity": 6}).status_code == 409
    assert held(guest) == [("Mug", 4)]
    assert guest.patch(f"/api/v1/cart/items/{item['id']}/", {"quantity": 5}).status_code == 200
    assert stock_of(mug) == (5, 0)


def test_line_is_set_and_removed(guest: APIClient) -> None:
    mug, cup = make_product("Mug"), make_product("Cup")
    add(guest, mug)
    items = add(guest, cup).json()["items"]
    assert guest.patch(f"/api/v1/cart/items/{items[0]['id']}/", {"quantity": 3}).status_code == 200
    assert held(guest) == [("Mug", 3), ("Cup", 1)]
    assert guest.patch(f"/api/v1/cart/items/{items[0]['id']}/", {"quantity": 0}).status_code == 200
    assert held(guest) == [("Cup", 1)]
    assert guest.delete(f"/api/v1/cart/items/{items[1]['id']}/").status_code == 200
    assert held(guest) == []
    assert guest.delete(f"/api/v1/cart/items/{items[1]['id']}/").status_code == 404


def test_line_that_was_read_can_be_written_back(guest: APIClient) -> None:
    item = add(guest, make_product("Mug")).json()["items"][0]
    response = guest.patch(f"/api/v1/cart/items/{item['id']}/", item | {"quantity": 2})
    assert response.status_code == 200
    assert held(guest) == [("Mug", 2)]


def test_replacing_all_lines_is_all_or_nothing(guest: APIClient) -> None:
    mug, cup = make_product("Mug"), make_product("Cup", stock=1)
    add(guest, mug)
    good = [{"product_id": cup.pk, "quantity": 1}, {"product_id": mug.pk, "quantity": 2}]
    assert guest.put("/api/v1/cart/items/", {"items": good}).status_code == 200
    assert held(guest) == [("Cup", 1), ("Mug", 2)]
    bad = [{"product_id": mug.pk, "quantity": 1}, {"product_id": cup.pk, "quantity": 9}]
    response = guest.put("/api/v1/cart/items/", {"items": bad})
    assert response.json()["errors"][0]["pointer"] == "/items/1/quantity"
    assert held(guest) == [("Cup", 1), ("Mug", 2)]
    assert guest.put("/api/v1/cart/items/", {"items": []}).status_code == 200
    assert held(guest) == []


@pytest.mark.parametrize("path", ["/api/v1/cart/", "/api/v1/cart/items/"])
def test_emptying(guest: APIClient, path: str) -> None:
    add(guest, make_product("Mug"))
    response = guest.delete(path)
    assert (response.status_code, response.json()["items"]) == (200, [])
    assert response.json()["totals"]["total"]["amount"] == "0.00"
    assert Basket.objects.count() == 1


def test_login_has_one_cart_across_devices() -> None:
    user, mug = make_user(), make_product("Mug")
    phone, laptop = client_of(user), client_of(user)
    assert add(phone, mug).status_code == 201
    assert add(laptop, mug).status_code == 200
    assert held(phone) == [("Mug", 2)]
    assert phone.post("/api/v1/cart/").status_code == 200
    assert Basket.objects.count() == 1
    assert Basket.objects.get().owner == user


def test_login_with_a_token_uses_its_own_cart(guest: APIClient) -> None:
    mug = make_product("Mug")
    add(guest, mug)
    token = cast("Any", guest)._credentials["HTTP_X_CART_TOKEN"]
    user = client_of(make_user())
    assert add(user, mug, 2, HTTP_X_CART_TOKEN=token).json()["items"][0]["quantity"] == 2
    assert held(guest) == [("Mug", 1)]


def test_unknown_token(api: APIClient) -> None:
    mug = make_product("Mug")
    api.credentials(HTTP_X_CART_TOKEN="x" * 43)
    for response in (api.get("/api/v1/cart/"), add(api, mug), api.get("/api/v1/cart/shipping-methods/")):
        assert (response.status_code, response.json()["code"]) == (404, "cart_not_found")
    assert Basket.objects.count() == 0


def test_token_of_a_login_opens_nothing(api: APIClient) -> None:
    user = make_user()
    add(client_of(user), make_product("Mug"))
    api.credentials(HTTP_X_CART_TOKEN=Basket.objects.get().handle)
    assert api.get("/api/v1/cart/").status_code == 404


def test_lines_of_others_are_not_found(guest: APIClient) -> None:
    mug = make_product("Mug")
    victim = client_of(make_user())
    line = add(victim, mug).json()["items"][0]["id"]
    add(guest, mug)
    assert guest.patch(f"/api/v1/cart/items/{line}/", {"quantity": 2}).status_code == 404
    assert guest.delete(f"/api/v1/cart/items/{line}/").status_code == 404
    assert APIClient().delete(f"/api/v1/cart/items/{line}/").status_code == 404
    assert held(victim) == [("Mug", 1)]


def test_what_cannot_be_bought(guest: APIClient) -> None:
    parent, (child,) = make_parent("Shirt", {"Shirt S": ("20.00", 3)})
    hidden = make_product("Hidden")
    unpriced = make_product("Unpriced")
    foreign = make_product("Foreign")
    Product.objects.filter(pk=hidden.pk).update(is_public=False)
    StockRecord.objects.filter(product=unpriced).update(price=None)
    StockRecord.objects.filter(product=foreign).update(price_currency="JPY")
    expected = {
        parent.pk: (422, "variant_required"),
        hidden.pk: (404, "not_found"),
        999_999: (404, "not_found"),
        unpriced.pk: (422, "product_unavailable"),
        foreign.pk: (422, "product_unavailable"),
    }
    for product_id, (status, code) in expected.items():
        response = guest.post("/api/v1/cart/items/", {"product_id": product_id})
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.json()["errors"][0]["pointer"] == "/product_id"
    assert held(guest) == []
    assert add(guest, child).status_code == 200
    assert held(guest) == [("Shirt S", 1)]


@pytest.mark.parametrize(
    "body",
    [
        {"product_id": 1, "quantity": 0},
        {"product_id": 1, "quantity": -5},
        {"product_id": 1, "quantity": "2"},
        {"product_id": 1, "quantity": 1.5},
        {"product_id": 1, "quantity": True},
        {"product_id": 1, "quantity": 2**31},
        {"product_id": 1, "quantity": 2**63},
        {"product_id": 1, "quantity": None},
        {"product_id": "1"},
        {"product_id": "１"},
        {"product_id": [1]},
        {"product_id": 0},
        {"quantity": 1},
        {"product_id": 1, "price": "0.01"},
        {"product_id": 1, "price_currency": "JPY"},
        {"product_id": 1, "stockrecord": 1},
        {"product_id": 1, "basket": 1},
        {"product_id": 1, "options": {"a": 1}},
        {"product_id": 1, "options": [{"option": "a"}]},
        [],
        [1],
        None,
        "x",
        5,
    ],
)
def test_malformed_item_is_refused(api: APIClient, body: Any) -> None:
    make_product("Mug")
    response = api.post("/api/v1/cart/items/", body, format="json")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert Basket.objects.count() == 0


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "invalid_request"),
        (b"{", "malformed_json"),
        (b'{"product_id": 1, "product_id": 2}', "malformed_json"),
        (b'{"product_id": NaN}', "malformed_json"),
        (b'{"product_id": 1e309}', "malformed_json"),
        (b'{"product_id": "\\u0000"}', "malformed_json"),
        (b'{"product_id": "\\ud800"}', "malformed_json"),
        (b"\xff\xfe", "malformed_json"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
    ],
)
def test_malformed_json_is_refused(api: APIClient, raw: Any, code: str) -> None:
    response = api.generic("POST", "/api/v1/cart/items/", raw, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert Basket.objects.count() == 0


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b'{"product_id": 1, "quantity": 1, "product_id": 2}', "/product_id"),
        (b'{"options": [{"option": "a"}, {"option": "b", "value": "\\u0000"}]}', "/options/1/value"),
        (b'{"a/b~": {"c": ["\\ud800"]}}', "/a~1b~0/c/0"),
        (b'{"a": [{"b": 1, "c": {"d": 1, "d": 1}}]}', "/a/0/c/d"),
        (b'{"a": {"\\u0000": 1}}', "/a"),
        (b'{"\\ud800": 1}', None),
        (b'{"product_id": NaN}', None),
        (b"{", None),
    ],
)
def test_malformed_json_is_pointed_to_where_that_can_be_said(api: APIClient, raw: Any, pointer: str | None) -> None:
    problem = api.generic("POST", "/api/v1/cart/items/", raw, content_type="application/json").json()
    assert problem["code"] == "malformed_json"
    assert [entry["pointer"] for entry in problem.get("errors", [])] == ([pointer] if pointer else [])


def test_other_content_types_are_refused(api: APIClient) -> None:
    mug = make_product("Mug")
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        response = api.generic("POST", "/api/v1/cart/items/", f'{{"product_id": {mug.pk}}}', content_type=content_type)
        assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
    assert Basket.objects.count() == 0


def test_body_in_chunks_is_not_taken_for_an_empty_one(api: APIClient) -> None:
    response = api.post("/api/v1/cart/", {}, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert (response.status_code, response.json()["code"]) == (411, "length_required")
    assert Basket.objects.count() == 0


def test_cart_that_was_read_can_be_written_back(guest: APIClient) -> None:
    mug = make_product("Mug")
    mug.product_options.add(Option.objects.create(name="Engraving", code="engraving", type="text"))
    body = {"product_id": mug.pk, "quantity": 2, "options": [{"option": "engraving", "value": "Anna"}]}
    cart = guest.post("/api/v1/cart/items/", body).json()
    again = guest.put("/api/v1/cart/items/", cart).json()
    assert [(item["quantity"], item["options"]) for item in again["items"]] == [(2, cart["items"][0]["options"])]
    assert guest.post("/api/v1/cart/items/", again["items"][0]).json()["items"][0]["quantity"] == 4


def test_option_named_twice(guest: APIClient) -> None:
    body = {"product_id": make_product("Mug").pk, "options": [{"option": "a", "value": 1}, {"option": "a", "value": 2}]}
    response = guest.post("/api/v1/cart/items/", body)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/options")


def test_ways_of_delivery_are_those_to_the_country(guest: APIClient) -> None:
    make_country("US")
    Country.objects.create(iso_3166_1_a2="KP", printable_name="North Korea", is_shipping_country=False)
    add(guest, make_product("Mug"))
    path = "/api/v1/cart/shipping-methods/"
    assert [method["code"] for method in guest.get(f"{path}?country=US").json()] == ["flat-rate"]
    assert guest.get(f"{path}?country=KP").json() == []
    unknown = guest.get(f"{path}?country=XX")
    assert (unknown.status_code, unknown.json()["errors"][0]["parameter"]) == (404, "country")


def test_body_of_more_than_a_megabyte(api: APIClient) -> None:
    response = api.generic("POST", "/api/v1/cart/items/", " " * 1_048_577, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_limits_of_one_cart(guest: APIClient) -> None:
    mug = make_product("Mug", stock=5000)
    response = add(guest, mug, 1001)
    assert (response.status_code, response.json()["code"], response.json()["limit"]) == (422, "quantity_limit", 1000)
    too_many = {"items": [{"product_id": mug.pk}] * 101}
    assert guest.put("/api/v1/cart/items/", too_many).status_code == 400


def test_if_match(guest: APIClient) -> None:
    mug = make_product("Mug")
    assert add(guest, mug, HTTP_IF_MATCH='"1"').status_code == 200
    stale = add(guest, mug, HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert held(guest) == [("Mug", 1)]
    assert add(guest, mug, HTTP_IF_MATCH="*").status_code == 200
    assert guest.delete("/api/v1/cart/", HTTP_IF_MATCH='"nonsense"').status_code == 412
    assert guest.post("/api/v1/cart/", HTTP_IF_MATCH='"1"').status_code == 412


def test_options_tell_lines_apart(guest: APIClient) -> None:
    mug = make_product("Mug")
    text = Option.objects.create(name="Engraving", code="engraving", type="text", required=True)
    mug.product_options.add(text)
    missing = add(guest, mug)
    assert (missing.status_code, missing.json()["code"]) == (422, "invalid_option")
    assert (missing.json()["option"], missing.json()["reason"]) == ("engraving", "missing")

    def engrave(value: Any) -> Any:
        body = {"product_id": mug.pk, "options": [{"option": "engraving", "value": value}]}
        return guest.post("/api/v1/cart/items/", body)

    assert engrave("Anna").status_code == 200
    engrave("Anna")
    response = engrave("Bert")
    assert [(i["quantity"], i["options"]) for i in response.json()["items"]] == [
        (2, [{"option": "engraving", "name": "Engraving", "value": "Anna"}]),
        (1, [{"option": "engraving", "name": "Engraving", "value": "Bert"}]),
    ]
    assert engrave(5).json()["reason"] == "value"
    body = {"product_id": mug.pk, "options": [{"option": "colour", "value": "red"}]}
    assert guest.post("/api/v1/cart/items/", body).json()["reason"] == "unknown"


def test_put_keeps_the_order_merges_equals_and_tells_options_apart(guest: APIClient) -> None:
    cup, mug = make_product("Cup", stock=20), make_product("Mug", stock=20)
    mug.product_options.add(Option.objects.create(name="Engraving", code="engraving", type="text"))

    def item(product: Product, quantity: int, text: str = "") -> dict[str, Any]:
        options = [{"option": "engraving", "value": text}] if text else []
        return {"product_id": product.pk, "quantity": quantity, "options": options}

    add(guest, cup, 9)
    wanted = [item(mug, 1, "Anna"), item(cup, 2), item(mug, 3), item(mug, 4, "Anna"), item(mug, 1, "Bert")]
    body = guest.put("/api/v1/cart/items/", {"items": wanted}).json()

    assert [(i["product"]["title"], i["quantity"], [o["value"] for o in i["options"]]) for i in body["items"]] == [
        ("Mug", 5, ["Anna"]),
        ("Cup", 2, []),
        ("Mug", 3, []),
        ("Mug", 1, ["Bert"]),
    ]


def test_hundred_lines_are_the_limit(guest: APIClient) -> None:
    products = [make_product(stock=9) for _ in range(101)]
    items = [{"product_id": product.pk} for product in products]
    assert guest.put("/api/v1/cart/items/", {"items": items[:100]}).status_code == 200
    refused = add(guest, products[100])
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (422, "quantity_limit", 100)
    assert len(held(guest)) == 100
    assert add(guest, products[99]).status_code == 200


def test_changes_since_are_problems_in_the_cart(guest: APIClient) -> None:
    mug, cup, jug = make_product("Mug", price="10.00"), make_product("Cup"), make_product("Jug")
    for product in (mug, cup, jug):
        add(guest, product, 3)
    assert guest.get("/api/v1/cart/").json()["problems"] == []
    StockRecord.objects.filter(product=mug).update(price="12.00")
    StockRecord.objects.filter(product=cup).update(num_in_stock=2)
    Product.objects.filter(pk=jug.pk).update(is_public=False)
    body = guest.get("/api/v1/cart/").json()
    lines = {item["product"]["title"]: item["id"] for item in body["items"]}
    assert [(each["code"], each["item"], each["detail"]) for each in body["problems"]] == [
        ("price_changed", lines["Mug"], {"old": "10.00", "new": "12.00"}),
        ("insufficient_stock", lines["Cup"], {"requested": 3, "available": 2}),
        ("product_unavailable", lines["Jug"], {}),
    ]
    assert body["problems"][0]["resolve"] == {
        "method": "PATCH",
        "url": "/api/v1/cart/",
        "body": {"accept": ["price_changed"]},
    }
    guest.patch(f"/api/v1/cart/items/{lines['Mug']}/", {"quantity": 3})
    guest.patch(f"/api/v1/cart/items/{lines['Cup']}/", {"quantity": 2})
    gone = guest.patch(f"/api/v1/cart/items/{lines['Jug']}/", {"quantity": 1})
    assert (gone.status_code, gone.json()["code"]) == (422, "product_unavailable")
    guest.delete(f"/api/v1/cart/items/{lines['Jug']}/")
    assert guest.get("/api/v1/cart/").json()["problems"] == []


def test_shipping_and_payment_methods(guest: APIClient) -> None:
    make_country("US")
    add(guest, make_product("Mug"))
    (method,) = guest.get("/api/v1/cart/shipping-methods/?country=US").json()
    assert (method["code"], method["price"]["gross"]) == ("flat-rate", "4.95")
    assert guest.get("/api/v1/cart/shipping-methods/?country=usa").status_code == 400
    (payment,) = guest.get("/api/v1/payments/methods/").json()
    assert payment["code"] == "manual"


def test_digital_goods_need_no_shipping(guest: APIClient) -> None:
    from forked_apps.catalogue.models import ProductClass

    song = make_product("Song", product_class="Music")
    ProductClass.objects.filter(name="Music").update(requires_shipping=False, track_stock=False)
    response = add(guest, song, 50)
    assert response.status_code == 200
    assert response.json()["totals"]["shipping"]["amount"] == "0.00"
    (method,) = guest.get("/api/v1/cart/shipping-methods/").json()
    assert method["code"] == "no-shipping-required"
