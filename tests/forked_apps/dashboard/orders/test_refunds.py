"""Staff give money back in the dashboard."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client

from forked_apps.order.models import Order
from forked_apps.payment.models import PaymentAttempt
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.accounts.models import User
from nexus_shop.core.worker import drain
from tests.factories.payments import pay
from tests.factories.shop import make_order, make_product
from tests.factories.staff import browser_of, make_member
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
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


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


def test_money_of_a_gateway_goes_back_by_it(clerk: User, gateway: Loopback) -> None:
    order = make_order(make_product(price="10.00"), payment_method="loopback")
    pay(order)
    assert give_back(clerk, order, amount="14.95") == ["Refund recorded."]
    drain()
    assert gateway.net() == 0
    assert Order.objects.get().payment_status == "refunded"


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
