"""Units that are cancelled while others stay: they are not to be paid, or go back, once."""

from decimal import Decimal

import pytest

from forked_apps.checkout.invariants import violations
from forked_apps.offer.models import Range
from forked_apps.order.models import Line, Order
from forked_apps.order.operations import change_order_status
from forked_apps.order.queries import order_by_id
from forked_apps.payment.expiry import expire_order
from forked_apps.payment.models import PaymentAttempt, Source
from forked_apps.payment.operations import record_manual_payment, start_payment
from forked_apps.payment.reconciliation import reconcile
from forked_apps.payment.refunds import follow_cancelled_units, refund_payment
from nexus_shop.core.events import redeliver
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import pay, run_out
from tests.factories.shop import make_offer, make_order, make_product, stock_of
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db


def cancel(order: Order, quantity: int) -> None:
    line = order.lines.order_by("pk")[0]
    change_order_status(order.pk, status="cancelled", quantities={line.pk: quantity})


def move(order: Order, place: int, *statuses: str) -> None:
    """One unit of the order's line at this place."""
    line = order.lines.order_by("pk")[place]
    for status in statuses:
        change_order_status(order.pk, status=status, quantities={line.pk: 1})


def pounds(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def record(order: Order, amount: str) -> None:
    record_manual_payment(order.pk, amount=Decimal(amount), recorded_by=None)


def refunds(order: Order) -> list[tuple[Decimal, str]]:
    rows = PaymentAttempt.objects.filter(order=order, kind="refund").order_by("pk")
    return [(row.amount, row.status) for row in rows]


def tell_again(order: Order) -> None:
    """All that was told of the order is told once more."""
    for event in OutboxEvent.objects.filter(name="OrderStatusChanged", payload__order_id=order.pk):
        redeliver(str(event.event_id))
    drain()


def state(order: Order) -> tuple[str, str, Decimal]:
    order.refresh_from_db()
    return order.status, order.payment_status, order.cancelled_total


def test_unpaid_order_costs_less_by_the_units(gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), quantity=3)  # 34.95 with delivery
    cancel(order, 1)
    drain()
    assert state(order) == ("pending", "awaiting", Decimal("10.00"))
    assert start_payment(order.pk, method="manual", expected=Money(Decimal("24.95"), "GBP")).is_new
    record_manual_payment(order.pk, amount=Decimal("24.95"), recorded_by=None)
    assert state(order) == ("processing", "paid", Decimal("10.00"))
    assert violations() == []
    assert reconcile(days=1) == []


def test_units_of_a_line_add_up_to_the_line_without_its_discount() -> None:
    make_offer(10)
    order = make_order(make_product(price="3.33"), make_product(price="50.00"), quantity=3)
    line = order.lines.order_by("pk")[0]
    worth = []
    for _ in range(3):
        before = state(order)[2]
        cancel(order, 1)
        worth.append(state(order)[2] - before)
    assert sum(worth) == line.line_price_incl_tax
    assert all(part in {Decimal("3.00"), Decimal("2.99")} for part in worth)
    assert Range.objects.exists()


def test_paid_order_gives_the_units_money_back_once(gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), quantity=3, payment_method="loopback")
    pay(order)
    cancel(order, 2)
    drain()
    follow_cancelled_units(order.pk)
    drain()
    refund = PaymentAttempt.objects.get(kind="refund")
    assert (refund.amount, refund.status) == (Decimal("20.00"), "refunded")
    assert state(order) == ("processing", "partially_refunded", Decimal("20.00"))
    assert gateway.net() == Decimal("14.95")
    assert violations() == []


def test_what_staff_gave_back_before_is_counted(gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), quantity=3)
    record_manual_payment(order.pk, amount=Decimal("34.95"), recorded_by=None)
    refund_payment(order.pk, amount=Money(Decimal("4.00"), "GBP"))
    cancel(order, 1)
    drain()
    assert [each.amount for each in PaymentAttempt.objects.filter(status="requires_action")] == [Decimal("6.00")]


def test_charge_that_was_begun_before_the_cancellation_goes_back_in_part(gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), quantity=2, payment_method="loopback")
    begun = start_payment(order.pk, method="loopback", expected=Money(Decimal("24.95"), "GBP"))
    cancel(order, 1)
    drain()
    pay(order)
    drain()
    assert begun.attempt is not None
    assert [each.amount for each in PaymentAttempt.objects.filter(kind="refund")] == [Decimal("10.00")]
    assert Source.objects.get().amount_debited == Decimal("24.95")
    assert gateway.net() == Decimal("14.95")
    assert violations() == []


def test_partly_paid_order_is_paid_when_the_rest_is_cancelled() -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    record_manual_payment(order.pk, amount=Decimal("14.95"), recorded_by=None)
    cancel(order, 1)
    drain()
    assert state(order) == ("processing", "paid", Decimal("10.00"))
    assert PaymentAttempt.objects.count() == 0
    assert violations() == []


def test_expired_order_comes_back_without_what_was_cancelled_before() -> None:
    mug, lamp = make_product(price="10.00", stock=5), make_product(price="20.00", stock=5)
    order = make_order(mug, lamp, quantity=2)
    cancel(order, 1)
    drain()
    run_out(order)
    assert expire_order(order.pk)
    drain()
    assert state(order) == ("cancelled", "awaiting", Decimal("10.00"))
    assert (stock_of(mug), stock_of(lamp)) == ((5, 0), (5, 0))
    record_manual_payment(order.pk, amount=order_by_id(order.pk).total - Decimal("10.00"), recorded_by=None)
    drain()
    assert state(order) == ("processing", "paid", Decimal("10.00"))
    units = {line.product_id: line.units for line in Line.objects.filter(order=order)}
    assert units == {mug.pk: {"cancelled": 1, "processing": 1}, lamp.pk: {"processing": 2}}
    assert (stock_of(mug), stock_of(lamp)) == ((5, 1), (5, 2))
    assert violations() == []


def test_units_money_goes_back_though_other_units_were_refunded_before(gateway: Loopback) -> None:
    sent, kept = make_product(price="60.00"), make_product(price="40.00")
    order = make_order(sent, kept, payment_method="loopback")  # 104.95 with delivery
    pay(order)
    move(order, 0, "shipped", "returned")
    refund_payment(order.pk, amount=pounds("60.00"))
    move(order, 1, "cancelled")
    drain()
    tell_again(order)
    assert refunds(order) == [(Decimal("60.00"), "refunded"), (Decimal("40.00"), "refunded")]
    assert state(order) == ("returned", "partially_refunded", Decimal("40.00"))
    move(order, 0, "refunded")
    assert gateway.net() == Decimal("4.95")
    assert (violations(), reconcile(days=1)) == ([], [])


def test_units_money_goes_back_though_other_units_came_back_unpaid() -> None:
    prices = ("60.00", "20.00", "20.00")
    order = make_order(*(make_product(price=price) for price in prices))  # 104.95 with delivery
    move(order, 0, "processing", "shipped", "returned")
    record(order, "44.95")
    assert state(order) == ("processing", "paid", Decimal("0.00"))
    for place in (1, 2):
        move(order, place, "cancelled")
        drain()
    tell_again(order)
    assert refunds(order) == [(Decimal("20.00"), "requires_action"), (Decimal("20.00"), "requires_action")]
    refund_payment(order.pk, amount=pounds("40.00"))
    assert state(order) == ("returned", "partially_refunded", Decimal("40.00"))
    assert (violations(), reconcile(days=1)) == ([], [])


def test_what_was_returned_is_left_to_staff_when_others_are_cancelled() -> None:
    prices = ("60.00", "20.00", "20.00")
    order = make_order(*(make_product(price=price) for price in prices))
    record(order, "104.95")
    move(order, 0, "shipped", "returned")
    move(order, 1, "cancelled")
    drain()
    assert refunds(order) == [(Decimal("20.00"), "requires_action")]
    refund_payment(order.pk, amount=pounds("20.00"))
    tell_again(order)  # though there is money: that of what was returned
    assert refunds(order) == [(Decimal("20.00"), "refunded")]
    refund_payment(order.pk, amount=pounds("60.00"))
    move(order, 2, "cancelled")
    drain()
    assert refunds(order)[2:] == [(Decimal("20.00"), "requires_action")]
    assert violations() == []


def test_units_that_were_never_paid_give_nothing_back_however_late_it_is_told() -> None:
    prices = ("60.00", "20.00", "20.00")
    order = make_order(*(make_product(price=price) for price in prices))
    move(order, 1, "cancelled")
    record(order, "84.95")
    move(order, 0, "shipped", "returned")
    drain()
    assert (refunds(order), state(order)[1]) == ([], "paid")
    assert violations() == []


def test_part_of_the_units_money_that_was_there_goes_back() -> None:
    order = make_order(make_product(price="10.00"), quantity=3)
    record(order, "30.00")
    for _ in range(2):
        cancel(order, 1)
    drain()
    tell_again(order)
    assert refunds(order) == [(Decimal("5.05"), "requires_action"), (Decimal("10.00"), "requires_action")]
    assert state(order) == ("processing", "paid", Decimal("20.00"))


def test_event_of_an_older_version_gives_back_as_it_did() -> None:
    order = make_order(make_product(price="10.00"), quantity=3)
    record(order, "34.95")
    cancel(order, 1)
    event = OutboxEvent.objects.filter(name="OrderStatusChanged").latest("pk")
    del event.payload["freed"]
    event.save(update_fields=["payload"])
    drain()
    tell_again(order)
    assert refunds(order) == [(Decimal("10.00"), "requires_action")]


def test_order_that_was_paid_anew_stays_paid_however_often_it_is_looked_at() -> None:
    order = make_order(make_product(price="10.00"), quantity=3)
    record(order, "34.95")
    cancel(order, 1)
    drain()
    refund_payment(order.pk, amount=pounds("10.00"))
    assert state(order)[1] == "partially_refunded"
    refund_payment(order.pk, amount=pounds("24.95"), is_owed=True)
    assert state(order)[1] == "awaiting"
    record(order, "24.95")
    assert state(order)[1] == "paid"
    tell_again(order)
    follow_cancelled_units(order.pk)
    assert state(order) == ("processing", "paid", Decimal("10.00"))
    refund_payment(order.pk, amount=pounds("1.00"))
    tell_again(order)
    assert state(order)[1] == "partially_refunded"
    assert violations() == []
