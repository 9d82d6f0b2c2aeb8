"""C8: what changes while carts are completed. Nobody is charged another total than the one confirmed."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Coalesce

from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import change_price
from forked_apps.voucher.models import Voucher
from nexus_shop.markets.models import TaxRate
from tests.concurrency.conftest import unlocked_shop
from tests.concurrency.shoppers import cart_with, check_out
from tests.factories.shop import make_country, make_product, make_voucher
from tests.servers import Shop, race, serving


def raise_price(stock_record_id: int, price: str) -> None:
    try:
        change_price(stock_record_id, price=Decimal(price), list_price=None, changed_by=None, reason="dearer")
    finally:
        connection.close()


def test_orders_have_the_total_that_was_confirmed(shop: Shop) -> None:
    mug = make_product(price="10.00", stock=1000)
    record = StockRecord.objects.get(product=mug)
    carts = race([partial(cart_with, shop, {"product_id": mug.pk}) for _ in range(24)])

    buy = [partial(check_out, shop, token, cart) for token, cart in carts]
    calls: list[Callable[[], Any]] = [*buy[:12], partial(raise_price, record.pk, "50.00"), *buy[12:]]
    answers = race(calls)

    told = [answer for answer in [*answers[:12], *answers[13:]] if answer is not None]
    assert {(answer.status, answer.body.get("code", "")) for answer in told} <= {(201, ""), (409, "total_changed")}
    assert {order.total_incl_tax for order in Order.objects.all()} <= {Decimal("14.95")}
    refused = {answer.body["totals"]["total"]["amount"] for answer in told if answer.status == 409}
    assert refused <= {"54.95"}
    late = check_out(shop, *cart_with(shop, {"product_id": mug.pk}))
    assert (late.status, late.body["totals"]["total"]["amount"]) == (201, "54.95")


def tax_rises() -> None:
    TaxRate.objects.update(rate="0.25")


def stock_falls() -> None:
    """To what is promised already."""
    StockRecord.objects.update(num_in_stock=Coalesce("num_allocated", 0))


def voucher_ends() -> None:
    Voucher.objects.update(start_datetime="2020-01-01T00:00:00Z", end_datetime="2020-01-02T00:00:00Z")


def closing(change: Callable[[], None]) -> None:
    """The change in a thread of its own, as somebody of the staff makes it."""
    try:
        change()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("change", "refusals"),
    [
        (tax_rises, {"total_changed"}),
        (stock_falls, {"insufficient_stock"}),
        (voucher_ends, {"voucher_invalid"}),
    ],
)
def test_order_is_as_confirmed_whatever_changes(
    own_database: str, change: Callable[[], None], refusals: set[str]
) -> None:
    make_country("US")
    TaxRate.objects.create(name="Tax", country="US", rate="0.10")
    make_voucher("HALF")
    mug = make_product(price="10.00", stock=25)
    net = {"TAX_BY_ADDRESS": "true", "PRICES_INCLUDE_TAX": "false"}
    with serving(own_database, environment=net) as shop:
        last, *carts = race([partial(cart_with, shop, {"product_id": mug.pk}) for _ in range(25)])
        quoted = check_out(shop, *last, vouchers=["HALF"])  # without the tax, which no cart knows
        assert (quoted.status, quoted.body["totals"]["total"]["amount"]) == (409, "10.95")

        buy = [partial(check_out, shop, token, quoted.body, vouchers=["HALF"]) for token, _ in carts]
        calls: list[Callable[[], Any]] = [*buy[:12], partial(closing, change), *buy[12:]]
        answers = [answer for answer in race(calls) if answer is not None]
        late = check_out(shop, last[0], quoted.body, vouchers=["HALF"])

    assert {answer.body["code"] for answer in answers if answer.status != 201} <= refusals
    assert {answer.status for answer in answers} <= {201, 409, 422}
    assert {order.total_incl_tax for order in Order.objects.all()} <= {Decimal("10.95")}
    assert Order.objects.count() == len([answer for answer in answers if answer.status == 201])
    assert late.status in {409, 422}
    assert late.body["code"] in refusals


def test_what_is_added_meanwhile_is_not_in_the_order_or_was_confirmed(shop: Shop) -> None:
    mug, plate = make_product(price="10.00", stock=100), make_product(price="20.00", stock=100)
    carts = race([partial(cart_with, shop, {"product_id": mug.pk}) for _ in range(8)])

    def add(token: str) -> Any:
        return shop.call("POST", "/api/v1/cart/items/", {"product_id": plate.pk}, X_Cart_Token=token)

    calls: list[Callable[[], Any]] = []
    for token, cart in carts:
        calls += [partial(add, token), partial(check_out, shop, token, cart)]
    answers = race(calls)

    for added, ordered in zip(answers[::2], answers[1::2], strict=True):
        # Either it was first, and the total is another; or it came behind the order, into a new cart.
        assert (added.status, ordered.status) in {(200, 409), (201, 201)}, (added.body, ordered.body)
    assert {order.total_incl_tax for order in Order.objects.all()} <= {Decimal("14.95")}


def test_control_without_comparing_another_total_is_ordered(own_database: str, tmp_path: Path) -> None:
    mug = make_product(price="10.00", stock=1000)
    with unlocked_shop(own_database, tmp_path, "nowhere") as unlocked:
        token, cart = cart_with(unlocked, {"product_id": mug.pk})
        raise_price(StockRecord.objects.get(product=mug).pk, "50.00")
        assert check_out(unlocked, token, cart).status == 201
    assert Order.objects.get().total_incl_tax != Decimal(cart["totals"]["total"]["amount"])
