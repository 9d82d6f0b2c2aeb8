"""C5 and C9: what one customer, and one client, may have is not exceeded by rivals, in whatever process they are."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from forked_apps.order.models import Order
from tests.concurrency.conftest import UNLOCKED
from tests.concurrency.shoppers import broken_rules, cart_with
from tests.factories.shop import ADDRESS_JSON, make_country, make_offer, make_product
from tests.servers import Answer, Shop, race, serving

CAP = 10
RIVALS = 40


def check_out(shop: Shop, token: str, cart: Any, email: str) -> Answer:
    body = {"email": email, "shipping_address": ADDRESS_JSON, "expected_total": cart["totals"]["total"]}
    return shop.call("POST", "/api/v1/checkout/", body, X_Cart_Token=token)


def order_all(shop: Shop, emails: list[str]) -> Counter[tuple[int, str]]:
    """A cart for each e-mail address, all completed at once."""
    mug = make_product(stock=100)
    carts = [cart_with(shop, {"product_id": mug.pk}) for _ in emails]
    answers = race([partial(check_out, shop, *cart, email) for cart, email in zip(carts, emails, strict=True)])
    return Counter((answer.status, answer.body.get("code", "")) for answer in answers)


@pytest.fixture
def strict(own_database: str) -> Iterator[Shop]:
    """Four processes that let a client hold few unpaid orders."""
    make_country("US")
    with serving(own_database, environment={"UNPAID_ORDERS_PER_CLIENT": str(CAP)}) as running:
        yield running


def test_a_client_holds_no_more_unpaid_orders_than_it_may(strict: Shop) -> None:
    answers = order_all(strict, [f"guest{number}@example.com" for number in range(RIVALS)])

    placed = answers[201, ""]
    assert CAP <= placed <= CAP * 1.1
    assert answers == {(201, ""): placed, (409, "too_many_unpaid_orders"): RIVALS - placed}
    assert broken_rules() == {}


def test_control_without_lock_a_client_holds_more(own_database: str, tmp_path: Path) -> None:
    make_country("US")
    variables = {"NEXUS_MEETING_FOLDER": str(tmp_path), "UNPAID_ORDERS_PER_CLIENT": "1"}
    with serving(own_database, application=UNLOCKED, environment=variables) as shop:
        answers = order_all(shop, [f"guest{number}@example.com" for number in range(8)])

    assert answers[201, ""] > 1


def test_guests_of_one_address_use_an_offer_once(shop: Shop) -> None:
    make_offer(50, max_user_applications=1)

    answers = order_all(shop, ["ann@example.com", "Ann@Example.com"])

    assert answers == {(201, ""): 1, (409, "total_changed"): 1}
    assert [order.total_incl_tax for order in Order.objects.all()] == [Decimal("9.95")]


def test_control_without_lock_the_offer_is_used_twice(unlocked: Shop) -> None:
    make_offer(50, max_user_applications=1)

    answers = order_all(unlocked, ["ann@example.com", "Ann@Example.com"])

    assert answers == {(201, ""): 2}
