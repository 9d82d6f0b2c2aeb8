"""Giving money back: never more than came, once."""

from decimal import Decimal

import pytest

from forked_apps.checkout.invariants import violations
from forked_apps.order.models import Order, OrderNote
from forked_apps.order.operations import change_order_status
from forked_apps.payment import calls
from forked_apps.payment.errors import RefundExceedsPayment
from forked_apps.payment.models import PaymentAttempt, Source
from forked_apps.payment.operations import record_manual_payment
from forked_apps.payment.queries import find_refund, refunds_of, refunds_page
from forked_apps.payment.refunds import refund_cancelled_order, refund_payment
from forked_apps.payment.tasks import settle_open_attempts_task
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import grow_old, pay
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(gateway: Loopback) -> Order:
    made = make_order(make_product(price="95.05"), payment_method="loopback")  # 100.00 with delivery
    pay(made)
    return made


def pounds(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def payment_status(order: Order) -> str:
    order.refresh_from_db()
    return order.payment_status


def test_part_and_rest_are_given_back(order: Order, gateway: Loopback) -> None:
    staff = make_user(is_staff=True)
    first = refund_payment(order.pk, amount=pounds("30.00"), reason="Scratched", requested_by=staff.pk)
    assert (first.status, first.requested_by, first.reason) == ("started", staff, "Scratched")
    assert payment_status(order) == "paid"
    assert calls.refund(first.pk).status == "refunded"
    assert payment_status(order) == "partially_refunded"
    calls.refund(refund_payment(order.pk, amount=pounds("70.00")).pk)
    assert payment_status(order) == "refunded"
    assert Source.objects.get().amount_refunded == Decimal("100.00")
    assert gateway.net() == 0
    assert [e.payload["amount"] for e in OutboxEvent.objects.filter(name="PaymentRefunded").order_by("pk")] == [
        "30.00",
        "70.00",
    ]


@pytest.mark.parametrize("amount", ["100.01", "1000", "0", "-5"])
def test_amount_that_cannot_go_back(order: Order, amount: str) -> None:
    with pytest.raises(RefundExceedsPayment) as refusal:
        refund_payment(order.pk, amount=pounds(amount))
    assert refusal.value.details() == {"refundable": "100.00"}
    assert PaymentAttempt.objects.filter(kind="refund").count() == 0


def test_other_currency_and_unknown_payment(order: Order) -> None:
    with pytest.raises(RefundExceedsPayment):
        refund_payment(order.pk, amount=Money(Decimal(1), "EUR"))
    with pytest.raises(NotFound):
        refund_payment(order.pk, amount=pounds("1.00"), payment="x" * 32)
    with pytest.raises(NotFound):
        refund_payment(999_999, amount=pounds("1.00"))
    assert PaymentAttempt.objects.filter(kind="refund").count() == 0


def test_what_is_promised_back_counts(order: Order) -> None:
    refund_payment(order.pk, amount=pounds("60.00"))
    with pytest.raises(RefundExceedsPayment) as refusal:
        refund_payment(order.pk, amount=pounds("60.00"))
    assert refusal.value.details() == {"refundable": "40.00"}


@pytest.mark.parametrize("behaviour", ["time_out_before", "time_out_after", "reset_after", "garbage_after"])
def test_refund_that_nobody_knows_of_is_asked_for_again(order: Order, gateway: Loopback, behaviour: str) -> None:
    refund = refund_payment(order.pk, amount=pounds("30.00"))
    gateway.script.append(behaviour)
    assert calls.refund(refund.pk).status == "unknown"
    grow_old()
    settle_open_attempts_task()
    refund.refresh_from_db()
    assert refund.status == "refunded"
    assert gateway.paid_back[refund.idempotency_key] == 1
    assert payment_status(order) == "partially_refunded"


def test_refund_while_the_gateway_is_away_stays_open(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    refund = refund_payment(order.pk, amount=pounds("30.00"))
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    assert calls.refund(refund.pk).status == "started"


def test_refund_that_is_refused_is_left_to_staff(order: Order, gateway: Loopback) -> None:
    gateway.script.append("decline")
    refund = calls.refund(refund_payment(order.pk, amount=pounds("30.00")).pk)
    assert (refund.status, refund.error_code) == ("failed", "refund_declined")
    assert "refuses to give 30.00 GBP back" in OrderNote.objects.filter(order=order).latest("pk").message
    assert payment_status(order) == "paid"
    assert calls.refund(refund_payment(order.pk, amount=pounds("100.00")).pk).status == "refunded"


def test_cancelled_order_gives_its_money_back_once(order: Order, gateway: Loopback) -> None:
    calls.refund(refund_payment(order.pk, amount=pounds("30.00")).pk)
    change_order_status(order.pk, status="cancelled")
    drain()
    for _ in range(3):
        refund_cancelled_order(order.pk)
    drain()
    refunds = PaymentAttempt.objects.filter(kind="refund").order_by("pk")
    assert [(refund.amount, refund.status) for refund in refunds] == [
        (Decimal("30.00"), "refunded"),
        (Decimal("70.00"), "refunded"),
    ]
    assert (payment_status(order), gateway.net()) == ("refunded", Decimal(0))


def test_order_that_is_not_cancelled_keeps_its_money(order: Order, gateway: Loopback) -> None:
    refund_cancelled_order(order.pk)
    assert PaymentAttempt.objects.filter(kind="refund").count() == 0


@pytest.mark.parametrize("behaviour", ["authorise", "action"])
def test_cancelled_order_lets_its_payment_go(gateway: Loopback, behaviour: str) -> None:
    order = make_order(make_product(), payment_method="loopback")
    attempt = pay(order, behaviour)
    change_order_status(order.pk, status="cancelled")
    drain()
    attempt.refresh_from_db()
    assert (attempt.status, gateway.charges[attempt.idempotency_key].status) == ("voided", "voided")
    assert payment_status(order) == "awaiting"


def test_money_by_hand_of_a_cancelled_order_is_due_to_be_paid_out() -> None:
    order = make_order(make_product(price="10.00"))
    record_manual_payment(order.pk, amount=Decimal("14.95"), recorded_by=None)
    change_order_status(order.pk, status="cancelled")
    drain()
    refund_cancelled_order(order.pk)
    due = PaymentAttempt.objects.get()
    assert (due.method, due.status, due.amount) == ("manual", "requires_action", Decimal("14.95"))
    notes = [note.message for note in OrderNote.objects.filter(order=order, message__startswith="To be paid back")]
    assert notes == ["To be paid back by hand: 14.95 GBP. The order was cancelled."]
    assert payment_status(order) == "paid"

    refund_payment(order.pk, amount=pounds("10.00"), reference="bank 9")
    assert payment_status(order) == "partially_refunded"
    refund_payment(order.pk, amount=pounds("4.95"), reference="bank 10")
    assert payment_status(order) == "refunded"
    assert {attempt.status for attempt in PaymentAttempt.objects.all()} == {"refunded"}
    with pytest.raises(RefundExceedsPayment):
        refund_payment(order.pk, amount=pounds("0.01"))


@pytest.fixture
def owed_by_hand() -> Order:
    """A cancelled order of which 24.95 are to be paid out by hand: 10.00 and 14.95."""
    order = make_order(make_product(price="10.00"), quantity=2)
    record_manual_payment(order.pk, amount=Decimal("24.95"), recorded_by=None)
    change_order_status(order.pk, status="cancelled", quantities={order.lines.get().pk: 1})
    drain()
    change_order_status(order.pk, status="cancelled")
    drain()
    return order


def told(refund: PaymentAttempt) -> tuple[str, str, str]:
    found = find_refund(refund.handle)
    assert found is not None
    return str(found.amount), found.status, found.reason


PART, WHOLE = "A part of the order was cancelled.", "The order was cancelled."


def test_refund_that_was_announced_is_the_pay_out_of_its_amount(owed_by_hand: Order) -> None:
    staff = make_user(is_staff=True)
    part, whole = PaymentAttempt.objects.order_by("pk")
    paid = refund_payment(owed_by_hand.pk, amount=pounds("14.95"), reference="bank 9", requested_by=staff.pk)
    assert paid == whole
    assert (told(part), told(whole)) == (("10.00", "requires_action", PART), ("14.95", "refunded", WHOLE))
    assert (paid.reference, paid.requested_by) == ("bank 9", staff)
    assert refund_payment(owed_by_hand.pk, amount=pounds("10.00"), reason="By cheque") == part
    assert told(part) == ("10.00", "refunded", "By cheque")
    assert payment_status(owed_by_hand) == "refunded"


def test_announced_refund_that_is_paid_out_in_parts_keeps_its_id_and_reason(owed_by_hand: Order) -> None:
    part, whole = PaymentAttempt.objects.order_by("pk")
    first = refund_payment(owed_by_hand.pk, amount=pounds("3.00"))
    assert (told(first), told(part)) == (("3.00", "refunded", PART), ("7.00", "requires_action", PART))
    assert refund_payment(owed_by_hand.pk, amount=pounds("7.00")) == part
    assert refund_payment(owed_by_hand.pk, amount=pounds("14.95")) == whole
    assert [told(each)[:2] for each in refunds_of(owed_by_hand.pk)] == [
        *(("7.00", "refunded"), ("14.95", "refunded"), ("3.00", "refunded")),
    ]


def test_announced_refunds_that_are_paid_out_together_are_counted_once(owed_by_hand: Order) -> None:
    part, whole = PaymentAttempt.objects.order_by("pk")
    paid = refund_payment(owed_by_hand.pk, amount=pounds("24.95"), reference="bank 9")
    assert told(paid) == ("24.95", "refunded", PART)
    assert (told(part), told(whole)) == (("10.00", "refunded", PART), ("14.95", "refunded", WHOLE))
    assert refunds_of(owed_by_hand.pk) == [paid]
    assert refunds_page(order_id=None, before=None, limit=9) == ([paid], 1)
    refund_cancelled_order(owed_by_hand.pk)
    with pytest.raises(RefundExceedsPayment) as refusal:
        refund_payment(owed_by_hand.pk, amount=pounds("0.01"))
    assert refusal.value.details() == {"refundable": "0.00"}
    assert (PaymentAttempt.objects.count(), violations()) == (3, [])


def test_money_that_comes_after_the_cancellation_goes_back(gateway: Loopback) -> None:
    mug = make_product(price="10.00")
    order = make_order(mug, payment_method="loopback")
    attempt = pay(order, "time_out_after")
    change_order_status(order.pk, status="cancelled")
    calls.check(attempt.pk)
    drain()
    refund_cancelled_order(order.pk)
    drain()
    order.refresh_from_db()
    assert (order.status, order.payment_status, gateway.net()) == ("cancelled", "refunded", Decimal(0))
    assert PaymentAttempt.objects.filter(kind="refund").count() <= 1
    assert stock_of(mug) == (5, 0)
