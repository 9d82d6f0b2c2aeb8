"""Saved for later."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket, SavedLine
from forked_apps.catalogue.models import Option, Product
from forked_apps.partner.models import StockRecord
from tests.factories.carts import add, digest_of_carts, guest_with, held, saved
from tests.factories.http import client_of
from tests.factories.shop import ADDRESS_JSON, make_country, make_product, make_user

pytestmark = pytest.mark.django_db
PATH = "/api/v1/cart/saved/"


def save(client: APIClient, place: int = 0) -> Any:
    item = client.get("/api/v1/cart/").json()["items"][place]["id"]
    return client.post(PATH, {"item": item})


def test_line_is_put_aside_and_taken_back(guest: APIClient) -> None:
    mug, cup = make_product("Mug", price="10.00"), make_product("Cup")
    mug.product_options.add(Option.objects.create(name="Engraving", code="engraving", type="text"))
    options = [{"option": "engraving", "value": "Ann"}]
    guest.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 2, "options": options})
    add(guest, cup)

    response = save(guest)

    assert (response.status_code, [i["product"]["title"] for i in response.json()["items"]]) == (200, ["Cup"])
    (item,) = guest.get(PATH).json()["items"]
    assert (item["product"]["title"], item["quantity"], item["unit_price"]["gross"]) == ("Mug", 2, "10.00")
    assert item["options"] == [{"option": "engraving", "name": "Engraving", "value": "Ann"}]
    back = guest.post(f"{PATH}{item['id']}/restore/")
    assert back.status_code == 200
    assert [(i["product"]["title"], i["quantity"], len(i["options"])) for i in back.json()["items"]] == [
        ("Cup", 1, 0),
        ("Mug", 2, 1),
    ]
    assert saved(guest) == []
    assert guest.post(f"{PATH}{item['id']}/restore/").status_code == 404


def test_equal_lines_are_saved_as_one(guest: APIClient) -> None:
    mug = make_product("Mug", stock=9)
    for quantity in (2, 3):
        add(guest, mug, quantity)
        save(guest)
    assert saved(guest) == [("Mug", 5)]


def test_saved_line_can_be_forgotten(guest: APIClient) -> None:
    add(guest, make_product("Mug"))
    save(guest)
    handle = SavedLine.objects.get().handle
    response = guest.delete(f"{PATH}{handle}/")
    assert (response.status_code, response.json()["items"], saved(guest)) == (200, [], [])
    assert guest.delete(f"{PATH}{handle}/").status_code == 404


def test_login_has_saved_lines_on_all_devices() -> None:
    user = make_user()
    phone, laptop = client_of(user), client_of(user)
    add(phone, make_product("Mug"))
    save(phone)
    assert saved(laptop) == [("Mug", 1)]
    Basket.objects.all().delete()
    back = laptop.post(f"{PATH}{SavedLine.objects.get().handle}/restore/")
    assert (back.status_code, held(phone), saved(phone)) == (201, [("Mug", 1)], [])


def test_saved_lines_of_a_guest_outlive_the_order(guest: APIClient) -> None:
    make_country("US")
    mug, cup = make_product("Mug"), make_product("Cup")
    add(guest, mug)
    save(guest)
    total = add(guest, cup).json()["totals"]["total"]
    body = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    assert guest.post("/api/v1/checkout/", body).status_code == 201
    assert saved(guest) == [("Mug", 1)]

    response = guest.post(f"{PATH}{SavedLine.objects.get().handle}/restore/")

    assert response.status_code == 201
    assert saved(guest) == []
    guest.credentials(HTTP_X_CART_TOKEN=response.headers["X-Cart-Token"])
    assert held(guest) == [("Mug", 1)]
    assert not SavedLine.objects.exists()


def test_what_cannot_be_bought_now_stays_saved(guest: APIClient) -> None:
    mug, cup = make_product("Mug", stock=5), make_product("Cup")
    add(guest, mug, 3)
    save(guest)
    add(guest, cup)
    save(guest)
    StockRecord.objects.filter(product=mug).update(num_in_stock=2)
    Product.objects.filter(pk=cup.pk).update(is_public=False)
    body = guest.get(PATH).json()
    assert [(i["product"]["title"], i["unit_price"] is None) for i in body["items"]] == [("Cup", True), ("Mug", False)]
    assert [(p["code"], p["item"]) for p in body["problems"]] == [
        ("product_unavailable", body["items"][0]["id"]),
        ("insufficient_stock", body["items"][1]["id"]),
    ]
    before = digest_of_carts()
    gone = guest.post(f"{PATH}{body['items'][0]['id']}/restore/")
    short = guest.post(f"{PATH}{body['items'][1]['id']}/restore/")
    assert (gone.status_code, gone.json()["code"], gone.json()["product_ids"]) == (422, "product_unavailable", [cup.pk])
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_stock")
    assert short.json()["shortages"][0]["available"] == 2
    assert digest_of_carts() == before


def test_stock_that_the_own_payment_session_holds_is_there_for_what_is_saved(guest: APIClient) -> None:
    make_country("US")
    mug = make_product("Mug", stock=3)
    add(guest, mug, 3)
    path = f"/api/v1/checkouts/{guest.post('/api/v1/checkouts/').json()['id']}/"
    assert guest.post(f"{path}payment-sessions/", {}).status_code == 201
    save(guest)
    body = guest.get(PATH).json()
    assert body["problems"] == []
    other, _ = guest_with()
    SavedLine.objects.create(basket=Basket.objects.latest("pk"), product=mug, quantity=1, reference="x", options={})
    assert [problem["detail"]["available"] for problem in other.get(PATH).json()["problems"]] == [0]
    assert guest.post(f"{PATH}{body['items'][0]['id']}/restore/").status_code == 200


def test_hundred_saved_lines_are_the_limit(guest: APIClient) -> None:
    basket = Basket.objects.get()
    products = [make_product() for _ in range(101)]
    SavedLine.objects.bulk_create(
        SavedLine(basket=basket, product=product, reference=f"{product.pk}_0", quantity=1) for product in products[:100]
    )
    add(guest, products[100])
    before = digest_of_carts()
    refused = save(guest)
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (422, "quantity_limit", 100)
    assert digest_of_carts() == before
    add(guest, products[99])
    assert save(guest, 1).status_code == 200


def test_saved_lines_of_others_are_not_found(guest: APIClient) -> None:
    mug = make_product("Mug")
    victim, stranger = client_of(make_user()), client_of(make_user())
    add(victim, mug)
    line = victim.get("/api/v1/cart/").json()["items"][0]["id"]
    before = digest_of_carts()
    for client in (guest, stranger):
        assert client.post(PATH, {"item": line}).status_code == 404
    assert digest_of_carts() == before
    save(victim)
    handle = SavedLine.objects.get().handle
    before = digest_of_carts()
    other_guest, _ = guest_with()
    Basket.objects.filter(lines=None, owner=None).count()
    for client in (guest, stranger, APIClient()):
        assert client.post(f"{PATH}{handle}/restore/").status_code == 404
        assert client.delete(f"{PATH}{handle}/").status_code == 404
    other_guest.delete("/api/v1/cart/")
    assert saved(victim) == [("Mug", 1)]
    assert saved(guest) == saved(stranger) == saved(APIClient()) == []


def test_saving_with_an_unknown_token_or_no_cart(api: APIClient) -> None:
    assert api.get(PATH).json() == {"items": [], "problems": []}
    assert api.post(PATH, {"item": "x"}).status_code == 404
    api.credentials(HTTP_X_CART_TOKEN="x" * 43)
    for response in (api.get(PATH), api.post(PATH, {"item": "x"}), api.delete(f"{PATH}x/")):
        assert (response.status_code, response.json()["code"]) == (404, "cart_not_found")


@pytest.mark.parametrize("item", [None, 5, "", "x" * 65, ["x"], {}, True])
def test_malformed_item_is_refused(guest: APIClient, item: Any) -> None:
    add(guest, make_product())
    before = digest_of_carts()
    assert guest.post(PATH, {"item": item}, format="json").status_code == 400
    assert digest_of_carts() == before


def test_saving_honours_version_and_key(guest: APIClient) -> None:
    item = add(guest, make_product("Mug")).json()["items"][0]["id"]
    assert guest.post(PATH, {"item": item}, HTTP_IF_MATCH='"1"').status_code == 412
    first = guest.post(PATH, {"item": item}, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH='"2"')
    again = guest.post(PATH, {"item": item}, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH='"2"')
    assert (first.status_code, again.content, saved(guest)) == (200, first.content, [("Mug", 1)])
