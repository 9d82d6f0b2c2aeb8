"""C5, the way back: an order cancelled many times at once, and while it is being shipped, gives back once."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from forked_apps.catalogue.models import Product
from forked_apps.order import operations
from forked_apps.order.lifecycle import status_of_order
from forked_apps.order.models import Order
from forked_apps.order.operations import cancel_order, change_order_status
from forked_apps.voucher.models import Voucher, VoucherApplication
from nexus_shop.accounts.models import User
from nexus_shop.api.rest.tokens import log_in
from nexus_shop.core.models import OutboxEvent
from tests.concurrency.shoppers import broken_rules
from tests.factories.shop import make_order, make_product, make_user, make_voucher, stock_of
from tests.servers import Answer, Shop, race

TIMES = 200 if os.environ.get("NEXUS_SOAK") else 40


@pytest.fixture
def mug(own_database: str) -> Product:
    return make_product("Mug", stock=100)


def login(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {log_in(user)['access']}"}


def cancel(shop: Shop, order: Order, headers: dict[str, str]) -> Answer:
    return shop.call("POST", f"/api/v1/orders/{order.handle}/cancel/", {}, **headers)


def ship(shop: Shop, order: Order, headers: dict[str, str]) -> Answer:
    return shop.call("PATCH", f"/api/v1/orders/{order.handle}/status/", {"status": "shipped"}, **headers)


def test_order_cancelled_by_many_at_once_gives_back_once(mug: Product, shop: Shop) -> None:
    make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    customer = make_user()
    order = make_order(mug, quantity=3, user=customer, vouchers=("ONCE",))
    make_order(mug, quantity=5)
    headers = login(customer)

    answers = race([partial(cancel, shop, order, headers)] * TIMES)

    assert Counter(answer.status for answer in answers) == {200: TIMES}
    assert {answer.body["status"] for answer in answers} == {"cancelled"}
    assert (stock_of(mug), VoucherApplication.objects.count()) == ((100, 5), 0)
    assert OutboxEvent.objects.filter(name="OrderCancelled").count() == 1


def test_order_is_either_shipped_or_cancelled(mug: Product, shop: Shop) -> None:
    customer, staff = make_user(), make_user(is_staff=True, is_superuser=True)
    order = make_order(mug, quantity=3, user=customer)
    change_order_status(order.pk, status="processing")
    mine, theirs = login(customer), login(staff)

    answers = race([partial(cancel, shop, order, mine), partial(ship, shop, order, theirs)] * 10)

    cancelled, shipped = answers[::2], answers[1::2]
    order.refresh_from_db()
    if order.status == "cancelled":
        assert {answer.status for answer in cancelled} == {200}
        assert {answer.body["code"] for answer in shipped} == {"status_not_allowed"}
        assert stock_of(mug) == (100, 0)
    else:
        assert Counter(answer.status for answer in shipped) == {200: 1, 409: 9}
        assert {answer.body["code"] for answer in cancelled} == {"order_not_cancellable"}
        assert stock_of(mug) == (97, 0)


def test_control_without_lock_stock_is_given_back_twice(mug: Product, unlocked: Shop) -> None:
    customer = make_user()
    order = make_order(mug, quantity=3, user=customer)
    make_order(mug, quantity=5)

    race([partial(cancel, unlocked, order, login(customer))] * 2)

    assert OutboxEvent.objects.filter(name="OrderCancelled").count() == 2
    assert "I1 allocated stock is what open orders and reservations claim" in broken_rules()


def test_control_without_lock_an_order_is_shipped_and_cancelled(mug: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    order = make_order(mug, quantity=3)
    make_order(mug, quantity=5)
    change_order_status(order.pk, status="processing")
    meeting = threading.Barrier(2)

    def status_behind_the_meeting(lines: Any) -> str:
        meeting.wait(20)
        return status_of_order(lines)

    def alone(call: Callable[[], Any]) -> None:
        try:
            call()
        finally:
            connection.close()

    monkeypatch.setattr(operations, "lock_order", lambda order_id: Order.objects.get(pk=order_id))
    monkeypatch.setattr(operations, "status_of_order", status_behind_the_meeting)
    ways = [
        partial(cancel_order, order.pk, cancelled_by=None),
        partial(change_order_status, order.pk, status="shipped"),
    ]

    race([partial(alone, way) for way in ways])

    assert stock_of(mug) == (97, 2)  # the five of the other order are not all held any more
    assert "I1 allocated stock is what open orders and reservations claim" in broken_rules()
