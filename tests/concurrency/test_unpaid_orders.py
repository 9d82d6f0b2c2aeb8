"""C9: hundreds of orders run out of time, two workers give back what they held, and some are paid that moment."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from forked_apps.order import operations as order_operations
from forked_apps.order.lifecycle import status_of_order
from forked_apps.order.models import Order
from forked_apps.payment import calls, expiry
from forked_apps.payment.expiry import expire_unpaid_orders
from forked_apps.payment.gateways.base import ChargeResult
from forked_apps.payment.gateways.breaker import forget_failures
from forked_apps.payment.models import PaymentAttempt
from forked_apps.payment.operations import settle_attempt
from forked_apps.payment.tasks import expire_unpaid_orders_task
from nexus_shop.core.worker import drain
from tests.concurrency.shoppers import broken_rules
from tests.factories.payments import begin, run_out
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.peers.loopback import Loopback
from tests.servers import race

HOLDS = 500 if os.environ.get("NEXUS_SOAK") else 200
LATE = 20
PATIENCE = 60.0


def own(call: Callable[[], Any]) -> Callable[[], Any]:
    """The call in a thread of its own, whose connection is closed."""

    def run() -> Any:
        try:
            return call()
        finally:
            connection.close()

    return run


def said_to_be_unpaid(order: Order) -> PaymentAttempt:
    """The shopper has tried, and the gateway has said that nothing came of it."""
    attempt = begin(order)
    return settle_attempt(attempt.pk, result=ChargeResult("failed", error="not_charged"))


def pay_late(books: Loopback, attempt: PaymentAttempt) -> None:
    """It has taken the money all the same, and says so now."""
    body = {"key": attempt.idempotency_key, "amount": str(attempt.amount), "currency": "GBP", "data": {}}
    books.answer("POST", "charges", body)
    calls.check(attempt.pk)


def test_unpaid_orders_are_released_within_a_minute_and_late_money_is_never_lost(books: Loopback) -> None:
    mug, customer = make_product(stock=HOLDS + 5), make_user()
    orders = [make_order(mug, user=customer, payment_method="loopback") for _ in range(HOLDS)]
    attempts = [said_to_be_unpaid(order) for order in orders[:: HOLDS // LATE][:LATE]]
    Order.objects.update(pay_by=orders[0].date_placed)
    drain()

    begin_of_all = time.monotonic()
    race(
        [
            *[own(expire_unpaid_orders_task)] * 2,
            *[own(partial(pay_late, books, attempt)) for attempt in attempts],
        ]
    )
    while expire_unpaid_orders(100):
        pass
    for attempt in attempts:  # the poller comes again: a gateway may have been away
        forget_failures()
        calls.check(attempt.pk)
    seconds = time.monotonic() - begin_of_all
    drain()

    ends = Counter(Order.objects.values_list("status", "payment_status"))
    paid = ends["processing", "paid"]
    assert set(ends) <= {("processing", "paid"), ("cancelled", "awaiting"), ("cancelled", "refunded")}
    assert paid + ends["cancelled", "refunded"] == LATE
    assert stock_of(mug) == (HOLDS + 5, paid)
    assert books.net() == (Order.objects.filter(payment_status="paid").aggregate(sum=Sum("total_incl_tax"))["sum"] or 0)
    assert seconds < PATIENCE
    print(f"C9: {HOLDS} unpaid orders released in {seconds:.1f} s, {dict(ends)}")


def test_control_without_lock_an_order_gives_back_twice(own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mug = make_product(stock=9)
    order = make_order(mug, quantity=2)
    make_order(mug, quantity=3)
    run_out(order)
    meeting = threading.Barrier(2)
    monkeypatch.setattr(expiry, "STILL_DUE", expiry.STILL_DUE.replace("FOR UPDATE OF o SKIP LOCKED", ""))
    monkeypatch.setattr(expiry, "lock_sources", lambda order: [])
    monkeypatch.setattr(Order, "save", lambda *arguments, **options: None)  # it waits for a rival's as well

    def status_behind_the_meeting(lines: Any) -> str:
        meeting.wait(20)
        return status_of_order(lines)

    monkeypatch.setattr(order_operations, "status_of_order", status_behind_the_meeting)

    race([own(partial(expiry.expire_order, order.pk))] * 2)

    assert own_database
    assert "I1 allocated stock is what open orders and reservations claim" in broken_rules()
