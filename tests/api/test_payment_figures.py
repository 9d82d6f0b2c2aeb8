"""A payment has one status and one amount, wherever it is read; by hand there is nothing to capture."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.order.models import Order
from forked_apps.payment.operations import record_manual_payment
from forked_apps.payment.refunds import refund_payment
from nexus_shop.accounts.models import User
from nexus_shop.core.money import Money
from tests.factories.http import client_of
from tests.factories.shop import make_order, make_product, make_user
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db

PAYMENTS = "/api/v1/payments/"


@pytest.fixture
def owner() -> User:
    return make_user()


@pytest.fixture
def shopper(owner: User) -> APIClient:
    return client_of(owner)


def asked(order: Order, **changes: Any) -> dict[str, Any]:
    total = {"amount": "14.95", "currency": "GBP"}
    return {"order": order.handle, "method": "loopback", "expected_amount": total, **changes}


def test_choosing_a_method_by_hand_again_changes_nothing(owner: User, shopper: APIClient) -> None:
    order = make_order(make_product(price="10.00"), user=owner)
    path = f"/api/v1/orders/{order.handle}/"
    before = shopper.get(path)
    assert shopper.post(PAYMENTS, asked(order, method="manual")).status_code == 201
    after = shopper.get(path)
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_payment_reads_alike_in_the_order_and_by_itself(owner: User, shopper: APIClient) -> None:
    order = make_order(make_product(price="10.00"), user=owner)

    def read() -> tuple[str, str]:
        (entry,) = shopper.get(f"/api/v1/orders/{order.handle}/").json()["payments"]
        payment = shopper.get(f"{PAYMENTS}{entry['id']}/").json()
        assert (payment["id"], payment["status"], payment["amount"]) == (entry["id"], entry["status"], entry["amount"])
        return entry["status"], entry["amount"]["amount"]

    def give_back(amount: str, *, is_owed: bool = False) -> None:
        refund_payment(order.pk, amount=Money(Decimal(amount), "GBP"), is_owed=is_owed)

    assert read() == ("awaiting", "14.95")
    record_manual_payment(order.pk, amount=Decimal("5.00"), recorded_by=None)
    assert read() == ("awaiting", "9.95")
    record_manual_payment(order.pk, amount=Decimal("9.95"), recorded_by=None)
    assert read() == ("captured", "14.95")
    give_back("2.00")
    assert read() == ("captured", "14.95")
    give_back("12.95", is_owed=True)
    assert read() == ("awaiting", "14.95")


@pytest.mark.parametrize(
    ("behaviour", "status"), [("authorise", "authorised"), ("action", "requires_action"), ("approve", "captured")]
)
def test_payment_at_a_gateway_reads_alike(
    gateway: Loopback, owner: User, shopper: APIClient, behaviour: str, status: str
) -> None:
    order = make_order(make_product(price="10.00"), user=owner, payment_method="loopback")
    payment = shopper.post(PAYMENTS, asked(order, data={"behaviour": behaviour})).json()
    (entry,) = shopper.get(f"/api/v1/orders/{order.handle}/").json()["payments"]
    assert (entry["status"], entry["amount"]) == (payment["status"], payment["amount"]) == (status, entry["amount"])


@pytest.mark.parametrize("what", ["capture", "void"])
def test_money_by_hand_is_neither_captured_nor_voided(what: str) -> None:
    order = make_order(make_product(price="10.00"))
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    answer = staff.post(f"{PAYMENTS}{order.sources.get().handle}/{what}/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_state_not_allowed")
