"""C2: many writes of one cart at once. None is lost, none is counted twice."""

import os
from collections import Counter
from functools import partial

from forked_apps.basket.models import Basket
from nexus_shop.api.rest.tokens import log_in
from tests.concurrency.shoppers import cart_with
from tests.factories.shop import make_product, make_user
from tests.servers import Answer, Shop, race

WRITES = 200 if os.environ.get("NEXUS_SOAK") else 50


def add_at_once(shop: Shop, product_id: int, count: int, **headers: str) -> Counter[int]:
    """As many requests, each for one unit: how often each status."""
    add = partial(shop.call, "POST", "/api/v1/cart/items/", {"product_id": product_id}, **headers)
    answers: list[Answer] = race([add] * count)
    return Counter(answer.status for answer in answers)


def test_parallel_adds_are_all_counted(shop: Shop) -> None:
    mug = make_product(stock=1000)
    token, cart = cart_with(shop, {"product_id": mug.pk})
    headers = {"X_Cart_Token": token}

    assert add_at_once(shop, mug.pk, WRITES, **headers) == {200: WRITES}

    after = shop.call("GET", "/api/v1/cart/", **headers).body
    assert [item["quantity"] for item in after["items"]] == [1 + WRITES]
    assert after["version"] == cart["version"] + WRITES
    assert Basket.objects.count() == 1


def test_adds_beyond_the_stock_are_refused_and_the_rest_counted(shop: Shop) -> None:
    mug = make_product(stock=10)
    token, _ = cart_with(shop, {"product_id": mug.pk})

    assert add_at_once(shop, mug.pk, 20, X_Cart_Token=token) == {200: 9, 409: 11}

    (item,) = shop.call("GET", "/api/v1/cart/", X_Cart_Token=token).body["items"]
    assert item["quantity"] == 10


def test_first_adds_of_a_login_share_one_cart(shop: Shop) -> None:
    mug = make_product(stock=1000)
    bearer = {"Authorization": f"Bearer {log_in(make_user())['access']}"}

    assert add_at_once(shop, mug.pk, WRITES, **bearer) == {201: 1, 200: WRITES - 1}

    assert [item["quantity"] for item in shop.call("GET", "/api/v1/cart/", **bearer).body["items"]] == [WRITES]
    assert Basket.objects.count() == 1


def test_parallel_quantities_end_as_one_of_them(shop: Shop) -> None:
    mug = make_product(stock=1000)
    token, cart = cart_with(shop, {"product_id": mug.pk})
    path = f"/api/v1/cart/items/{cart['items'][0]['id']}/"

    answers = race(
        [
            partial(shop.call, "PATCH", path, {"quantity": quantity}, X_Cart_Token=token)
            for quantity in range(1, WRITES + 1)
        ]
    )

    assert {answer.status for answer in answers} == {200}
    after = shop.call("GET", "/api/v1/cart/", X_Cart_Token=token).body
    assert after["version"] == cart["version"] + WRITES
    assert after["items"][0]["quantity"] in range(1, WRITES + 1)
    seen = {(answer.body["version"], answer.body["items"][0]["quantity"]) for answer in answers}
    assert len(seen) == len({version for version, _ in seen})


def test_one_of_many_writers_that_saw_the_same_version_wins(shop: Shop) -> None:
    mug = make_product(stock=1000)
    token, cart = cart_with(shop, {"product_id": mug.pk})

    seen = f'"{cart["version"]}"'
    assert add_at_once(shop, mug.pk, WRITES, X_Cart_Token=token, If_Match=seen) == {200: 1, 412: WRITES - 1}

    (item,) = shop.call("GET", "/api/v1/cart/", X_Cart_Token=token).body["items"]
    assert item["quantity"] == 2


def test_control_without_lock_adds_are_lost(unlocked: Shop) -> None:
    mug = make_product(stock=1000)
    token, _ = cart_with(unlocked, {"product_id": mug.pk})

    added = add_at_once(unlocked, mug.pk, 8, X_Cart_Token=token)

    assert added == {200: 8}
    (item,) = unlocked.call("GET", "/api/v1/cart/", X_Cart_Token=token).body["items"]
    assert item["quantity"] < 1 + 8
