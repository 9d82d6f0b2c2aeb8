"""C8: prices that change while carts are completed. Nobody is charged another total than the one confirmed."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection

from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import change_price
from tests.concurrency.conftest import unlocked_shop
from tests.concurrency.shoppers import cart_with, check_out
from tests.factories.shop import make_product
from tests.servers import Shop, race


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


def test_control_without_comparing_another_total_is_ordered(own_database: str, tmp_path: Path) -> None:
    mug = make_product(price="10.00", stock=1000)
    with unlocked_shop(own_database, tmp_path, "nowhere") as unlocked:
        token, cart = cart_with(unlocked, {"product_id": mug.pk})
        raise_price(StockRecord.objects.get(product=mug).pk, "50.00")
        assert check_out(unlocked, token, cart).status == 201
    assert Order.objects.get().total_incl_tax != Decimal(cart["totals"]["total"]["amount"])
