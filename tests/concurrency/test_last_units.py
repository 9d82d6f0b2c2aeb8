"""C1: many buyers, few units. Exactly the stock is sold, everybody else is told so, nobody waits in vain."""

import os
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from forked_apps.catalogue.models import Option, Product
from forked_apps.order.models import Order
from tests.concurrency.shoppers import broken_rules, cart_with, check_out, drop_constraint, scalar
from tests.factories.shop import make_product, stock_of
from tests.servers import Answer, Shop, race

BUYERS, UNITS, ROUNDS = (200, 50, 5) if os.environ.get("NEXUS_SOAK") else (50, 17, 2)


def sell_out(shop: Shop, carts: Sequence[tuple[str, Any]]) -> Counter[tuple[int, str]]:
    """All complete their carts at once: how often each status and code."""
    answers: list[Answer] = race([partial(check_out, shop, token, cart) for token, cart in carts])
    return Counter((answer.status, answer.body.get("code", "")) for answer in answers)


def wishes(products: Sequence[Product], engraved: Product | None = None) -> list[dict[str, Any]]:
    """One of each, in any order; of the engraved product two lines, told apart by their option."""
    lines: list[dict[str, Any]] = [{"product_id": product.pk} for product in products]
    if engraved is not None:
        lines.append({"product_id": engraved.pk, "options": [{"option": "engraving", "value": "For Ann"}]})
    random.shuffle(lines)
    return lines


def test_exactly_the_stock_is_sold(shop: Shop) -> None:
    engraving = Option.objects.create(name="Engraving", code="engraving", type=Option.TEXT, required=False)
    deadlocks = scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    for number in range(ROUNDS):
        products = [make_product(stock=UNITS), make_product(stock=UNITS), make_product(stock=UNITS + 1)]
        products[2].product_options.add(engraving)
        carts = race(
            [
                partial(cart_with, shop, *wishes(products, products[2] if buyer == 0 else None))
                for buyer in range(BUYERS)
            ]
        )
        assert sell_out(shop, carts) == {(201, ""): UNITS, (409, "insufficient_stock"): BUYERS - UNITS}
        assert [stock_of(product) for product in products[:2]] == [(UNITS, UNITS), (UNITS, UNITS)]
        assert Order.objects.count() == UNITS * (number + 1)
        assert broken_rules() == {}
    assert scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == deadlocks


def test_every_short_line_is_told(shop: Shop) -> None:
    plenty, few, none_left = make_product(stock=9), make_product(stock=2), make_product(stock=1)
    token, cart = cart_with(
        shop, {"product_id": plenty.pk}, {"product_id": few.pk, "quantity": 2}, {"product_id": none_left.pk}
    )
    rival, rivals_cart = cart_with(shop, {"product_id": few.pk}, {"product_id": none_left.pk})
    assert check_out(shop, rival, rivals_cart).status == 201

    refused = check_out(shop, token, cart)

    assert (refused.status, refused.body["code"]) == (409, "insufficient_stock")
    assert [(each["product_id"], each["requested"], each["available"]) for each in refused.body["shortages"]] == [
        (few.pk, 2, 1),
        (none_left.pk, 1, 0),
    ]
    assert stock_of(plenty) == (9, 0)


def test_control_without_guard_more_is_sold_than_there_is(unlocked: Shop) -> None:
    drop_constraint("partner_stockrecord", "allocated_within_stock")
    last = make_product(stock=1)
    carts = race([partial(cart_with, unlocked, {"product_id": last.pk}) for _ in range(8)])

    sold = sell_out(unlocked, carts)

    assert sold[201, ""] > 1
    assert "I2 allocated stock is within its bounds" in broken_rules()
