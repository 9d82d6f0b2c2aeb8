"""A guest's cart joined into the login's."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket
from forked_apps.catalogue.models import Option, Product
from forked_apps.partner.models import StockRecord
from forked_apps.partner.reservations import reserve_stock
from forked_apps.voucher.models import Voucher
from nexus_shop.accounts.models import User
from tests.factories.carts import add, digest_of_carts, guest_with, held, saved
from tests.factories.http import client_of, new_client
from tests.factories.shop import ADDRESS_JSON, make_country, make_product, make_user, make_voucher

pytestmark = pytest.mark.django_db
PATH = "/api/v1/cart/merge/"


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def login(user: User) -> APIClient:
    return client_of(user)


def merge(client: APIClient, token: str, strategy: str = "sum", **headers: Any) -> Any:
    return client.post(PATH, {"token": token, "strategy": strategy}, **headers)


@pytest.mark.parametrize(("strategy", "mugs", "skipped"), [("sum", 8, [(4, 3)]), ("maximum", 5, []), ("keep", 5, [])])
def test_quantities_are_joined_by_strategy(
    login: APIClient, strategy: str, mugs: int, skipped: list[tuple[int, int]]
) -> None:
    mug, cup = make_product("Mug", stock=8), make_product("Cup")
    add(login, mug, 5)
    _, token = guest_with((mug, 4), (cup, 2))
    response = merge(login, token, strategy)
    assert response.status_code == 200
    assert held(login) == [("Mug", mugs), ("Cup", 2)]
    assert [(s["requested"], s["taken"]) for s in response.json()["skipped"]] == skipped
    assert {s["code"] for s in response.json()["skipped"]} <= {"insufficient_stock"}


@pytest.mark.parametrize(("strategy", "mugs"), [("sum", 6), ("maximum", 4), ("keep", 2)])
def test_larger_cart_of_a_guest(login: APIClient, strategy: str, mugs: int) -> None:
    mug = make_product("Mug", stock=8)
    add(login, mug, 2)
    _, token = guest_with((mug, 4))
    merge(login, token, strategy)
    assert held(login) == [("Mug", mugs)]


def test_first_cart_of_the_login_is_made(login: APIClient) -> None:
    mug = make_product("Mug")
    guest, token = guest_with((mug, 2))
    response = merge(login, token)
    assert (response.status_code, held(login)) == (201, [("Mug", 2)])
    assert response.json()["token"] is None
    assert "X-Cart-Token" not in response.headers
    assert sorted(Basket.objects.values_list("status", flat=True)) == ["Merged", "Open"]
    after = guest.get("/api/v1/cart/")
    assert (after.status_code, after.json()["items"], after.json()["notes"]) == (200, [], "")


def test_merging_twice_answers_the_same_cart(login: APIClient) -> None:
    mug = make_product("Mug", stock=50)
    _, token = guest_with((mug, 2))
    first, second = merge(login, token), merge(login, token)
    assert (first.json()["id"], first.json()["items"]) == (second.json()["id"], second.json()["items"])
    stranger = client_of(make_user())
    assert merge(stranger, token).json()["items"] == []
    assert held(login) == [("Mug", 2)]


def test_write_with_the_token_of_a_merged_cart_starts_a_new_one(login: APIClient) -> None:
    mug = make_product("Mug", stock=50)
    guest, token = guest_with((mug, 2))
    merge(login, token)
    started = add(guest, mug)
    assert started.status_code == 201
    assert started.headers["X-Cart-Token"] != token
    assert held(login) == [("Mug", 2)]
    merge(login, started.headers["X-Cart-Token"])
    assert held(login) == [("Mug", 3)]


def test_options_notes_vouchers_and_saved_lines_come_along(login: APIClient) -> None:
    mug, cup = make_product("Mug", price="10.00"), make_product("Cup")
    make_voucher("SAVE")
    mug.product_options.add(Option.objects.create(name="Engraving", code="engraving", type="text"))
    for client in (login, (guest := guest_with((cup, 1)))[0]):
        for text in ("Ann", "Bert") if client is not login else ("Ann",):
            options = [{"option": "engraving", "value": text}]
            client.post("/api/v1/cart/items/", {"product_id": mug.pk, "options": options})
    guest[0].patch("/api/v1/cart/", {"notes": "Ring twice"})
    guest[0].post("/api/v1/cart/vouchers/", {"code": "SAVE"})
    item = guest[0].get("/api/v1/cart/").json()["items"][0]["id"]
    guest[0].post("/api/v1/cart/saved/", {"item": item})
    cart = merge(login, guest[1]).json()
    assert [(i["quantity"], i["options"][0]["value"]) for i in cart["items"]] == [(2, "Ann"), (1, "Bert")]
    assert (cart["notes"], [voucher["code"] for voucher in cart["vouchers"]]) == ("Ring twice", ["SAVE"])
    assert (saved(login), saved(guest[0])) == ([("Cup", 1)], [])
    assert guest[0].get("/api/v1/cart/").json()["vouchers"] == []


def test_what_the_login_has_stands_above(login: APIClient) -> None:
    cup = make_product("Cup", stock=9)
    guest, token = guest_with((cup, 1))
    add(login, cup, 2)
    for client, notes in ((login, "Mine"), (guest, "Theirs")):
        client.patch("/api/v1/cart/", {"notes": notes})
        item = client.get("/api/v1/cart/").json()["items"][0]["id"]
        client.post("/api/v1/cart/saved/", {"item": item})
    assert merge(login, token).json()["notes"] == "Mine"
    assert saved(login) == [("Cup", 3)]


def test_vouchers_come_along_as_far_as_there_is_room(login: APIClient) -> None:
    mug = make_product("Mug")
    guest, token = guest_with((mug, 1))
    add(login, mug)
    for number in range(12):
        make_voucher(f"V{number:02}")
    carts = {basket.owner_id is None: basket for basket in Basket.objects.all()}
    carts[False].vouchers.set(Voucher.objects.filter(code__lt="V09"))
    for code in ("V08", "V10", "V11"):
        carts[True].vouchers.add(Voucher.objects.get(code=code))
    skipped = merge(login, token).json()["skipped"]
    assert [(each["code"], each["voucher"], each["product_id"]) for each in skipped] == [
        ("quantity_limit", "V11", None)
    ]
    assert carts[False].vouchers.count() == 10
    assert guest.get("/api/v1/cart/").json()["vouchers"] == []


def test_price_that_rose_since_the_guest_saw_it_is_still_told(login: APIClient) -> None:
    mug, cup = make_product("Mug", price="10.00"), make_product("Cup", price="5.00", stock=9)
    _, token = guest_with((mug, 1), (cup, 1))
    StockRecord.objects.filter(product=mug).update(price="12.00")
    cart = merge(login, token).json()
    assert [(p["code"], p["detail"]) for p in cart["problems"]] == [
        ("price_changed", {"old": "10.00", "new": "12.00"}),
    ]


def test_what_is_not_sold_any_more_is_left_behind(login: APIClient) -> None:
    mug, cup = make_product("Mug", sku="MUG"), make_product("Cup")
    _, token = guest_with((mug, 2), (cup, 1))
    Product.objects.filter(pk=mug.pk).update(is_public=False)
    (skipped,) = merge(login, token).json()["skipped"]
    assert (skipped["code"], skipped["sku"], skipped["requested"]) == ("product_unavailable", "MUG", 2)
    assert held(login) == [("Cup", 1)]


def test_what_the_guest_has_lost_the_login_is_told(login: APIClient) -> None:
    mug, cup = make_product("Mug"), make_product("Cup")
    _, token = guest_with((mug, 4), (cup, 2))
    mug.delete()
    merge(login, token)
    assert held(login) == [("Cup", 2)]
    assert [problem["detail"]["title"] for problem in login.get("/api/v1/cart/").json()["problems"]] == ["Mug"]


def test_lines_and_units_beyond_what_a_cart_may_hold(login: APIClient) -> None:
    goods = [make_product(f"P{number}", stock=2000) for number in range(101)]
    login.put("/api/v1/cart/items/", {"items": [{"product_id": product.pk} for product in goods[:99]]})
    _, token = guest_with((goods[99], 1), (goods[100], 1), (goods[0], 950))
    skipped = merge(login, token).json()["skipped"]
    assert [(s["product_id"], s["code"], s["requested"], s["taken"]) for s in skipped] == [
        (goods[100].pk, "quantity_limit", 1, 0),
        (goods[0].pk, "quantity_limit", 950, 900),
    ]
    assert sum(quantity for _, quantity in held(login)) == 1000


def test_saved_lines_of_an_ordered_cart_come_along(login: APIClient) -> None:
    make_country("US")
    mug, cup = make_product("Mug"), make_product("Cup")
    guest, token = guest_with((cup, 1))
    item = guest.get("/api/v1/cart/").json()["items"][0]["id"]
    guest.post("/api/v1/cart/saved/", {"item": item})
    total = add(guest, mug).json()["totals"]["total"]
    body = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    assert guest.post("/api/v1/checkout/", body).status_code == 201
    assert merge(login, token).json()["items"] == []
    assert (saved(login), saved(guest)) == ([("Cup", 1)], [])
    assert guest.get("/api/v1/cart/").json()["items"] != []


def test_merging_wants_a_login_and_a_token_that_is_one(login: APIClient, user: User) -> None:
    mug = make_product("Mug")
    guest, token = guest_with((mug, 1))
    add(login, mug)
    before = digest_of_carts()
    assert merge(new_client(), token).status_code == 401
    assert merge(guest, token).status_code == 401
    own = Basket.objects.get(owner=user)
    for wrong in ("x" * 43, own.handle, Basket.objects.get(owner=None).handle, "None"):
        refused = merge(login, wrong)
        assert (refused.status_code, refused.json()["code"]) == (404, "cart_not_found")
    assert digest_of_carts() == before


def test_merging_honours_the_version_of_the_logins_cart(login: APIClient) -> None:
    mug = make_product("Mug", stock=50)
    _, token = guest_with((mug, 1))
    add(login, mug)
    add(login, mug)
    before = digest_of_carts()
    assert merge(login, token, HTTP_IF_MATCH='"1"').status_code == 412
    assert digest_of_carts() == before
    first = merge(login, token, HTTP_IF_MATCH='"2"', HTTP_IDEMPOTENCY_KEY="k")
    again = merge(login, token, HTTP_IF_MATCH='"2"', HTTP_IDEMPOTENCY_KEY="k")
    assert (first.status_code, first.headers["ETag"], again.content) == (200, '"3"', first.content)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"strategy": "sum"},
        {"token": None},
        {"token": ""},
        {"token": 5},
        {"token": ["x"]},
        {"token": "x" * 101},
        {"token": "x", "strategy": "mine"},
        {"token": "x", "strategy": None},
        {"token": "x", "owner": 1},
    ],
)
def test_malformed_merge_is_refused(login: APIClient, body: Any) -> None:
    guest_with((make_product(), 1))
    before = digest_of_carts()
    assert login.post(PATH, body, format="json").status_code == 400
    assert digest_of_carts() == before


def test_stock_that_a_payment_session_holds_goes_along(login: APIClient, user: User) -> None:
    mug = make_product("Mug", stock=4)
    add(login, mug, 1)
    guest, token = guest_with((mug, 3))
    record = StockRecord.objects.get(product=mug)
    for cart, units in ((Basket.objects.get(owner=None), 3), (Basket.objects.get(owner=user), 1)):
        reserve_stock(cart.pk, {record.pk: units}, client="", expires_at=timezone.now() + timedelta(minutes=15))

    response = merge(login, token)

    assert response.json()["skipped"] == []
    assert held(login) == [("Mug", 4)]
    record.refresh_from_db()
    assert record.num_allocated == 1  # what the login's own session holds
    assert guest.get("/api/v1/cart/").json()["items"] == []
