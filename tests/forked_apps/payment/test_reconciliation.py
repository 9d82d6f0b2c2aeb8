"""F6: breaks between the books are found, settled where that helps, and nothing else is reported."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.payment.gateway_events import apply_gateway_event, record_gateway_event
from forked_apps.payment.gateways.base import ChargeResult, IncomingEvent
from forked_apps.payment.models import GatewayEvent, PaymentAttempt, Source
from forked_apps.payment.operations import settle_attempt
from forked_apps.payment.reconciliation import reconcile
from forked_apps.payment.refunds import refund_payment
from nexus_shop.core.models import QueuedTask
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import begin, grow_old, pay
from tests.factories.shop import make_order, make_product
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db


def new_order() -> Order:
    return make_order(make_product(price="10.00"), payment_method="loopback")


def report() -> list[tuple[str, bool]]:
    return [(each.problem, each.is_repaired) for each in reconcile(days=1)]


def test_clean_books_are_silent(gateway: Loopback) -> None:
    for behaviour in ("approve", "approve", "decline", "authorise", "action"):
        pay(new_order(), behaviour)
    voided, refunded = pay(new_order(), "authorise"), pay(new_order())
    settle_attempt(voided.pk, result=ChargeResult("voided"))
    gateway.charges[voided.idempotency_key].status = "voided"
    refund = refund_payment(refunded.order_id, amount=Money(Decimal("1.00"), "GBP"))
    settle_attempt(refund.pk, result=ChargeResult("refunded", Decimal("1.00"), "GBP"))
    failed = pay(new_order(), "too_many")
    assert failed.status == "failed"
    assert report() == []
    out = StringIO()
    call_command("payments", "reconcile", stdout=out)
    assert out.getvalue() == "the books agree\n"


def test_charge_that_the_shop_has_missed_is_settled(gateway: Loopback) -> None:
    missed = pay(new_order(), "time_out_after")
    forgotten = pay(new_order(), "time_out_after")
    settle_attempt(forgotten.pk, result=ChargeResult("failed", error="not_charged"))
    assert report() == [("charge_without_order", True), ("charge_without_order", True)]
    assert set(Order.objects.values_list("status", "payment_status")) == {("processing", "paid")}
    assert {missed.order_id, forgotten.order_id} == set(Order.objects.values_list("pk", flat=True))
    assert report() == []


def test_attempt_that_was_never_made_is_ended(gateway: Loopback) -> None:
    begin(new_order())
    assert report() == [("open", False)]
    grow_old()
    assert report() == [("open", True)]
    assert report() == []


def test_payment_that_the_gateway_does_not_know(gateway: Loopback) -> None:
    attempt = pay(new_order())
    del gateway.charges[attempt.idempotency_key]
    assert report() == [("order_without_charge", False)]
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 differences"):
        call_command("payments", "reconcile", stdout=out)
    assert out.getvalue().startswith("OPEN  order_without_charge")


def test_amount_and_currency_that_differ(gateway: Loopback) -> None:
    amount, currency = pay(new_order()), pay(new_order())
    gateway.charges[amount.idempotency_key].amount = "1.00"
    gateway.charges[currency.idempotency_key].currency = "USD"
    assert report() == [("amount_differs", False), ("amount_differs", False)]


def test_wrong_amount_of_a_missed_charge_is_told_and_voided(gateway: Loopback) -> None:
    attempt = pay(new_order(), "time_out_after")
    gateway.charges[attempt.idempotency_key].amount = "1.00"
    assert report() == [("charge_without_order", False), ("parked", False)]
    assert report() == [("parked", False)]
    drain()
    assert (report(), gateway.net()) == ([], Decimal(0))


def test_refund_that_did_not_go_out_is_sent(gateway: Loopback) -> None:
    attempt = pay(new_order())
    refund_payment(attempt.order_id, amount=Money(Decimal("5.00"), "GBP"))
    QueuedTask.objects.all().delete()
    assert report() == [("missing_refund", True)]
    assert gateway.net() == Decimal("9.95")
    assert report() == []


def test_own_books_that_do_not_add_up(gateway: Loopback) -> None:
    paid, source = new_order(), pay(new_order()).source
    Order.objects.filter(pk=paid.pk).update(payment_status="paid")
    Source.objects.filter(pk=source.pk).update(amount_refunded=Decimal("1.00"))
    assert sorted(report()) == [
        ("paid_without_charge", False),
        ("paid_without_charge", False),
        ("source_differs_from_transactions", False),
    ]


def test_money_of_a_cancelled_order_that_was_not_given_back(gateway: Loopback) -> None:
    attempt = pay(new_order())
    change_order_status(attempt.order_id, status="cancelled")
    assert report() == [("charge_of_cancelled_order", False)]


def test_event_of_nothing_of_ours(gateway: Loopback) -> None:
    result = ChargeResult("captured", Decimal(1), "GBP", "ch_foreign")
    record_gateway_event("loopback", event=IncomingEvent("evt-1", "charge", {}, "foreign", result))
    assert not apply_gateway_event(GatewayEvent.objects.get().pk)
    assert report() == [("charge_without_order", False)]


def test_gateway_that_is_away_or_gone(gateway: Loopback, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    pay(new_order())
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    assert report() == [("gateway_away", False)]
    settings.PAYMENT_METHODS = ["manual"]
    assert report() == [("gateway_not_configured", False)]
    assert PaymentAttempt.objects.get().status == "captured"
