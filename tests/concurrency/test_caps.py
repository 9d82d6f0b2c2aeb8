"""C5: offers and vouchers that are limited, wanted by many at once, also while orders that used them are cancelled."""

import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from forked_apps.catalogue.models import Product
from forked_apps.offer.models import ConditionalOffer
from forked_apps.order.models import Order
from forked_apps.voucher.models import Voucher, VoucherApplication
from nexus_shop.api.rest.tokens import log_in
from nexus_shop.core.worker import drain
from tests.concurrency.conftest import unlocked_shop
from tests.concurrency.shoppers import broken_rules, cart_with, check_out, scalar
from tests.factories.shop import make_offer, make_order, make_product, make_user, make_voucher
from tests.servers import Answer, Shop, race

BUYERS = 100 if os.environ.get("NEXUS_SOAK") else 24
REFUSALS = {(409, "total_changed"), (409, "offer_used_up")}
# cap of an offer of 1.00 off each order -> orders of BUYERS that get it
CAPS: tuple[tuple[dict[str, Any], int], ...] = (
    ({"max_global_applications": 7}, 7),
    ({"max_discount": Decimal("5.00")}, 5),
    ({"max_discount": Decimal("4.50"), "max_global_applications": 20}, 4),
)


def carts_of(shop: Shop, product: Product, count: int) -> list[tuple[str, Any]]:
    return race([partial(cart_with, shop, {"product_id": product.pk}) for _ in range(count)])


def said(answers: Sequence[Answer]) -> Counter[tuple[int, str]]:
    return Counter((answer.status, answer.body.get("code", "")) for answer in answers)


def uses_of(offer: ConditionalOffer) -> tuple[int, Decimal, int]:
    """Applications, discount, orders."""
    offer.refresh_from_db()
    return offer.num_applications, offer.total_discount, offer.num_orders


def buy_at_once(shop: Shop, product: Product, count: int) -> Counter[tuple[int, str]]:
    """Everybody confirms the total with the discount, which all have seen, and gets it at that, or is told."""
    carts = carts_of(shop, product, count)
    assert len({cart["totals"]["total"]["amount"] for _, cart in carts}) == 1
    return said(race([partial(check_out, shop, token, cart) for token, cart in carts]))


def test_no_cap_is_exceeded(shop: Shop) -> None:
    mug = make_product(price="10.00", stock=10_000)
    for cap, winners in CAPS:
        offer = make_offer(10, **cap)
        answers = buy_at_once(shop, mug, BUYERS)
        assert answers[201, ""] == winners
        assert set(answers) - {(201, "")} <= REFUSALS
        assert uses_of(offer) == (winners, Decimal(winners), winners)
        ConditionalOffer.objects.filter(pk=offer.pk).update(status=ConditionalOffer.SUSPENDED)
        print(f"C5 {cap}: {BUYERS} buyers, {dict(answers)}")


# Who waits in this database: what is waited for (another transaction) belongs to none.
WAITING = """
    SELECT count(DISTINCT w.pid) FROM pg_locks w JOIN pg_locks held ON held.pid = w.pid
    JOIN pg_database d ON d.oid = held.database AND d.datname = current_database() WHERE NOT w.granted
"""


def test_who_comes_too_late_for_an_offer_hears_the_new_total(shop: Shop) -> None:
    """Both have counted on its last use when they meet at its row."""
    offer = make_offer(10, max_global_applications=1)
    carts = carts_of(shop, make_product(price="10.00", stock=10), 2)
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            ConditionalOffer.objects.select_for_update().get(pk=offer.pk)
            calls = [pool.submit(check_out, shop, token, cart) for token, cart in carts]
            deadline = time.monotonic() + 30
            while scalar(WAITING) < 2:
                assert not any(call.done() for call in calls), [call.result() for call in calls if call.done()]
                assert time.monotonic() < deadline, "the two did not meet"
                time.sleep(0.01)
        answers = [call.result() for call in calls]

    placed, lost = sorted(answers, key=lambda answer: answer.status)
    assert (placed.status, placed.body["totals"]["total"]["amount"]) == (201, "13.95")
    assert (lost.status, lost.body["code"], lost.body["offers"]) == (409, "offer_used_up", [offer.name])
    assert lost.body["totals"]["total"]["amount"] == "14.95"
    drain()
    assert uses_of(offer) == (1, Decimal("1.00"), 1)


def test_each_customer_gets_an_offer_as_often_as_it_says(shop: Shop) -> None:
    """All of them are one guest: an e-mail address."""
    mug = make_product(price="10.00", stock=1000)
    offer = make_offer(10, max_user_applications=2)

    answers = buy_at_once(shop, mug, BUYERS)

    assert (answers[201, ""], set(answers) - {(201, "")}) == (2, {(409, "total_changed")})
    drain()
    assert uses_of(offer) == (2, Decimal("2.00"), 2)


def test_voucher_for_one_order_is_used_once(shop: Shop) -> None:
    mug = make_product(price="10.00", stock=1000)
    voucher = make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    carts = carts_of(shop, mug, BUYERS)

    answers = said(race([partial(buy_with_voucher, shop, token, cart) for token, cart in carts]))

    assert answers == {(201, ""): 1, (422, "voucher_invalid"): BUYERS - 1}
    assert VoucherApplication.objects.filter(voucher=voucher).count() == 1


def buy_with_voucher(shop: Shop, token: str, cart: Any) -> Answer:
    half = cart | {"totals": {"total": {"amount": "9.95", "currency": "GBP"}}}
    return check_out(shop, token, half, vouchers=["ONCE"])


def test_what_cancelled_orders_give_back_is_given_again_and_no_more(shop: Shop) -> None:
    mug = make_product(price="10.00", stock=1000)
    offer = make_offer(10, max_global_applications=8, max_discount=Decimal("8.00"))
    voucher = make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    ConditionalOffer.objects.filter(vouchers=voucher).update(priority=5)
    customer = make_user()
    orders = [make_order(mug, user=customer) for _ in range(7)]
    with_voucher = make_order(mug, user=customer, vouchers=("ONCE",))
    drain()
    assert uses_of(offer)[0] <= 8
    bearer = {"Authorization": f"Bearer {log_in(customer)['access']}"}
    spare = make_offer(10, name="Spare", priority=-1)  # keeps the shown total one, whether the cap is reached or not
    carts = carts_of(shop, mug, BUYERS)
    ConditionalOffer.objects.filter(pk=spare.pk).update(status=ConditionalOffer.SUSPENDED)

    cancels = [
        partial(shop.call, "POST", f"/api/v1/orders/{order.handle}/cancel/", {}, **bearer)
        for order in [*orders, with_voucher]
    ]
    answers = race(
        [
            *cancels,
            *cancels,
            *[partial(check_out, shop, token, cart) for token, cart in carts[: BUYERS // 2]],
            *[partial(buy_with_voucher, shop, token, cart) for token, cart in carts[BUYERS // 2 :]],
        ]
    )

    assert {answer.status for answer in answers[:16]} == {200}
    assert set(said(answers[16:])) <= {(201, ""), *REFUSALS, (422, "voucher_invalid")}
    drain()
    live = Order.objects.exclude(status="cancelled")
    assert uses_of(offer)[0] == live.filter(discounts__offer_id=offer.pk).count() <= 8
    assert VoucherApplication.objects.filter(voucher=voucher).count() <= 1


def test_control_without_guard_a_cap_is_exceeded(own_database: str, tmp_path: Path) -> None:
    mug = make_product(price="10.00", stock=1000)
    make_offer(10, max_global_applications=1)
    with unlocked_shop(own_database, tmp_path, "offer") as unlocked:
        assert buy_at_once(unlocked, mug, 2) == {(201, ""): 2}
    assert "I5 no offer is used above its caps" in broken_rules()


def test_control_without_lock_a_customer_gets_an_offer_too_often(own_database: str, tmp_path: Path) -> None:
    mug = make_product(price="10.00", stock=1000)
    make_offer(10, max_user_applications=1)
    with unlocked_shop(own_database, tmp_path, "customer") as unlocked:
        assert buy_at_once(unlocked, mug, 2) == {(201, ""): 2}
    assert "I5 no customer uses an offer above the customers' limit" in broken_rules()
