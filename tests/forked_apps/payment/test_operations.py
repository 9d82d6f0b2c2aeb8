"""Paying at a gateway: each behaviour of it, once charged at most, and where the order stands then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from forked_apps.order.errors import TotalChanged
from forked_apps.order.models import Order, OrderNote, OrderStatusChange, PaymentEvent
from forked_apps.order.operations import change_order_status
from forked_apps.order.records import history_of
from forked_apps.payment import calls
from forked_apps.payment.errors import (
    OrderNotPayable,
    PaymentInProgress,
    PaymentMethodUnknown,
    PaymentStateNotAllowed,
)
from forked_apps.payment.gateways.base import ChargeResult
from forked_apps.payment.gateways.breaker import forget_failures
from forked_apps.payment.models import PaymentAttempt, Source, Transaction
from forked_apps.payment.operations import (
    record_manual_payment,
    settle_attempt,
    start_payment,
    want_capture,
    want_void,
)
from forked_apps.payment.tasks import settle_open_attempts_task
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import begin, grow_old, pay, run_out
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db

TOTAL = Decimal("14.95")


@pytest.fixture
def order(gateway: Loopback) -> Order:
    return make_order(make_product(price="10.00"), payment_method="loopback")  # 14.95 with delivery


def state_of(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.status, order.payment_status


def books_of(order: Order) -> list[tuple[str, Decimal]]:
    rows = Transaction.objects.filter(source__order=order).order_by("pk")
    return [(row.txn_type, row.amount) for row in rows]


def test_approved_charge_pays_the_order_and_lets_it_be_processed(order: Order, gateway: Loopback) -> None:
    attempt = pay(order)
    assert (attempt.status, attempt.amount, attempt.reference[:3]) == ("captured", TOTAL, "ch_")
    assert state_of(order) == ("processing", "paid")
    assert order.pay_by is None
    assert books_of(order) == [("Debit", TOTAL)]
    assert [event.amount for event in PaymentEvent.objects.filter(order=order)] == [TOTAL]
    assert OrderStatusChange.objects.get(order=order).new_status == "processing"
    assert OutboxEvent.objects.filter(name="PaymentReceived").count() == 1
    assert gateway.taken[attempt.idempotency_key] == 1


@pytest.mark.parametrize(
    ("behaviour", "status", "error", "taken"),
    [
        ("decline", "declined", "insufficient_funds", 0),
        ("too_many", "failed", "too_many_requests", 0),
        ("forbidden", "failed", "status_403", 0),
        ("time_out_before", "unknown", "no_answer", 0),
        ("time_out_after", "unknown", "no_answer", 1),
        ("error", "unknown", "status_500", 0),
        ("error_after", "unknown", "status_500", 1),
        ("reset", "unknown", "no_answer", 0),
        ("reset_after", "unknown", "no_answer", 1),
        ("garbage", "unknown", "garbage", 0),
        ("garbage_after", "unknown", "garbage", 1),
        ("action", "requires_action", "", 0),
        ("authorise", "authorised", "", 0),
    ],
)
def test_answer_that_is_no_capture(
    order: Order, gateway: Loopback, behaviour: str, status: str, error: str, taken: int
) -> None:
    attempt = pay(order, behaviour)
    assert (attempt.status, attempt.error_code) == (status, error)
    assert gateway.taken[attempt.idempotency_key] == taken
    assert state_of(order) == ("pending", "authorised" if status == "authorised" else "awaiting")
    assert Source.objects.get(order=order).amount_debited == 0


@pytest.mark.parametrize(
    ("behaviour", "status", "state"),
    [
        ("time_out_before", "failed", ("pending", "awaiting")),
        ("error", "failed", ("pending", "awaiting")),
        ("reset", "failed", ("pending", "awaiting")),
        ("garbage", "failed", ("pending", "awaiting")),
        ("time_out_after", "captured", ("processing", "paid")),
        ("error_after", "captured", ("processing", "paid")),
        ("reset_after", "captured", ("processing", "paid")),
        ("garbage_after", "captured", ("processing", "paid")),
    ],
)
def test_what_nobody_knew_is_found_out(
    order: Order, gateway: Loopback, behaviour: str, status: str, state: tuple[str, str]
) -> None:
    attempt = pay(order, behaviour)
    with pytest.raises(PaymentInProgress):
        start_payment(order.pk, method="manual", expected=Money(TOTAL, "GBP"))
    grow_old()
    settle_open_attempts_task()
    attempt.refresh_from_db()
    assert attempt.status == status
    assert state_of(order) == state
    assert gateway.taken.total() == (1 if status == "captured" else 0)


def test_never_heard_of_is_not_believed_at_once(order: Order, gateway: Loopback) -> None:
    attempt = pay(order, "time_out_before")
    assert calls.check(attempt.pk).status == "unknown"
    grow_old(12)
    settle_open_attempts_task()
    assert PaymentAttempt.objects.get().status == "unknown"
    grow_old(26)
    settle_open_attempts_task()
    assert PaymentAttempt.objects.get().status == "failed"


def test_crash_between_the_steps(order: Order, gateway: Loopback) -> None:
    attempt = begin(order)
    grow_old()
    assert calls.charge(attempt.pk, data={}).status == "started"  # too late to ask
    assert gateway.asked.total() == 0
    settle_open_attempts_task()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.error_code) == ("failed", "not_charged")
    assert pay(order).status == "captured"
    assert gateway.net() == TOTAL


def test_gateway_that_is_not_there(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    attempt = pay(order)
    assert (attempt.status, attempt.error_code) == ("failed", "unreachable")
    assert state_of(order) == ("pending", "awaiting")


def test_declined_order_may_be_paid_otherwise(order: Order, gateway: Loopback) -> None:
    pay(order, "decline")
    begun = start_payment(order.pk, method="manual", expected=Money(TOTAL, "GBP"))
    assert (begun.attempt, begun.source.source_type.code) == (None, "manual")
    record_manual_payment(order.pk, amount=TOTAL, recorded_by=None)
    assert state_of(order) == ("processing", "paid")
    assert Source.objects.filter(order=order).count() == 1
    assert gateway.net() == 0


def test_choosing_to_pay_by_hand_gives_the_time_of_it(order: Order) -> None:
    assert order.pay_by is not None
    start_payment(order.pk, method="manual", expected=Money(TOTAL, "GBP"))
    before = order.pay_by
    order.refresh_from_db()
    assert (order.payment_method, order.pay_by > before + timedelta(days=6)) == ("manual", True)


def test_rest_of_an_order_that_is_paid_in_part(order: Order, gateway: Loopback) -> None:
    record_manual_payment(order.pk, amount=Decimal("4.95"), recorded_by=None)
    with pytest.raises(TotalChanged) as refusal:
        begin(order)
    assert refusal.value.details() == {"totals": {"total": {"amount": "10.00", "currency": "GBP"}}}
    begun = start_payment(order.pk, method="loopback", expected=Money(Decimal("10.00"), "GBP"))
    assert begun.attempt is not None
    calls.charge(begun.attempt.pk, data={})
    assert state_of(order) == ("processing", "paid")
    sources = Source.objects.filter(order=order).order_by("pk")
    assert [(s.source_type.code, s.amount_allocated, s.amount_debited) for s in sources] == [
        ("manual", Decimal("4.95"), Decimal("4.95")),
        ("loopback", Decimal("10.00"), Decimal("10.00")),
    ]


def test_what_cannot_be_started(order: Order, gateway: Loopback) -> None:
    total = Money(TOTAL, "GBP")
    with pytest.raises(NotFound):
        start_payment(999_999, method="loopback", expected=total)
    with pytest.raises(PaymentMethodUnknown):
        start_payment(order.pk, method="gold", expected=total)
    for wrong in (Money(Decimal("14.94"), "GBP"), Money(TOTAL, "EUR"), Money(Decimal("14.96"), "GBP")):
        with pytest.raises(TotalChanged):
            start_payment(order.pk, method="loopback", expected=wrong)
    assert PaymentAttempt.objects.count() == 0
    pay(order)
    with pytest.raises(OrderNotPayable) as refusal:
        start_payment(order.pk, method="loopback", expected=total)
    assert refusal.value.details() == {"order_status": "processing", "payment_status": "paid"}
    assert PaymentAttempt.objects.count() == 1


def test_cancelled_order_cannot_be_paid(order: Order) -> None:
    change_order_status(order.pk, status="cancelled")
    with pytest.raises(OrderNotPayable):
        begin(order)


def test_live_attempt_is_the_answer_to_another_start(order: Order) -> None:
    first = begin(order)
    again = start_payment(order.pk, method="loopback", expected=Money(TOTAL, "GBP"))
    assert (again.attempt, again.is_new) == (first, False)
    with pytest.raises(PaymentInProgress):
        record_manual_payment(order.pk, amount=TOTAL, recorded_by=None)


@pytest.mark.parametrize(
    ("behaviour", "problem"), [("wrong_amount", "amount_mismatch"), ("wrong_currency", "currency_mismatch")]
)
def test_something_else_than_was_asked_for_is_voided(
    order: Order, gateway: Loopback, behaviour: str, problem: str
) -> None:
    attempt = pay(order, behaviour)
    assert (attempt.status, attempt.error_code, attempt.parked_at is not None) == ("unknown", problem, True)
    assert state_of(order) == ("pending", "awaiting")
    assert "It is being voided" in OrderNote.objects.filter(order=order).latest("pk").message
    assert OutboxEvent.objects.get(name="PaymentParked").payload["problem"] == problem
    with pytest.raises(PaymentInProgress):
        begin(order)
    drain()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.parked_at is None, gateway.net()) == ("voided", True, Decimal(0))
    assert pay(order).status == "captured"
    assert state_of(order) == ("processing", "paid")


def test_void_of_something_else_that_the_gateway_did_not_hear_is_asked_for_again(
    order: Order, gateway: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = pay(order, "wrong_amount")
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    drain()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.wanted) == ("unknown", "void")
    monkeypatch.setenv("LOOPBACK_ADDRESS", gateway.address)
    grow_old()
    settle_open_attempts_task()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.parked_at is None, gateway.net()) == ("voided", True, Decimal(0))


def test_something_else_that_comes_after_a_decline_is_voided(order: Order, gateway: Loopback) -> None:
    attempt = pay(order, "wrong_amount")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(status="declined", parked_at=None, wanted="")
    calls.check(attempt.pk)
    drain()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.parked_at is None, gateway.net()) == ("voided", True, Decimal(0))


@pytest.mark.parametrize("status", ["declined", "failed", "voided"])
def test_something_else_that_comes_after_the_end_is_voided_when_the_gateway_is_back(
    order: Order, gateway: Loopback, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    attempt = pay(order, "wrong_amount")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(status=status, parked_at=None, wanted="")
    second = begin(order)
    calls.check(attempt.pk)
    again = start_payment(order.pk, method="loopback", expected=Money(TOTAL, "GBP"))
    assert (again.attempt, again.is_new) == (second, False)
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    drain()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.wanted, attempt.parked_at is None) == ("unknown", "void", False)
    monkeypatch.setenv("LOOPBACK_ADDRESS", gateway.address)
    forget_failures()
    grow_old()
    settle_open_attempts_task()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.parked_at is None, gateway.net()) == ("voided", True, Decimal(0))
    assert pay(order).status == "captured"


def test_authorised_charge_that_is_captured_with_another_amount_is_voided(order: Order, gateway: Loopback) -> None:
    attempt = pay(order, "authorise")
    assert state_of(order) == ("pending", "authorised")
    gateway.charges[attempt.idempotency_key].amount = "15.95"
    want_capture(attempt.pk, requested_by=None)
    drain()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.parked_at is None, gateway.net()) == ("voided", True, Decimal(0))
    assert state_of(order) == ("pending", "awaiting")
    assert pay(order).status == "captured"
    assert state_of(order) == ("processing", "paid")


def test_authorised_is_captured_by_staff(order: Order, gateway: Loopback) -> None:
    attempt = pay(order, "authorise")
    assert state_of(order) == ("pending", "authorised")
    want_capture(attempt.pk, requested_by=make_user(is_staff=True).pk)
    assert calls.finish(attempt.pk).status == "captured"
    assert state_of(order) == ("processing", "paid")
    assert books_of(order) == [("Authorise", TOTAL), ("Debit", TOTAL)]
    for decide in (want_capture, want_void):
        with pytest.raises(PaymentStateNotAllowed):
            decide(attempt.pk, requested_by=None)
    with pytest.raises(NotFound):
        want_void(999_999, requested_by=None)


def test_authorised_is_let_go_by_staff(order: Order, gateway: Loopback) -> None:
    attempt = pay(order, "authorise")
    want_void(attempt.pk, requested_by=None)
    drain()
    attempt.refresh_from_db()
    assert attempt.status == "voided"
    assert state_of(order) == ("pending", "awaiting")
    assert gateway.net() == 0


def test_capture_that_the_gateway_did_not_hear_is_asked_for_again(
    order: Order, gateway: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = pay(order, "authorise")
    want_capture(attempt.pk, requested_by=None)
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    assert calls.finish(attempt.pk).status == "authorised"
    monkeypatch.setenv("LOOPBACK_ADDRESS", gateway.address)
    grow_old()
    settle_open_attempts_task()
    assert state_of(order) == ("processing", "paid")


def test_shopper_who_comes_back_late_from_the_gateway(order: Order, gateway: Loopback) -> None:
    attempt = pay(order, "action")
    assert attempt.data["next_action"]["url"] == "https://loopback.example/3ds"
    gateway.take(attempt.idempotency_key)
    assert calls.check(attempt.pk).status == "captured"
    assert state_of(order) == ("processing", "paid")


def test_shopper_who_never_comes_back(order: Order, gateway: Loopback) -> None:
    attempt = pay(order, "action")
    assert calls.check(attempt.pk).status == "requires_action"
    run_out(order)
    assert calls.check(attempt.pk).status == "voided"
    gateway.take(attempt.idempotency_key)  # too late: the gateway has let it go
    assert gateway.net() == 0


def test_settled_twice_is_settled_once(order: Order) -> None:
    attempt = pay(order)
    result = ChargeResult("captured", TOTAL, "GBP", attempt.reference)
    for again in (result, ChargeResult("declined"), ChargeResult("authorised", TOTAL, "GBP"), result):
        settle_attempt(attempt.pk, result=again)
    assert books_of(order) == [("Debit", TOTAL)]
    assert state_of(order) == ("processing", "paid")


def test_money_that_was_taken_twice_goes_back_once(order: Order, gateway: Loopback) -> None:
    first = pay(order, "time_out_after")
    settle_attempt(first.pk, result=ChargeResult("failed", error="not_charged"))  # a gateway that forgot for a while
    second = pay(order)
    grow_old()
    calls.check(first.pk)
    drain()
    first.refresh_from_db()
    assert (first.status, second.status) == ("captured", "captured")
    assert gateway.net() == TOTAL
    assert state_of(order) == ("processing", "paid")
    assert books_of(order) == [("Debit", TOTAL), ("Debit", TOTAL), ("Refund", TOTAL)]


def test_late_authorisation_is_let_go(order: Order, gateway: Loopback) -> None:
    attempt = pay(order, "authorise")
    PaymentAttempt.objects.update(status="failed")
    settle_attempt(attempt.pk, result=ChargeResult("authorised", TOTAL, "GBP"))
    assert PaymentAttempt.objects.get().wanted == "void"
    drain()
    assert gateway.charges[attempt.idempotency_key].status == "voided"
    assert state_of(order) == ("pending", "awaiting")


def test_late_authorisation_is_let_go_when_the_gateway_is_back(
    order: Order, gateway: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = pay(order, "authorise")
    PaymentAttempt.objects.update(status="declined")
    settle_attempt(attempt.pk, result=ChargeResult("authorised", TOTAL, "GBP"))
    assert OutboxEvent.objects.get(name="PaymentParked").payload["problem"] == "late_authorisation"
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    drain()
    monkeypatch.setenv("LOOPBACK_ADDRESS", gateway.address)
    forget_failures()
    grow_old()
    settle_open_attempts_task()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.wanted, gateway.charges[attempt.idempotency_key].status) == ("voided", "", "voided")


def test_history_knows_staff_whose_account_is_gone(order: Order) -> None:
    staff = make_user(is_staff=True)
    record_manual_payment(order.pk, amount=TOTAL, recorded_by=staff.pk)
    staff.delete()
    (entry,) = [each for each in history_of(order.pk, for_staff=True, after=None, limit=10) if each.kind == "payment"]
    assert (entry.role, entry.actor_id, entry.actor_name) == ("staff", None, "")


def test_database_refuses_a_second_live_charge_and_changes_of_the_ledger(order: Order) -> None:
    attempt = pay(order)
    PaymentAttempt.objects.update(status="started")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentAttempt.objects.create(
            order=order, source=attempt.source, kind="charge", method="x", amount=1, currency="GBP", idempotency_key="k"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentAttempt.objects.update(amount=0)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Transaction.objects.update(amount=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Transaction.objects.all().delete()


def test_manual_payment_in_full_lets_the_order_be_processed() -> None:
    mug = make_product(price="10.00")
    order = make_order(mug)
    record_manual_payment(order.pk, amount=TOTAL, recorded_by=None)
    assert state_of(order) == ("processing", "paid")
    assert stock_of(mug) == (5, 1)
    assert order.lines.get().units == {"processing": 1}


def test_manual_payment_of_goods_on_their_way_moves_nothing() -> None:
    order = make_order(make_product(price="10.00"))
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    record_manual_payment(order.pk, amount=TOTAL, recorded_by=None)
    assert state_of(order) == ("shipped", "paid")


def test_times_are_those_of_the_methods(order: Order) -> None:
    assert order.pay_by is not None
    assert timedelta(minutes=14) < order.pay_by - timezone.now() < timedelta(minutes=16)
