"""Staff give money and goods back in the dashboard, and see what became of an order's money."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from forked_apps.order.models import Line, Order, OrderDiscount
from forked_apps.order.operations import cancel_order, change_order_status
from forked_apps.payment.models import PaymentAttempt
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.accounts.models import User
from nexus_shop.core.worker import drain
from tests.factories.payments import pay
from tests.factories.shop import make_order, make_product, stock_of
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.orders.pages import said_by
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_member("Staff")


def give_back(clerk: User, order: Order, **fields: Any) -> list[str]:
    """Post the form; the messages that follow."""
    body = {f"refund-{name}": value for name, value in fields.items()}
    path = f"/dashboard/orders/{order.number}/"
    answer = browser_of(clerk).post(path, body | {"order_action": "refund_order_payment"})
    return said_by(answer)


def test_money_that_came_by_hand_is_recorded_as_paid_out(clerk: User) -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    record_manual_payment(order.pk, amount=Decimal("24.95"), recorded_by=None)

    assert give_back(clerk, order, amount="5.00", reason="Scratched", reference="Bank 2") == ["Refund recorded."]

    refund = PaymentAttempt.objects.get(kind="refund")
    assert (refund.amount, refund.reason, refund.reference) == (Decimal("5.00"), "Scratched", "Bank 2")
    assert (refund.requested_by, refund.status) == (clerk, "refunded")
    assert Order.objects.get().payment_status == "partially_refunded"
    page = browser_of(clerk).get(f"/dashboard/orders/{order.number}/").content.decode()
    assert "Scratched" in page
    assert "Give money back" in page


@pytest.mark.parametrize("field", ["reason", "reference"])
def test_refund_with_script_is_refused(clerk: User, field: str) -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    record_manual_payment(order.pk, amount=Decimal("24.95"), recorded_by=None)
    body = {"order_action": "refund_order_payment", "refund-amount": "5.00", f"refund-{field}": "<script>x"}
    browser_of(clerk).post(f"/dashboard/orders/{order.number}/", body)
    assert not PaymentAttempt.objects.filter(kind="refund").exists()


def test_money_of_a_gateway_goes_back_by_it(clerk: User, gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), payment_method="loopback")
    pay(order)
    assert give_back(clerk, order, amount="14.95") == ["Refund recorded."]
    drain()
    assert gateway.net() == 0
    assert Order.objects.get().payment_status == "refunded"


def test_nothing_is_open_of_an_order_that_its_customer_cancelled(clerk: User) -> None:
    order = make_order(make_product(price="10.00"))
    path = f"/dashboard/orders/{order.number}/"
    assert "Open: £14.95" in text_of(browser_of(clerk).get(path))
    cancel_order(order.pk, cancelled_by=None)
    page = text_of(browser_of(clerk).get(path))
    assert "Open: £0.00" in page
    assert "£14.95 at most, is then to be given back." in page

    body = {"order_action": "create_order_payment_event", "amount": "14.95"}
    assert browser_of(clerk).post(path, body).status_code == 302

    (due,) = PaymentAttempt.objects.filter(kind="refund")
    assert (due.amount, due.status) == (Decimal("14.95"), "requires_action")
    assert "at most, is then to be given back" not in text_of(browser_of(clerk).get(path))
    assert give_back(clerk, order, amount="14.95") == ["Refund recorded."]
    assert give_back(clerk, order, amount="1.00")[-1].endswith("At most 0.00 can go back.")


def text_of(page: Any) -> str:
    """What the page says."""
    return " ".join(re.sub("<[^>]+>", " ", page.content.decode()).split())


def test_money_that_came_by_mistake_is_to_be_paid(clerk: User) -> None:
    order = make_order(make_product(price="10.00"))
    record_manual_payment(order.pk, amount=Decimal("14.95"), recorded_by=None)
    assert give_back(clerk, order, amount="14.95", is_owed="on") == ["Refund recorded."]
    assert Order.objects.get().payment_status == "awaiting"


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("24.96", "No more can be given back than was paid. At most 24.95 can go back."),
        ("0", "No more can be given back than was paid. At most 24.95 can go back."),
        ("1.005", "Ensure that there are no more than 2 decimal places."),
        ("much", "Enter a number."),
        ("", "This field is required."),
    ],
)
def test_refused_refund_is_a_message_and_changes_nothing(clerk: User, amount: str, message: str) -> None:
    order = make_order(make_product(price="10.00"), quantity=2)
    record_manual_payment(order.pk, amount=Decimal("24.95"), recorded_by=None)
    assert give_back(clerk, order, amount=amount) == [message]
    assert PaymentAttempt.objects.count() == 0
    assert Order.objects.get().payment_status == "paid"


def test_who_may_not_touch_money_cannot(clerk: User) -> None:
    order = make_order(make_product())
    clerk.groups.clear()
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_order", "change_order"]))
    client: Client = browser_of(User.objects.get(pk=clerk.pk))
    assert (
        client.post(f"/dashboard/orders/{order.number}/", {"order_action": "refund_order_payment"}).status_code == 403
    )


# The page


def page_of(clerk: User, order: Order) -> str:
    """The text of the order's page, without its marks."""
    html = browser_of(clerk).get(f"/dashboard/orders/{order.number}/").content.decode()
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_figures_of_the_page_add_up(clerk: User) -> None:
    order = make_order(make_product(price="11.67"), quantity=3)
    line = order.lines.get()
    Line.objects.filter(pk=line.pk).update(
        line_price_before_discounts_incl_tax=Decimal("36.01"), line_price_excl_tax=Decimal("29.17")
    )
    OrderDiscount.objects.create(order=order, category="Shipping", offer_name="Free delivery", amount=Decimal("4.95"))
    page = page_of(clerk, order)
    assert "−£1.00 £29.17 £35.01" in page
    assert "Contained in these prices: £4.95 off by Free delivery (Shipping)" in page
    assert "−£4.95" not in page


def test_page_says_what_came_what_went_and_what_is_open(clerk: User) -> None:
    order = make_order(make_product(price="10.00"))
    record_manual_payment(order.pk, amount=Decimal("14.00"), reference="Bank 1", recorded_by=clerk.pk)
    give_back(clerk, order, amount="4.00", reference="Bank 2")
    page = page_of(clerk, order)
    assert f"Paid £14.00 Bank 1 {clerk.email}" in page
    assert f"Given back −£4.00 Bank 2 {clerk.email}" in page
    assert "Open: £4.95" in page


def test_authorised_money_is_named_so(clerk: User, gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), payment_method="loopback")
    pay(order, "authorise")
    assert "authorised £14.95" in page_of(clerk, order)


@pytest.mark.parametrize("way", ["move", "record", "whole"])
def test_returned_units_go_back_on_the_shelf_where_staff_say_so(clerk: User, way: str) -> None:
    mug = make_product(stock=5)
    order = make_order(mug, quantity=2)
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    line = order.lines.get().pk
    chosen = {"selected_line": line, f"selected_line_qty_{line}": 1}
    body = {
        "move": chosen | {"line_action": "change_line_statuses", "new_status": "returned"},
        "record": chosen | {"line_action": "create_shipping_event", "shipping_event_type": "returned"},
        "whole": {"order_action": "change_order_status", "new_status": "returned"},
    }[way]
    path, browser = f"/dashboard/orders/{order.number}/", browser_of(clerk)
    wrong = body | {"restock": "on"} | dict.fromkeys(("new_status", "shipping_event_type"), "delivered")
    assert said_by(browser.post(path, wrong)) == ["Only returned units go back on the shelf."]
    assert stock_of(mug) == (3, 0)
    browser.post(path, body | {"restock": "on"})
    assert stock_of(mug) == ((5, 0) if way == "whole" else (4, 0))
