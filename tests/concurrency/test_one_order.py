"""C3: the same cart completed many times at once. One order; everybody is answered with it, or told to come again."""

import os
from collections import Counter
from collections.abc import Sequence
from functools import partial

import pytest

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order
from tests.concurrency.shoppers import broken_rules, cart_with, check_out, drop_constraint
from tests.factories.shop import make_product, stock_of
from tests.servers import Answer, Shop, race

TIMES = 200 if os.environ.get("NEXUS_SOAK") else 50


def complete_at_once(shop: Shop, product: Product, keys: Sequence[str]) -> list[Answer]:
    """Fill a cart and complete it once for each key; an empty one is none."""
    token, cart = cart_with(shop, {"product_id": product.pk, "quantity": 2})
    return race([partial(check_out, shop, token, cart, **({"Idempotency_Key": key} if key else {})) for key in keys])


def one_order(product: Product) -> str:
    """The handle of the one order there is, all of whose traces are there once."""
    order = Order.objects.get()
    assert stock_of(product) == (100, 2)
    return str(order.handle)


@pytest.mark.parametrize("keys", [[""] * TIMES, [f"key-{number}" for number in range(TIMES)]], ids=["none", "distinct"])
def test_without_a_common_key_everybody_gets_the_one_order(shop: Shop, keys: list[str]) -> None:
    mug = make_product(stock=100)

    answers = complete_at_once(shop, mug, keys)

    assert Counter(answer.status for answer in answers) == {201: 1, 200: TIMES - 1}
    assert {answer.body["id"] for answer in answers} == {one_order(mug)}


def test_with_one_key_everybody_gets_the_same_answer_or_is_told_to_wait(shop: Shop) -> None:
    mug = make_product(stock=100)

    answers = complete_at_once(shop, mug, ["one-key"] * TIMES)

    placed = [answer for answer in answers if answer.status == 201]
    waiting = [answer for answer in answers if answer.status == 409]
    assert len(placed) + len(waiting) == TIMES
    assert {answer.body["id"] for answer in placed} == {one_order(mug)}
    assert sum(answer.headers.get("Idempotent-Replayed") != "true" for answer in placed) == 1
    assert {answer.body["code"] for answer in waiting} <= {"idempotency_key_in_flight"}
    assert all(answer.headers["Retry-After"] == "1" for answer in waiting)


def test_control_without_lock_a_cart_becomes_several_orders(unlocked: Shop) -> None:
    drop_constraint("order_order", "one_order_per_basket")
    mug = make_product(stock=100)

    answers = complete_at_once(unlocked, mug, [f"key-{number}" for number in range(8)])

    assert Counter(answer.status for answer in answers)[201] > 1
    assert "I8 a cart is ordered once" in broken_rules()
