"""Carts by link."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket, SharedCart
from forked_apps.catalogue.models import Option, Product
from forked_apps.partner.models import StockRecord
from tests.factories.carts import add, digest_of_carts, guest_with, held
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_product, make_user

pytestmark = pytest.mark.django_db
PATH = "/api/v1/cart/share/"


def test_link_has_what_the_cart_holds_and_nothing_of_whose_it_is(guest: APIClient, settings: Settings) -> None:
    settings.STOREFRONT_URL = ""
    mug = make_product("Mug", price="10.00")
    mug.product_options.add(Option.objects.create(name="Engraving", code="engraving", type="text"))
    options = [{"option": "engraving", "value": "Ann"}]
    guest.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 2, "options": options})
    guest.patch("/api/v1/cart/", {"notes": "Ring twice"})

    response = guest.post(PATH)

    link = response.json()
    assert response.status_code == 201
    assert set(link) == {"id", "url", "expires_at"}
    assert len(link["id"]) == 32
    assert link["url"] == response.headers["Location"] == f"/api/v1/cart/shared/{link['id']}/"
    shared = SharedCart.objects.get()
    assert shared.lines == [{"product_id": mug.pk, "quantity": 2, "options": {"engraving": "Ann"}}]
    assert timedelta(days=29) < shared.expires_at - timezone.now() < timedelta(days=31)
    stranger = new_client().get(link["url"])
    assert stranger.status_code == 200
    assert stranger.headers["Cache-Control"] == "private, no-store"
    assert "Ring twice" not in stranger.content.decode()
    body = stranger.json()
    assert set(body) == {"id", "expires_at", "currency", "items", "totals", "problems"}
    (item,) = body["items"]
    assert (item["id"], item["product"]["title"], item["quantity"]) == ("1", "Mug", 2)
    assert item["options"] == [{"option": "engraving", "name": "Engraving", "value": "Ann"}]
    assert body["totals"]["items"] == {"amount": "20.00", "currency": "GBP"}
    assert Basket.objects.count() == 1


def test_link_leads_to_the_storefront(guest: APIClient, settings: Settings) -> None:
    settings.STOREFRONT_URL = "https://www.example.com/"
    add(guest, make_product())
    link = guest.post(PATH).json()
    assert link["url"] == f"https://www.example.com/cart/shared/{link['id']}/"


def share(*lines: tuple[Product, int]) -> str:
    client, _ = guest_with(*lines)
    return f"/api/v1/cart/shared/{client.post(PATH).json()['id']}/"


@pytest.mark.parametrize(
    ("body", "quantities", "skipped"),
    [
        ({}, [5, 1], [("insufficient_stock", 3, 1)]),
        ({"strategy": "sum"}, [5, 1], [("insufficient_stock", 3, 1)]),
        ({"strategy": "maximum"}, [4, 1], []),
        ({"strategy": "keep"}, [4, 1], []),
    ],
)
def test_shared_cart_is_put_into_the_own_one(body: Any, quantities: list[int], skipped: list[Any]) -> None:
    mug, cup = make_product("Mug", stock=5, sku="MUG"), make_product("Cup")
    link = share((mug, 3), (cup, 1))
    client, _ = guest_with((mug, 4))
    response = client.post(f"{link}restore/", body)
    assert response.status_code == 200
    assert held(client) == [("Mug", quantities[0]), ("Cup", quantities[1])]
    assert [(s["code"], s["requested"], s["taken"]) for s in response.json()["skipped"]] == skipped


def test_larger_quantity_wins_by_maximum() -> None:
    mug = make_product("Mug", stock=9)
    link = share((mug, 7))
    client = client_of(make_user())
    add(client, mug, 2)
    client.post(f"{link}restore/", {"strategy": "maximum"})
    assert held(client) == [("Mug", 7)]


def test_shared_cart_makes_the_first_cart_and_tells_what_is_gone(api: APIClient) -> None:
    mug, cup, jar = make_product("Mug", stock=5), make_product("Cup", sku="CUP"), make_product("Jar", sku="JAR")
    link = share((mug, 3), (cup, 1), (jar, 2))
    Product.objects.filter(pk=cup.pk).update(is_public=False)
    StockRecord.objects.filter(product=jar).update(num_in_stock=0)
    seen = api.get(link).json()
    assert [(p["code"], p["item"]) for p in seen["problems"]] == [
        ("product_unavailable", "2"),
        ("insufficient_stock", "3"),
    ]
    assert [item["unit_price"] is None for item in seen["items"]] == [False, True, False]
    response = api.post(f"{link}restore/")
    assert response.status_code == 201
    assert response.json()["skipped"] == [
        {
            "code": "product_unavailable",
            "product_id": cup.pk,
            "sku": "CUP",
            "requested": 1,
            "taken": 0,
            "voucher": None,
        },
        {
            "code": "insufficient_stock",
            "product_id": jar.pk,
            "sku": "JAR",
            "requested": 2,
            "taken": 0,
            "voucher": None,
        },
    ]
    api.credentials(HTTP_X_CART_TOKEN=response.headers["X-Cart-Token"])
    assert held(api) == [("Mug", 3)]


def test_product_that_does_not_exist_any_more(guest: APIClient) -> None:
    shared = SharedCart.objects.create(
        lines=[{"product_id": 999_999, "quantity": 1, "options": {}}], expires_at=timezone.now() + timedelta(days=1)
    )
    shared.refresh_from_db()
    (item,) = guest.get(f"/api/v1/cart/shared/{shared.handle}/").json()["items"]
    assert (item["product"]["id"], item["product"]["title"], item["unit_price"]) == (999_999, "", None)
    (skipped,) = guest.post(f"/api/v1/cart/shared/{shared.handle}/restore/").json()["skipped"]
    assert (skipped["code"], skipped["sku"]) == ("product_unavailable", None)


def test_options_that_fit_no_more(guest: APIClient) -> None:
    mug = make_product("Mug")
    engraving = Option.objects.create(name="Engraving", code="engraving", type="text")
    mug.product_options.add(engraving)
    options = [{"option": "engraving", "value": "Ann"}]
    guest.post("/api/v1/cart/items/", {"product_id": mug.pk, "options": options})
    link = f"/api/v1/cart/shared/{guest.post(PATH).json()['id']}/"
    mug.product_options.remove(engraving)
    assert [p["code"] for p in guest.get(link).json()["problems"]] == ["product_unavailable"]
    (skipped,) = new_client().post(f"{link}restore/").json()["skipped"]
    assert (skipped["code"], skipped["taken"]) == ("invalid_option", 0)


def test_link_whose_time_is_over_leads_nowhere(guest: APIClient) -> None:
    link = share((make_product(), 1))
    SharedCart.objects.update(expires_at=timezone.now())
    before = digest_of_carts()
    assert guest.get(link).status_code == 404
    assert guest.post(f"{link}restore/").status_code == 404
    assert digest_of_carts() == before


def test_nothing_to_share(api: APIClient) -> None:
    before = digest_of_carts()
    assert (api.post(PATH).status_code, api.post(PATH).json()["code"]) == (409, "cart_empty")
    api.credentials(HTTP_X_CART_TOKEN="x" * 43)
    assert api.post(PATH).json()["code"] == "cart_not_found"
    assert digest_of_carts() == before
    guest, _ = guest_with()
    assert guest.post(PATH).json()["code"] == "cart_empty"
    assert not SharedCart.objects.exists()


@pytest.mark.parametrize("handle", ["x", "0" * 32, "1", "-1", "'--", "x" * 300])
def test_handle_of_nothing(guest: APIClient, handle: str) -> None:
    before = digest_of_carts()
    assert guest.get(f"/api/v1/cart/shared/{handle}/").status_code == 404
    assert guest.post(f"/api/v1/cart/shared/{handle}/restore/").status_code == 404
    assert digest_of_carts() == before


@pytest.mark.parametrize("strategy", [None, "", "replace", 5, ["sum"], {}, True])
def test_malformed_strategy_is_refused(guest: APIClient, strategy: Any) -> None:
    link = share((make_product(), 1))
    before = digest_of_carts()
    assert guest.post(f"{link}restore/", {"strategy": strategy}, format="json").status_code == 400
    assert digest_of_carts() == before


def test_sharing_honours_version_and_key(guest: APIClient) -> None:
    add(guest, make_product())
    assert guest.post(PATH, HTTP_IF_MATCH='"1"').status_code == 412
    first = guest.post(PATH, HTTP_IF_MATCH='"2"', HTTP_IDEMPOTENCY_KEY="k")
    again = guest.post(PATH, HTTP_IF_MATCH='"2"', HTTP_IDEMPOTENCY_KEY="k")
    assert (first.status_code, again.content, SharedCart.objects.count()) == (201, first.content, 1)
    assert guest.get("/api/v1/cart/").json()["version"] == 2
