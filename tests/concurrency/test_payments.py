"""C7, C8, C9, F4: those who bring news of one payment at once, refunds at once, payment against expiry and cancelling.

Real connections, a real gateway over HTTP; each thread has its own connection to the database.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import pytest
from django.db import connection

from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.payment import calls, expiry, ledger, operations, refunds
from forked_apps.payment.errors import OrderNotPayable, RefundExceedsPayment
from forked_apps.payment.expiry import expire_unpaid_orders
from forked_apps.payment.gateway_events import record_gateway_event
from forked_apps.payment.gateways.base import ChargeResult
from forked_apps.payment.gateways.breaker import forget_failures
from forked_apps.payment.ledger import live_charge
from forked_apps.payment.models import PaymentAttempt, Source, Transaction
from forked_apps.payment.operations import settle_attempt, start_payment
from forked_apps.payment.refunds import refund_payment
from forked_apps.payment.tasks import settle_open_attempts_task
from nexus_shop.core.errors import DomainError
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import begin, grow_old, pay, run_out
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.peers.loopback import Loopback, LoopbackGateway, signed
from tests.servers import race, serving

ROUNDS = 20 if os.environ.get("NEXUS_SOAK") else 3
R = TypeVar("R")


def alone(call: Callable[[], R]) -> Callable[[], R | str]:
    """The call in a thread: a refusal is its code, and its connection is closed."""

    def run() -> R | str:
        try:
            return call()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    return run


def order_of(price: str = "10.00", stock: int = 5) -> Order:
    return make_order(make_product(price=price, stock=stock), payment_method="loopback")


def unlocked_sources(order: Order) -> list[Source]:
    return list(Source.objects.filter(order=order).select_related("source_type").order_by("pk"))


def captured(attempt: PaymentAttempt) -> ChargeResult:
    """What the gateway says of a charge that it has taken."""
    return ChargeResult("captured", reference="taken", amount=attempt.amount, currency=attempt.currency)


def test_answer_webhook_and_look_up_at_once(books: Loopback) -> None:
    for _ in range(ROUNDS):
        order = order_of()
        attempt = pay(order, "action")
        books.take(attempt.idempotency_key)
        body = books.event(attempt.idempotency_key)
        event = LoopbackGateway().read_event(signed(body), body)

        def follow(event: Any = event) -> Any:
            record_gateway_event("loopback", event=event)
            return drain()

        racers: list[Callable[[], Any]] = [partial(calls.check, attempt.pk)] * 4
        race([alone(call) for call in [*racers, *[follow] * 4, settle_open_attempts_task]])
        drain()
        order.refresh_from_db()
        assert (order.status, order.payment_status) == ("processing", "paid")
        assert [row.amount for row in Transaction.objects.filter(source__order=order)] == [Decimal("14.95")]
        assert books.taken[attempt.idempotency_key] == 1


def test_twenty_refunds_of_a_tenth_at_once(books: Loopback) -> None:
    order = order_of(price="95.05")
    pay(order)

    def refund() -> str:
        return calls.refund(refund_payment(order.pk, amount=Money(Decimal("10.00"), "GBP")).pk).status

    answers = Counter(race([alone(refund)] * 20))
    drain()
    assert answers == {"refunded": 10, RefundExceedsPayment.code: 10}
    source = Source.objects.get(order=order)
    assert (source.amount_debited, source.amount_refunded) == (Decimal("100.00"), Decimal("100.00"))
    assert (books.net(), books.paid_back.total()) == (Decimal(0), 10)
    order.refresh_from_db()
    assert order.payment_status == "refunded"


def test_many_starts_at_once_are_one_charge(books: Loopback) -> None:
    order = order_of()
    begun = race(
        [alone(lambda: start_payment(order.pk, method="loopback", expected=Money(Decimal("14.95"), "GBP")))] * 12
    )
    assert sum(1 for each in begun if not isinstance(each, str) and each.is_new) == 1
    assert len({each.attempt.pk for each in begun if not isinstance(each, str) and each.attempt}) == 1


def test_one_key_sent_often_at_once_over_http_is_one_charge(books: Loopback, own_database: str) -> None:
    environment = {"PAYMENT_METHODS": "manual,tests.peers.loopback.LoopbackGateway", "LOOPBACK_ADDRESS": books.address}
    user = make_user()
    order = make_order(make_product(price="10.00"), user=user, payment_method="loopback")
    with serving(own_database, environment=environment, workers=2) as shop:
        login = {"email": user.email, "password": "secret-password"}
        token = shop.call("POST", "/api/v1/auth/login/", login).body["access"]
        body = {
            "order": order.handle,
            "method": "loopback",
            "expected_amount": {"amount": "14.95", "currency": "GBP"},
            "data": {},
        }
        headers = {"Authorization": f"Bearer {token}", "Idempotency_Key": "one-key"}
        keyed = race([partial(shop.call, "POST", "/api/v1/payments/", body, **headers)] * 10)
        bare = race([partial(shop.call, "POST", "/api/v1/payments/", body, Authorization=headers["Authorization"])] * 6)
    assert {answer.status for answer in keyed} <= {201, 409}
    assert {answer.body["code"] for answer in keyed if answer.status == 409} <= {"idempotency_key_in_flight"}
    assert {answer.body["code"] for answer in bare} == {OrderNotPayable.code}
    assert len({answer.body["id"] for answer in keyed if answer.status == 201}) == 1
    assert books.taken.total() == 1


def test_payment_against_expiry(books: Loopback) -> None:
    ends = Counter[tuple[str, str]]()
    for _ in range(ROUNDS * 3):
        order = order_of(stock=1)
        run_out(order)

        def paid(order: Order = order) -> str:
            return calls.charge(begin(order).pk, data={}).status

        race([alone(paid), alone(partial(expire_unpaid_orders, 10)), alone(partial(expire_unpaid_orders, 10))])
        drain()
        order.refresh_from_db()
        ends[order.status, order.payment_status] += 1
        assert stock_of(order.lines.get().product) == (1, 1 if order.status == "processing" else 0)
    assert set(ends) <= {("processing", "paid"), ("cancelled", "awaiting")}
    assert books.net() == ends["processing", "paid"] * Decimal("14.95")


def test_control_without_lock_an_order_expires_while_it_is_paid(
    books: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither sees the other: the order is given up, its stock sold, and the shopper charged all the same."""
    order = order_of(stock=1)
    run_out(order)
    meeting = threading.Barrier(2)

    def live_before_meeting(order_id: int) -> PaymentAttempt | None:
        found = live_charge(order_id)
        meeting.wait(20)
        return found

    with monkeypatch.context() as unlocked:
        unlocked.setattr(operations, "lock_order", lambda order_id: Order.objects.get(pk=order_id))
        unlocked.setattr(expiry, "STILL_DUE", expiry.STILL_DUE.replace("FOR UPDATE OF o SKIP LOCKED", ""))
        for module in (operations, expiry):
            unlocked.setattr(module, "lock_sources", unlocked_sources)
            unlocked.setattr(module, "live_charge", live_before_meeting)
        begun, is_expired = race([alone(lambda: begin(order)), alone(partial(expiry.expire_order, order.pk))])

    assert isinstance(begun, PaymentAttempt)
    assert is_expired
    make_order(order.lines.get().product)
    assert settle_attempt(begun.pk, result=captured(begun)).status == "captured"
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_control_without_lock_money_of_a_cancelled_order_stays(
    books: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who brings the money has read the order before it was cancelled, and goes on as if it were not."""
    order = order_of()
    attempt = pay(order, "action")
    has_read, may_go_on = threading.Event(), threading.Event()

    def read_without_lock(order_id: int) -> Order:
        read = Order.objects.get(pk=order_id)
        if threading.current_thread() is not threading.main_thread():
            has_read.set()
            may_go_on.wait(20)
        return read

    monkeypatch.setattr(operations, "lock_order", read_without_lock)
    late = threading.Thread(target=alone(lambda: settle_attempt(attempt.pk, result=captured(attempt))))
    late.start()
    assert has_read.wait(20)
    change_order_status(order.pk, status="cancelled")
    drain()
    may_go_on.set()
    late.join(20)
    drain()

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "paid")
    assert not PaymentAttempt.objects.filter(kind="refund").exists()


def test_cancelled_against_captured(books: Loopback) -> None:
    for _ in range(ROUNDS * 2):
        order = order_of()
        attempt = pay(order, "time_out_after" if _ == 0 else "action")
        books.take(attempt.idempotency_key)
        cancel = partial(change_order_status, order.pk, status="cancelled")
        race([alone(cancel), alone(partial(calls.check, attempt.pk))])
        drain()
        order.refresh_from_db()
        assert order.status == "cancelled"
        assert order.payment_status == "refunded"
        assert stock_of(order.lines.get().product) == (5, 0)
    assert books.net() == 0


def test_two_workers_expire_each_order_once(books: Loopback) -> None:
    mug = make_product(stock=30)
    orders = [make_order(mug) for _ in range(30)]
    for order in orders:
        run_out(order)
    counts = race([alone(partial(expire_unpaid_orders, 100))] * 3)
    assert sum(count for count in counts if not isinstance(count, str)) + expire_unpaid_orders(100) == 30
    assert stock_of(mug) == (30, 0)


def test_open_payments_are_shared_by_workers(books: Loopback) -> None:
    mug = make_product(price="10.00", stock=50)
    for _ in range(8):
        pay(make_order(mug, payment_method="loopback"), "error_after")
        forget_failures()  # else the breaker surely keeps the later ones from being asked for
    grow_old()
    race([alone(settle_open_attempts_task)] * 4)
    assert set(PaymentAttempt.objects.values_list("status", flat=True)) == {"captured"}
    assert set(Order.objects.values_list("status", "payment_status")) == {("processing", "paid")}


def test_control_refunds_without_the_lock_exceed_the_payment(books: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the order's lock and the sources' the same race promises more than there is."""
    order = order_of(price="95.05")
    pay(order)
    meeting = threading.Barrier(4)

    counted = ledger.refundable

    def refundable_after_meeting(source: Source, *, charge: PaymentAttempt | None) -> Decimal:
        left = counted(source, charge=charge)
        if charge is not None:
            meeting.wait(10)
        return left

    monkeypatch.setattr(refunds, "lock_order", lambda order_id: Order.objects.get(pk=order_id))
    monkeypatch.setattr(refunds, "lock_sources", unlocked_sources)
    monkeypatch.setattr(refunds, "refundable", refundable_after_meeting)
    race([alone(lambda: refund_payment(order.pk, amount=Money(Decimal("100.00"), "GBP")))] * 4)
    promised = PaymentAttempt.objects.filter(kind="refund")
    assert sum(refund.amount for refund in promised) == Decimal("400.00")
