"""Units that come back: on the shelf where staff say so, refunded when their money has gone back."""

from decimal import Decimal

import pytest

from forked_apps.order.models import Order
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.accounts.models import User
from tests.factories.http import client_of
from tests.factories.shop import make_order, make_product, make_user, stock_of

pytestmark = pytest.mark.django_db

REFUNDS = "/api/v1/payments/refunds/"


@pytest.fixture
def ann() -> User:
    return make_user("ann@example.com", first_name="Ann")


def path_of(order: Order, rest: str = "") -> str:
    return f"/api/v1/orders/{order.handle}/{rest}"


def test_returned_units_go_back_on_the_shelf_where_staff_say_so(ann: User) -> None:
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    mug = make_product(stock=10)
    order = make_order(mug, quantity=5, user=ann)
    for status in ("processing", "shipped"):
        staff.patch(path_of(order, "status/"), {"status": status})
    lines = [{"id": order.lines.get().handle, "quantity": 2}]
    assert stock_of(mug) == (5, 0)
    answer = staff.patch(path_of(order, "status/"), {"status": "returned", "lines": lines, "restock": True})
    assert (answer.json()["items"][0]["units"], stock_of(mug)) == ({"shipped": 3, "returned": 2}, (7, 0))
    staff.patch(path_of(order, "status/"), {"status": "returned", "lines": lines})
    refused = staff.patch(path_of(order, "status/"), {"status": "delivered", "restock": True})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/restock")
    for wrong in ("true", 1, None):
        assert staff.patch(path_of(order, "status/"), {"status": "returned", "restock": wrong}).status_code == 400
    assert stock_of(mug) == (7, 0)


def test_returned_units_are_refunded_when_their_money_has_gone_back(ann: User) -> None:
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    order = make_order(make_product(price="10.00"), quantity=3, user=ann)  # 34.95 with delivery
    record_manual_payment(order.pk, amount=Decimal("34.95"), recorded_by=None)
    staff.patch(path_of(order, "status/"), {"status": "shipped"})
    line = {"id": order.lines.get().handle}
    staff.patch(path_of(order, "status/"), {"status": "returned", "lines": [line | {"quantity": 2}]})

    refused = staff.patch(path_of(order, "status/"), {"status": "refunded", "lines": [line | {"quantity": 1}]})
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["missing"]) == (409, "refund_missing", "10.00")
    assert order.lines.get().units == {"shipped": 1, "returned": 2}

    staff.post(REFUNDS, {"order": order.handle, "amount": {"amount": "15.00", "currency": "GBP"}})
    one = staff.patch(path_of(order, "status/"), {"status": "refunded", "lines": [line | {"quantity": 1}]}).json()
    assert one["items"][0]["units"] == {"shipped": 1, "returned": 1, "refunded": 1}
    assert staff.patch(path_of(order, "status/"), {"status": "refunded"}).json()["missing"] == "5.00"
    staff.post(REFUNDS, {"order": order.handle, "amount": {"amount": "5.00", "currency": "GBP"}})
    both = staff.patch(path_of(order, "status/"), {"status": "refunded"}).json()
    assert both["items"][0]["units"] == {"shipped": 1, "refunded": 2}
    assert (both["payment_status"], both["payments"][0]["refunded"]["amount"]) == ("partially_refunded", "20.00")


def test_order_that_was_never_paid_is_not_refunded(ann: User) -> None:
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    order = make_order(make_product(price="10.00"), user=ann)
    for status in ("processing", "shipped", "returned"):
        staff.patch(path_of(order, "status/"), {"status": status})
    refused = staff.patch(path_of(order, "status/"), {"status": "refunded"})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "nothing_to_refund")
    shown = client_of(ann).get(path_of(order)).json()
    assert (shown["status"], shown["next_action"]) == ("returned", None)
