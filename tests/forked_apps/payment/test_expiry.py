"""Orders that are not paid in time, and money that comes after that."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from forked_apps.basket.operations import Wanted
from forked_apps.checkout.invariants import violations
from forked_apps.checkout.operations import Details, place_order
from forked_apps.offer.models import ConditionalOffer
from forked_apps.order.models import Order, OrderNote
from forked_apps.order.operations import change_order_status
from forked_apps.partner.models import StockRecord
from forked_apps.payment import calls, expiry
from forked_apps.payment.expiry import expire_order, expire_unpaid_orders
from forked_apps.payment.gateways.base import ChargeResult
from forked_apps.payment.ledger import lock_sources
from forked_apps.payment.models import PaymentAttempt, Source
from forked_apps.payment.operations import record_manual_payment, settle_attempt
from forked_apps.payment.refunds import refund_payment
from forked_apps.payment.tasks import expire_unpaid_orders_task, settle_open_attempts_task
from forked_apps.voucher.models import Voucher, VoucherApplication
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import begin, grow_old, pay, run_out
from tests.factories.shop import ADDRESS, make_offer, make_order, make_product, make_user, make_voucher, stock_of
from tests.peers.loopback import Loopback
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db


def late(gateway: Loopback, **details: Any) -> tuple[Order, PaymentAttempt]:
    """An order that has expired though its money was taken: the gateway forgot the charge for a while."""
    order = make_order(make_product(price="10.00", stock=1), payment_method="loopback", **details)
    attempt = pay(order, "time_out_after")
    settle_attempt(attempt.pk, result=ChargeResult("failed", error="not_charged"))
    run_out(order)
    expire_unpaid_orders_task()
    order.refresh_from_db()
    assert order.status == "cancelled"
    return order, attempt


def product_of(order: Order) -> Any:
    return order.lines.get().product


def test_order_whose_time_is_over_is_cancelled() -> None:
    mug = make_product(stock=5)
    voucher = make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    capped = make_offer(10, max_global_applications=5)
    due, fresh = make_order(mug, quantity=2, vouchers=("ONCE",)), make_order(mug)
    run_out(due)
    assert expire_unpaid_orders(10) == 1
    due.refresh_from_db()
    fresh.refresh_from_db()
    assert (due.status, due.payment_status, due.cancel_reason) == ("cancelled", "awaiting", "payment_expired")
    assert fresh.status == "pending"
    assert stock_of(mug) == (5, 1)
    assert voucher.applications.count() == 0
    assert ConditionalOffer.objects.get(pk=capped.pk).num_orders <= 1
    assert OutboxEvent.objects.filter(name="OrderCancelled").count() == 1
    assert expire_unpaid_orders(10) == 0


@pytest.mark.parametrize("behaviour", ["time_out_before", "action", "authorise", "wrong_amount"])
def test_order_whose_payment_has_not_ended_waits(gateway: Loopback, behaviour: str) -> None:
    order = make_order(make_product(), payment_method="loopback")
    pay(order, behaviour)
    run_out(order)
    assert expire_unpaid_orders(10) == 0


def test_order_that_was_begun_to_be_paid_waits(gateway: Loopback) -> None:
    order = make_order(make_product(), payment_method="loopback")
    begin(order)
    run_out(order)
    assert expire_unpaid_orders(10) == 0
    grow_old()
    settle_open_attempts_task()
    assert expire_unpaid_orders(10) == 1


def test_order_that_is_abandoned_at_the_gateway_expires(gateway: Loopback) -> None:
    order = make_order(make_product(), payment_method="loopback")
    attempt = pay(order, "action")
    run_out(order)
    grow_old()
    settle_open_attempts_task()
    expire_unpaid_orders_task()
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "payment_expired")
    assert gateway.charges[attempt.idempotency_key].status == "voided"


def test_paid_moved_and_cancelled_orders_stay(gateway: Loopback) -> None:
    mug = make_product(stock=9)
    paid, moved, cancelled = make_order(mug, payment_method="loopback"), make_order(mug), make_order(mug)
    pay(paid)
    change_order_status(moved.pk, status="processing")
    change_order_status(cancelled.pk, status="cancelled")
    Order.objects.update(pay_by=timezone.now() - timedelta(days=1))
    assert expire_unpaid_orders(10) == 0
    assert sorted(Order.objects.values_list("status", flat=True)) == ["cancelled", "processing", "processing"]


def test_order_that_cannot_be_cancelled_keeps_no_other() -> None:
    broken, sound = make_order(make_product()), make_order(make_product())
    StockRecord.objects.filter(product=product_of(broken)).update(num_allocated=0)  # books that do not add up
    for order in (broken, sound):
        run_out(order)
    assert expire_unpaid_orders(10) == 1
    sound.refresh_from_db()
    broken.refresh_from_db()
    assert (broken.status, sound.status) == ("pending", "cancelled")


def test_statements_of_an_expiry_do_not_grow_with_the_shop() -> None:
    order = make_order(make_product())
    run_out(order)
    few, _ = statements_of(lambda: expire_unpaid_orders(10))
    mug = make_product(stock=50)
    for _number in range(5):
        make_order(mug)
    another = make_order(make_product())
    run_out(another)
    many, _ = statements_of(lambda: expire_unpaid_orders(10))
    assert len(many) == len(few)


def test_order_that_staff_have_begun_is_not_expired() -> None:
    mug = make_product(stock=5)
    order = make_order(mug, quantity=5)
    line = order.lines.get()
    change_order_status(order.pk, status="processing", quantities={line.pk: 2})
    change_order_status(order.pk, status="shipped", quantities={line.pk: 1})
    run_out(order)
    assert (expire_unpaid_orders(10), expire_order(order.pk)) == (0, False)
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("pending", "")
    assert order.lines.get().units == {"pending": 3, "processing": 1, "shipped": 1}
    assert stock_of(mug) == (4, 4)


def test_order_that_staff_begin_while_it_is_looked_at_is_not_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    order = make_order(make_product(stock=5), quantity=5)
    run_out(order)

    def lock_later(found: Order) -> list[Source]:  # the row was found before staff moved the units
        order.lines.update(units={"pending": 3, "processing": 2})
        return lock_sources(found)

    monkeypatch.setattr(expiry, "lock_sources", lock_later)
    assert expire_order(order.pk) is False
    order.refresh_from_db()
    assert (order.status, order.lines.get().units) == ("pending", {"pending": 3, "processing": 2})


@pytest.mark.parametrize("is_owed", [False, True])
def test_order_that_does_not_expire_is_paid_at_the_gateway_after_its_time(gateway: Loopback, is_owed: bool) -> None:
    order = make_order(make_product(stock=5), quantity=5, payment_method="loopback")
    if is_owed:
        pay(order)
        refund_payment(order.pk, amount=Money(order.total_incl_tax, "GBP"), is_owed=True)
        drain()
    else:
        change_order_status(order.pk, status="processing", quantities={order.lines.get().pk: 2})
    Order.objects.update(date_placed=timezone.now() - timedelta(days=9))
    run_out(order)
    attempt = pay(order, "action")
    grow_old()
    settle_open_attempts_task()
    attempt.refresh_from_db()
    assert attempt.status == "requires_action"
    gateway.take(attempt.idempotency_key)
    assert calls.check(attempt.pk).status == "captured"
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("processing", "paid")


def test_shopper_who_never_comes_back_to_an_order_that_stays(gateway: Loopback) -> None:
    order = make_order(make_product(stock=5), quantity=5, payment_method="loopback")
    change_order_status(order.pk, status="processing", quantities={order.lines.get().pk: 2})
    attempt = pay(order, "action")
    run_out(order)
    assert calls.check(attempt.pk).status == "voided"


def test_order_of_which_staff_have_cancelled_a_part_is_expired() -> None:
    order = make_order(make_product(stock=5), quantity=5)
    change_order_status(order.pk, status="cancelled", quantities={order.lines.get().pk: 2})
    run_out(order)
    assert expire_unpaid_orders(10) == 1


def test_late_money_takes_the_order_back(gateway: Loopback) -> None:
    make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    capped = make_offer(10, max_global_applications=1)
    order, attempt = late(gateway, vouchers=("ONCE",))
    drain()
    calls.check(attempt.pk)
    drain()
    order.refresh_from_db()
    assert (order.status, order.payment_status, order.cancel_reason) == ("processing", "paid", "")
    assert order.lines.get().units == {"processing": 1}
    assert (order.lines.get().num_allocated, stock_of(product_of(order))) == (1, (1, 1))
    assert VoucherApplication.objects.filter(order=order).count() == 1
    assert ConditionalOffer.objects.get(pk=capped.pk).num_applications <= 1
    assert OutboxEvent.objects.filter(name="OrderReopened").count() == 1
    assert gateway.net() == order.total_incl_tax
    assert violations() == []
    change_order_status(order.pk, status="shipped")
    assert stock_of(product_of(order)) == (0, 0)


def test_late_money_for_goods_that_are_gone_goes_back(gateway: Loopback) -> None:
    order, attempt = late(gateway)
    make_order(product_of(order))
    calls.check(attempt.pk)
    drain()
    order.refresh_from_db()
    assert (order.status, order.payment_status, gateway.net()) == ("cancelled", "refunded", Decimal(0))
    assert stock_of(product_of(order)) == (1, 1)
    assert "cannot be taken back" in OrderNote.objects.filter(order=order, message__contains="late").get().message


def test_late_money_for_a_voucher_that_is_used_goes_back(gateway: Loopback) -> None:
    make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    order, attempt = late(gateway, vouchers=("ONCE",))
    rival = make_order(make_product(price="10.00"), vouchers=("ONCE",))
    calls.check(attempt.pk)
    drain()
    order.refresh_from_db()
    assert (order.status, gateway.net()) == ("cancelled", Decimal(0))
    assert list(VoucherApplication.objects.values_list("order_id", flat=True)) == [rival.pk]
    assert stock_of(product_of(order)) == (1, 0)


def test_late_money_for_a_voucher_that_a_guest_of_the_address_has_used_goes_back(gateway: Loopback) -> None:
    make_voucher("ONCE", usage=Voucher.ONCE_PER_CUSTOMER)
    order, attempt = late(gateway, user=make_user("ann@example.com"), vouchers=("ONCE",))
    details = Details(user_id=None, email="Ann@Example.com", shipping_address=ADDRESS, vouchers=("ONCE",))
    rival = place_order([Wanted(make_product(price="10.00").pk, 1)], details=details)
    calls.check(attempt.pk)
    drain()
    order.refresh_from_db()
    assert (order.status, gateway.net()) == ("cancelled", Decimal(0))
    assert list(VoucherApplication.objects.values_list("order_id", flat=True)) == [rival.pk]


def test_late_money_for_an_offer_that_is_used_up_goes_back(gateway: Loopback) -> None:
    capped = make_offer(10, max_global_applications=1)
    order, attempt = late(gateway)
    make_order(make_product(price="10.00"))
    calls.check(attempt.pk)
    drain()
    order.refresh_from_db()
    assert (order.status, gateway.net()) == ("cancelled", Decimal(0))
    assert ConditionalOffer.objects.get(pk=capped.pk).num_applications == 1
    assert stock_of(product_of(order)) == (1, 0)


def test_late_money_for_an_offer_that_the_customer_has_used_elsewhere_goes_back(gateway: Loopback) -> None:
    customer = make_user()
    offer = make_offer(10, max_user_applications=1)
    order, attempt = late(gateway, user=customer)
    other = make_order(make_product(price="10.00"), user=customer)
    assert other.discounts.get().offer_id == offer.pk
    calls.check(attempt.pk)
    drain()
    order.refresh_from_db()
    assert (order.status, order.payment_status, gateway.net()) == ("cancelled", "refunded", Decimal(0))
    assert violations() == []


def test_late_transfer_takes_the_order_back_or_is_due_to_be_paid_out() -> None:
    mug = make_product(price="10.00", stock=1)
    order = make_order(mug)
    run_out(order)
    expire_unpaid_orders_task()
    record_manual_payment(order.pk, amount=Decimal("14.95"), recorded_by=None)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("processing", "paid")

    cup = make_product(price="10.00", stock=1)
    other = make_order(cup)
    run_out(other)
    expire_unpaid_orders_task()
    make_order(cup)
    record_manual_payment(other.pk, amount=Decimal("14.95"), recorded_by=None)
    assert PaymentAttempt.objects.get().status == "requires_action"
    other.refresh_from_db()
    assert other.status == "cancelled"


def test_five_hundred_unpaid_orders_are_released_within_a_minute() -> None:
    mug = make_product(stock=500)
    for _ in range(500):
        make_order(mug)
    assert stock_of(mug) == (500, 500)
    Order.objects.update(pay_by=timezone.now() - timedelta(seconds=1))
    began = timezone.now()
    expire_unpaid_orders_task()
    assert stock_of(mug) == (500, 0)
    assert timezone.now() - began < timedelta(seconds=60)
