"""What an order lacks: the price of what is still wanted, less what came and was not given back."""

from decimal import Decimal

import pytest

from forked_apps.checkout.invariants import violations
from forked_apps.order.dues import amount_due, price_of_wanted
from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.order.queries import order_by_id
from forked_apps.partner.inventory import holdings_of
from forked_apps.payment.errors import AmountNotOpen, OrderNotPayable
from forked_apps.payment.models import Source
from forked_apps.payment.operations import record_manual_payment, start_payment
from forked_apps.payment.reconciliation import reconcile
from forked_apps.payment.refunds import refund_payment
from nexus_shop.api.rest.serializers.bodies import order_bodies
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import begin, pay
from tests.factories.shop import make_order, make_product, make_user
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db


def pounds(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def record(order: Order, amount: str) -> None:
    record_manual_payment(order.pk, amount=Decimal(amount), recorded_by=None)


def state(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.status, order.payment_status


def due(order: Order) -> Decimal:
    return order_by_id(order.pk).due


def shown(order: Order) -> list[tuple[str, str, str]]:
    """The payments of the order as the API shows them: status, amount, paid."""
    (body,) = order_bodies([order_by_id(order.pk)])
    return [(each["status"], each["amount"]["amount"], each["paid"]["amount"]) for each in body["payments"]]


def is_held(order: Order) -> bool:
    staff = make_user(is_staff=True, is_superuser=True)
    return any(each.order_handle == order.handle for each in holdings_of(staff, limit=10))


def price(status: str, reason: str = "") -> Decimal:
    """Of an order of 100, of which units of 20 were cancelled and of 30 returned."""
    parts = {"total": Decimal(100), "cancelled": Decimal(20), "returned": Decimal(30)}
    return price_of_wanted(status, cancel_reason=reason, **parts)


def test_price_and_due_are_plain_sums() -> None:
    assert price("shipped") == Decimal(50)
    assert price("returned") == price("refunded") == price("cancelled", "customer_request") == price("cancelled") == 0
    assert price("cancelled", "payment_expired") == Decimal(50)
    assert amount_due(Decimal(50), [(Decimal(20), Decimal(5)), (Decimal(10), Decimal(0))]) == Decimal(25)
    assert amount_due(Decimal(50), [(Decimal(60), Decimal(0))]) == 0


def test_part_that_was_given_back_before_the_rest_came_is_owed_again() -> None:
    order = make_order(make_product(price="214.00"))  # 218.95 with delivery
    record(order, "19.95")
    refund_payment(order.pk, amount=pounds("8.95"))
    assert (state(order), due(order)) == (("pending", "awaiting"), Decimal("207.95"))
    record(order, "199.00")
    assert (state(order), due(order)) == (("pending", "awaiting"), Decimal("8.95"))
    assert order.pay_by is not None
    assert is_held(order)
    assert violations() == []
    with pytest.raises(AmountNotOpen) as refusal:
        record(order, "8.96")
    assert refusal.value.details() == {"open": "8.95"}
    assert start_payment(order.pk, method="manual", expected=pounds("8.95")).is_new
    record(order, "8.95")
    assert (state(order), due(order)) == (("processing", "paid"), Decimal(0))
    assert order.pay_by is None
    assert (violations(), reconcile(days=1)) == ([], [])


def test_payment_of_another_order_is_given_back_and_the_real_one_is_recorded() -> None:
    order = make_order(make_product(price="10.00"))
    record(order, "14.95")
    refund_payment(order.pk, amount=pounds("14.95"))
    assert (state(order), due(order)) == (("processing", "refunded"), Decimal("14.95"))
    assert is_held(order)
    record(order, "14.95")
    assert (state(order), due(order)) == (("processing", "paid"), Decimal(0))
    assert (violations(), reconcile(days=1)) == ([], [])


def test_money_that_is_given_back_as_a_mistake_is_asked_for_again(gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), payment_method="loopback")
    pay(order)
    refund_payment(order.pk, amount=pounds("14.95"), is_owed=True)
    drain()
    assert (state(order), due(order)) == (("processing", "awaiting"), Decimal("14.95"))
    assert order.pay_by is not None
    pay(order)
    assert state(order) == ("processing", "paid")
    assert gateway.net() == Decimal("14.95")
    assert violations() == []


def test_part_of_a_paid_order_that_is_given_back_is_not_asked_for(gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), payment_method="loopback")
    pay(order)
    refund_payment(order.pk, amount=pounds("2.00"))
    drain()
    assert state(order) == ("processing", "partially_refunded")
    with pytest.raises(OrderNotPayable):
        begin(order)
    assert violations() == []


def test_part_payment_and_cancelled_units_lower_what_is_asked_for() -> None:
    order = make_order(make_product(price="48.00"), make_product(price="70.00"))  # 122.95 with delivery
    first = order.lines.order_by("pk")[0]
    change_order_status(order.pk, status="cancelled", quantities={first.pk: 1})
    assert due(order) == Decimal("74.95")
    drain()
    assert Source.objects.get().amount_allocated == Decimal("74.95")
    record(order, "20.00")
    assert (state(order), due(order)) == (("pending", "awaiting"), Decimal("54.95"))
    record(order, "54.95")
    assert state(order) == ("processing", "paid")


def test_unpaid_order_that_came_back_asks_for_nothing() -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    line = order.lines.get()
    change_order_status(order.pk, status="returned", quantities={line.pk: 1})
    assert due(order) == Decimal("14.95")
    change_order_status(order.pk, status="returned")
    assert (state(order), due(order)) == (("returned", "awaiting"), Decimal(0))
    with pytest.raises(OrderNotPayable):
        start_payment(order.pk, method="manual", expected=pounds("24.95"))
    with pytest.raises(AmountNotOpen):
        record(order, "24.95")
    assert violations() == []


def test_what_is_left_of_a_partly_returned_order_pays_it() -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    change_order_status(order.pk, status="returned", quantities={order.lines.get().pk: 1})
    record(order, "14.95")
    assert state(order) == ("shipped", "paid")
    assert (violations(), reconcile(days=1)) == ([], [])


def test_partly_paid_order_is_paid_when_the_rest_comes_back() -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    record(order, "14.95")
    change_order_status(order.pk, status="returned", quantities={order.lines.get().pk: 1})
    drain()
    assert (state(order), due(order)) == (("shipped", "paid"), Decimal(0))
    assert shown(order) == [("captured", "14.95", "14.95")]
    assert Source.objects.get().amount_allocated == Decimal("14.95")
    assert (violations(), reconcile(days=1)) == ([], [])


def test_partly_paid_order_is_shown_as_paid_when_the_rest_is_cancelled() -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    record(order, "14.95")
    change_order_status(order.pk, status="cancelled", quantities={order.lines.get().pk: 1})
    drain()
    assert (state(order), shown(order)) == (("processing", "paid"), [("captured", "14.95", "14.95")])


@pytest.mark.parametrize(
    ("paid", "entry"), [("0", ("voided", "24.95", "0.00")), ("5.00", ("captured", "5.00", "5.00"))]
)
def test_payment_of_an_order_that_came_back_unpaid_is_over(paid: str, entry: tuple[str, str, str]) -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    if paid != "0":
        record(order, paid)
    for status in ("processing", "shipped", "returned"):
        change_order_status(order.pk, status=status)
    drain()
    assert (state(order), shown(order)) == (("returned", "awaiting"), [entry])


def test_nothing_is_begun_where_nothing_is_due(gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    record(order, "14.95")
    change_order_status(order.pk, status="returned", quantities={order.lines.get().pk: 1})
    assert (state(order), due(order)) == (("shipped", "awaiting"), Decimal(0))  # the relay has not told it yet
    for method in ("loopback", "manual"):
        with pytest.raises(OrderNotPayable):
            start_payment(order.pk, method=method, expected=pounds("0.00"))
    drain()
    assert state(order) == ("shipped", "paid")


def test_paid_order_of_which_a_part_came_back_is_left_to_staff() -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    record(order, "24.95")
    change_order_status(order.pk, status="shipped")
    change_order_status(order.pk, status="returned", quantities={order.lines.get().pk: 1})
    version = Order.objects.get().version
    drain()
    assert (state(order), Order.objects.get().version) == (("shipped", "paid"), version)
    refund_payment(order.pk, amount=pounds("10.00"))
    assert (state(order), due(order)) == (("shipped", "partially_refunded"), Decimal(0))
    assert violations() == []
