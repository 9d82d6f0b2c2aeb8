"""Money by hand that comes in parts around the end of the time to pay: it is one sum, whenever its parts came."""

import os
import threading
from decimal import Decimal
from typing import Any, Final

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forked_apps.catalogue.models import Product
from forked_apps.checkout.invariants import violations
from forked_apps.order.models import Order, OrderNote
from forked_apps.order.operations import cancel_order
from forked_apps.payment import calls
from forked_apps.payment.errors import AmountNotOpen, RefundExceedsPayment
from forked_apps.payment.expiry import expire_order
from forked_apps.payment.gateways.base import ChargeResult
from forked_apps.payment.models import PaymentAttempt, Source
from forked_apps.payment.operations import record_manual_payment, settle_attempt
from forked_apps.payment.queries import still_due
from forked_apps.payment.reconciliation import reconcile
from forked_apps.payment.refunds import refund_payment
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import pay, run_out
from tests.factories.shop import make_order, make_product, stock_of
from tests.peers.loopback import Loopback

TIMES: Final = 400 if os.environ.get("NEXUS_SOAK") else 40
TOTAL: Final = Decimal("14.95")  # a mug of 10.00 with delivery


def record(order: Order, amount: str | Decimal) -> None:
    record_manual_payment(order.pk, amount=Decimal(amount), recorded_by=None)


def pay_out(order: Order, amount: str | Decimal) -> None:
    refund_payment(order.pk, amount=Money(Decimal(amount), "GBP"))


def expire(order: Order) -> None:
    run_out(order)
    expire_order(order.pk)
    drain()


def state(order: Order) -> tuple[str, str, str]:
    order.refresh_from_db()
    return order.status, order.payment_status, order.cancel_reason


def refunds(order: Order) -> list[tuple[str, str]]:
    rows = PaymentAttempt.objects.filter(order=order, kind="refund").order_by("pk")
    return [(str(row.amount), row.status) for row in rows]


TAKEN_BACK: Final = ("processing", "paid", "")
GIVEN_UP: Final = ("cancelled", "awaiting", "payment_expired")


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["in time", "late"])
def test_last_part_takes_the_order_back(first: str) -> None:
    mug = make_product(price="10.00")
    order = make_order(mug)
    if first == "in time":
        record(order, "5.00")
    expire(order)
    if first == "late":
        record(order, "5.00")
    assert (state(order), refunds(order), still_due(order)) == (
        *(GIVEN_UP, [("5.00", "requires_action")], Decimal("9.95")),
    )
    record(order, "9.95")
    drain()
    assert (state(order), refunds(order)) == (TAKEN_BACK, [("5.00", "voided")])
    assert (stock_of(mug), still_due(order)) == ((5, 1), Decimal(0))
    note = "No longer to be paid back by hand: 5.00 GBP. The order goes on."
    assert OrderNote.objects.filter(order=order, message=note).count() == 1
    assert (violations(), reconcile(days=1)) == ([], [])


@pytest.mark.django_db
def test_part_that_was_paid_out_is_gone() -> None:
    order = make_order(make_product(price="10.00"))
    record(order, "5.00")
    expire(order)
    pay_out(order, "3.00")
    with pytest.raises(AmountNotOpen) as refusal:
        record(order, "12.96")
    assert refusal.value.details() == {"open": "12.95"}
    record(order, "12.95")
    assert (state(order), refunds(order)) == (TAKEN_BACK, [("2.00", "voided"), ("3.00", "refunded")])
    assert violations() == []


@pytest.mark.django_db
def test_part_that_came_when_the_other_was_paid_out_waits_for_it() -> None:
    order = make_order(make_product(price="10.00"))
    record(order, "5.00")
    expire(order)
    pay_out(order, "5.00")
    record(order, "9.95")
    assert state(order)[0] == "cancelled"
    assert refunds(order) == [("5.00", "refunded"), ("9.95", "requires_action")]
    record(order, "5.00")
    assert (state(order), refunds(order)) == (TAKEN_BACK, [("5.00", "refunded"), ("9.95", "voided")])
    assert violations() == []


@pytest.mark.django_db
def test_all_parts_go_back_where_the_goods_are_gone() -> None:
    mug = make_product(price="10.00", stock=1)
    order = make_order(mug)
    record(order, "5.00")
    expire(order)
    make_order(mug)
    record(order, "9.95")
    assert state(order) == ("cancelled", "paid", "payment_expired")  # until it is paid out
    assert refunds(order) == [("5.00", "requires_action"), ("9.95", "requires_action")]
    assert violations() == []


@pytest.mark.django_db
def test_no_more_is_kept_than_the_order_costs(gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), payment_method="loopback")
    attempt = pay(order, "time_out_after")
    settle_attempt(attempt.pk, result=ChargeResult("failed", error="not_charged"))
    record(order, "5.00")
    expire(order)
    calls.check(attempt.pk)  # all of it was taken after all
    drain()
    assert (state(order), refunds(order)) == (TAKEN_BACK, [("5.00", "requires_action")])
    assert violations() == []


@pytest.mark.django_db
def test_order_that_the_customer_cancelled_stays_cancelled() -> None:
    order = make_order(make_product(price="10.00"))
    assert still_due(order) == TOTAL
    assert still_due(cancel_order(order.pk, cancelled_by=None)) == 0
    drain()
    record(order, "5.00")
    record(order, "9.95")
    assert state(order)[0] == "cancelled"
    assert refunds(order) == [("5.00", "requires_action"), ("9.95", "requires_action")]
    with pytest.raises(AmountNotOpen) as refusal:
        record(order, "0.01")
    assert refusal.value.details() == {"open": "0.00"}


# Any order of what staff do


@pytest.fixture
def mug(own_database: str) -> Product:
    """Committed, as all that follows."""
    return make_product(price="10.00", stock=10_000)


pennies = st.integers(1, 1495).map(lambda count: Decimal(count).scaleb(-2))
steps = st.lists(
    st.one_of(st.tuples(st.sampled_from(["record", "pay out"]), pennies), st.just(("expire", Decimal(0)))), max_size=8
)


@settings(max_examples=TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=steps)
def test_whatever_staff_did_the_rest_takes_an_expired_order_back(
    mug: Product, story: list[tuple[str, Decimal]]
) -> None:
    order = make_order(mug)
    came = went = Decimal(0)
    for step, amount in story:
        try:
            if step == "expire":
                expire(order)
            elif step == "record":
                record(order, amount)
                came += amount
            else:
                pay_out(order, amount)
                went += amount
        except (AmountNotOpen, RefundExceedsPayment):
            continue
    expire(order)
    source = Source.objects.get(order=order)
    assert (source.amount_debited, source.amount_refunded) == (came, went)
    order.refresh_from_db()
    if order.status == "cancelled":
        assert still_due(order) == TOTAL - came + went
        record(order, still_due(order))
        drain()
        assert state(order) == TAKEN_BACK
    assert not PaymentAttempt.objects.filter(order=order, status="requires_action").exists()
    assert violations() == []


def test_part_is_paid_out_while_the_other_comes(mug: Product) -> None:
    for _ in range(6):
        order = make_order(mug)
        record(order, "5.00")
        expire(order)
        at_once(lambda order=order: pay_out(order, "5.00"), lambda order=order: record(order, "9.95"))
        drain()
        if state(order)[0] == "cancelled":  # it was paid out first
            assert refunds(order) == [("5.00", "refunded"), ("9.95", "requires_action")]
        else:  # the order had been taken back: a concession
            assert (state(order)[1], refunds(order)) == (
                "partially_refunded",
                [("5.00", "voided"), ("5.00", "refunded")],
            )
        assert violations() == []


def at_once(*actions: Any) -> None:
    """Each in a thread and on a connection of its own, let go together."""
    gate = threading.Barrier(len(actions))

    def run(action: Any) -> None:
        connection.ensure_connection()
        gate.wait()
        try:
            action()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
