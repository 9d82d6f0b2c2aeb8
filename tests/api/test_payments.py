"""Payments over the API."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.order.links import link_token
from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.order.queries import link_key
from forked_apps.payment.models import PaymentAttempt
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.accounts.models import User
from nexus_shop.core.models import IdempotencyRecord
from tests.factories.http import client_of
from tests.factories.payments import begin, grow_old, pay, run_out
from tests.factories.shop import ADDRESS_JSON, make_country, make_order, make_product, make_user
from tests.peers.loopback import Loopback
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

PAYMENTS = "/api/v1/payments/"
REFUNDS = "/api/v1/payments/refunds/"


@pytest.fixture
def owner() -> User:
    return make_user()


@pytest.fixture
def shopper(owner: User) -> APIClient:
    return client_of(owner)


@pytest.fixture
def order(gateway: Loopback, owner: User) -> Order:
    return make_order(make_product(price="10.00"), user=owner, payment_method="loopback")


@pytest.fixture
def staff() -> APIClient:
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="payment"))
    return client_of(user)


def body(order: Order, behaviour: str = "approve", **changes: Any) -> dict[str, Any]:
    made = {
        "order": order.handle,
        "method": "loopback",
        "expected_amount": {"amount": "14.95", "currency": "GBP"},
        "data": {"behaviour": behaviour},
    }
    return made | changes


def state_of(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.status, order.payment_status


def next_action(client: APIClient, order: Order) -> Any:
    return client.get(f"/api/v1/orders/{order.handle}/").json()["next_action"]


def test_order_is_paid(order: Order, shopper: APIClient) -> None:
    waiting = next_action(shopper, order)
    assert (waiting["type"], waiting["methods"], waiting["amount"]["amount"]) == (
        "pay",
        ["loopback", "manual"],
        "14.95",
    )
    response = shopper.post(PAYMENTS, body(order))
    payment = response.json()
    assert response.status_code == 201
    assert payment == {
        "id": PaymentAttempt.objects.get().handle,
        "order": order.handle,
        "status": "captured",
        "amount": {"amount": "14.95", "currency": "GBP"},
        "method": "loopback",
        "next_action": None,
        "error": None,
    }
    assert response.headers["Location"] == f"{PAYMENTS}{payment['id']}/"
    assert shopper.get(response.headers["Location"]).json() == payment
    shown = shopper.get(f"/api/v1/orders/{order.handle}/").json()
    assert (shown["status"], shown["payment_status"], shown["next_action"]) == ("processing", "paid", None)
    assert shopper.get(f"{PAYMENTS}{shown['payments'][0]['id']}/").json() == payment
    again = shopper.post(PAYMENTS, body(order))
    assert (again.status_code, again.json()["code"], again.json()["payment_status"]) == (
        *(409, "order_not_payable", "paid"),
    )


def test_guest_pays_with_the_carts_token(gateway: Loopback, guest: APIClient, api: APIClient) -> None:
    make_country("US")
    guest.post("/api/v1/cart/items/", {"product_id": make_product(price="10.00").pk})
    total = {"amount": "14.95", "currency": "GBP"}
    checkout = {"email": "guest@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    handle = guest.post("/api/v1/checkout/", checkout | {"payment_method": "loopback"}).json()["id"]
    order = Order.objects.get(handle=handle)
    payment = guest.post(PAYMENTS, body(order)).json()
    assert payment["status"] == "captured"
    assert guest.get(f"{PAYMENTS}{payment['id']}/").status_code == 200
    for path in (f"{PAYMENTS}{payment['id']}/", f"{PAYMENTS}{order.sources.get().handle}/"):
        assert client_of(make_user()).get(path).status_code == 404


def test_holder_of_a_signed_link_pays(gateway: Loopback, api: APIClient) -> None:
    order = make_order(make_product(price="10.00"), payment_method="loopback")
    key = link_key(order.handle)
    assert key is not None
    token = link_token(key, expires_at=timezone.now() + timedelta(days=1))
    other = make_order(make_product(price="10.00"), payment_method="loopback")
    for bad in (f"{token}x", "", "1.x"):
        assert api.post(f"{PAYMENTS}?token={bad}", body(order)).status_code == 404
    assert api.post(f"{PAYMENTS}?token={token}", body(other)).status_code == 404
    paid = api.post(f"{PAYMENTS}?token={token}", body(order))
    assert (paid.status_code, paid.json()["status"]) == (201, "captured")
    for handle in (paid.json()["id"], order.sources.get().handle):
        assert api.get(f"{PAYMENTS}{handle}/?token={token}").json() == paid.json()
        assert api.get(f"{PAYMENTS}{handle}/?token={token}x").status_code == 404
        assert api.get(f"{PAYMENTS}{handle}/").status_code == 404
    assert api.get(f"{PAYMENTS}{other.sources.get().handle}/?token={token}").status_code == 404
    Order.objects.filter(pk=order.pk).update(link_version=2)
    assert api.get(f"{PAYMENTS}{paid.json()['id']}/?token={token}").status_code == 404


def test_payment_is_seen_by_staff_who_may(order: Order, shopper: APIClient, staff: APIClient) -> None:
    payment = shopper.post(PAYMENTS, body(order)).json()
    assert staff.get(f"{PAYMENTS}{payment['id']}/").json() == payment
    assert client_of(make_user(is_staff=True)).get(f"{PAYMENTS}{payment['id']}/").status_code == 404


@pytest.mark.parametrize("who", ["nobody", "another", "staff"])
def test_order_of_somebody_else_is_not_found(order: Order, api: APIClient, staff: APIClient, who: str) -> None:
    client = {"nobody": api, "another": client_of(make_user()), "staff": staff}[who]
    response = client.post(PAYMENTS, body(order), HTTP_IDEMPOTENCY_KEY="key-1")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (404, "/order")
    assert PaymentAttempt.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"expected_amount": {"amount": "14.94", "currency": "GBP"}}, 409, "total_changed"),
        ({"expected_amount": {"amount": "14.95", "currency": "USD"}}, 409, "total_changed"),
        ({"method": "gold"}, 422, "payment_method_unknown"),
        ({"order": "x" * 32}, 404, "not_found"),
        ({"expected_amount": None}, 400, "invalid_request"),
        ({"expected_amount": {"amount": "-1", "currency": "GBP"}}, 400, "invalid_request"),
        ({"data": "token"}, 400, "invalid_request"),
        ({"amount": "1.00"}, 400, "unknown_field"),
    ],
)
def test_bad_payment_charges_nothing(
    order: Order, shopper: APIClient, gateway: Loopback, change: dict[str, Any], status: int, code: str
) -> None:
    response = shopper.post(PAYMENTS, body(order) | change)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert (PaymentAttempt.objects.count(), gateway.asked.total()) == (0, 0)


def test_total_that_changed_is_told(order: Order, shopper: APIClient) -> None:
    response = shopper.post(PAYMENTS, body(order, expected_amount={"amount": "1.00", "currency": "GBP"}))
    assert response.json()["totals"] == {"total": {"amount": "14.95", "currency": "GBP"}}


def test_decline_is_told_and_another_try_is_free(order: Order, shopper: APIClient) -> None:
    response = shopper.post(PAYMENTS, body(order, "decline"))
    assert (response.status_code, response.json()["code"]) == (402, "payment_declined")
    assert response.json()["payment"] == PaymentAttempt.objects.get().handle
    assert next_action(shopper, order)["type"] == "pay"
    assert shopper.post(PAYMENTS, body(order)).status_code == 201
    assert state_of(order) == ("processing", "paid")


@pytest.mark.parametrize("behaviour", ["time_out_before", "time_out_after", "reset_after", "garbage", "error_after"])
def test_nobody_is_told_that_nothing_was_charged_while_nobody_knows(
    order: Order, shopper: APIClient, behaviour: str
) -> None:
    response = shopper.post(PAYMENTS, body(order, behaviour))
    payment = response.json()
    assert (response.status_code, payment["status"], payment["next_action"]["type"]) == (201, "unknown", "wait")
    assert "not charged" not in response.content.decode().lower()
    assert next_action(shopper, order)["type"] == "wait"


def test_shopper_is_sent_to_the_gateway_and_comes_back(order: Order, shopper: APIClient, gateway: Loopback) -> None:
    payment = shopper.post(PAYMENTS, body(order, "action"), HTTP_IDEMPOTENCY_KEY="key-1").json()
    assert (payment["status"], payment["next_action"]["type"]) == ("requires_action", "redirect")
    assert payment["next_action"]["url"] == "https://loopback.example/3ds"
    assert next_action(shopper, order)["url"] == "https://loopback.example/3ds"
    gateway.take(PaymentAttempt.objects.get().idempotency_key)
    back = shopper.post(PAYMENTS, body(order, "action"), HTTP_IDEMPOTENCY_KEY="key-1")
    assert (back.json()["id"], back.json()["status"]) == (payment["id"], "captured")
    assert back.headers["Idempotent-Replayed"] == "true"
    assert state_of(order) == ("processing", "paid")


def test_gateway_that_is_away(order: Order, shopper: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    response = shopper.post(PAYMENTS, body(order))
    assert (response.status_code, response.json()["code"]) == (503, "payment_unavailable")
    assert int(response.headers["Retry-After"]) > 0
    assert PaymentAttempt.objects.get().status == "failed"


def test_breaker_opens_and_the_manual_method_stays(order: Order, shopper: APIClient, gateway: Loopback) -> None:
    for _ in range(6):
        assert shopper.post(PAYMENTS, body(order, "too_many")).status_code == 503
    assert gateway.asked.total() == 5
    answer = shopper.post(PAYMENTS, body(order, method="manual"))
    assert (answer.status_code, answer.json()["status"], answer.json()["next_action"]["type"]) == (
        *(201, "awaiting", "wait"),
    )
    assert shopper.get(answer.headers["Location"]).json() == answer.json()


def test_one_key_is_one_charge(order: Order, shopper: APIClient, gateway: Loopback) -> None:
    first = shopper.post(PAYMENTS, body(order), HTTP_IDEMPOTENCY_KEY="key-1")
    again = shopper.post(PAYMENTS, body(order), HTTP_IDEMPOTENCY_KEY="key-1")
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    other = shopper.post(PAYMENTS, body(order, "decline"), HTTP_IDEMPOTENCY_KEY="key-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert gateway.taken.total() == 1


def test_key_of_a_decline_stays_declined(order: Order, shopper: APIClient) -> None:
    for _ in range(2):
        response = shopper.post(PAYMENTS, body(order, "decline"), HTTP_IDEMPOTENCY_KEY="key-1")
        assert (response.status_code, response.json()["code"]) == (402, "payment_declined")
    assert PaymentAttempt.objects.count() == 1


def test_key_whose_payment_surely_failed_may_try_again(order: Order, shopper: APIClient, gateway: Loopback) -> None:
    gateway.script.append("too_many")
    assert shopper.post(PAYMENTS, body(order), HTTP_IDEMPOTENCY_KEY="key-1").status_code == 503
    response = shopper.post(PAYMENTS, body(order), HTTP_IDEMPOTENCY_KEY="key-1")
    assert (response.status_code, response.json()["status"]) == (201, "captured")
    assert gateway.taken.total() == 1
    assert IdempotencyRecord.objects.filter(key="key-1").count() == 1


@pytest.mark.parametrize(("behaviour", "taken"), [("time_out_before", 1), ("time_out_after", 1)])
def test_key_whose_payment_is_unknown_is_found_out(
    order: Order, shopper: APIClient, gateway: Loopback, behaviour: str, taken: int
) -> None:
    gateway.script.append(behaviour)
    assert shopper.post(PAYMENTS, body(order), HTTP_IDEMPOTENCY_KEY="key-1").json()["status"] == "unknown"
    grow_old()
    response = shopper.post(PAYMENTS, body(order), HTTP_IDEMPOTENCY_KEY="key-1")
    assert (response.status_code, response.json()["status"]) == (201, "captured")
    assert gateway.taken.total() == taken
    assert state_of(order) == ("processing", "paid")


def test_crash_behind_the_first_step_is_survived_by_the_key(
    order: Order, shopper: APIClient, gateway: Loopback
) -> None:
    begin(order)  # and the process ends
    waiting = shopper.post(PAYMENTS, body(order))
    assert (waiting.status_code, waiting.json()["status"]) == (201, "started")
    assert waiting.json()["next_action"]["type"] == "wait"
    grow_old()
    assert shopper.post(PAYMENTS, body(order)).status_code == 503
    assert shopper.post(PAYMENTS, body(order)).json()["status"] == "captured"
    assert gateway.taken.total() == 1


def test_other_method_waits_for_the_payment_that_has_not_ended(order: Order, shopper: APIClient) -> None:
    pay(order, "time_out_before")
    response = shopper.post(PAYMENTS, body(order, method="manual"))
    assert (response.status_code, response.json()["code"]) == (409, "payment_in_progress")
    assert response.headers["Retry-After"] == "5"


def test_money_route_wants_a_key_where_the_shop_does(order: Order, shopper: APIClient, settings: Any) -> None:
    settings.IDEMPOTENCY_KEY_REQUIRED = True
    response = shopper.post(PAYMENTS, body(order))
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_required")


def test_late_payment_of_an_expired_order_is_refused_before_it_is_charged(
    order: Order, shopper: APIClient, gateway: Loopback
) -> None:
    from forked_apps.payment.tasks import expire_unpaid_orders_task

    run_out(order)
    expire_unpaid_orders_task()
    response = shopper.post(PAYMENTS, body(order))
    assert (response.status_code, response.json()["code"]) == (409, "order_not_payable")
    assert gateway.asked.total() == 0


def test_methods_say_how_long_they_hold(gateway: Loopback, api: APIClient) -> None:
    methods = api.get("/api/v1/payments/methods/").json()
    assert [(method["code"], method["time_to_pay"]) for method in methods] == [("manual", 604800), ("loopback", 900)]


# Staff


def test_staff_capture_what_was_authorised(order: Order, shopper: APIClient, staff: APIClient) -> None:
    payment = shopper.post(PAYMENTS, body(order, "authorise")).json()
    assert (payment["status"], payment["next_action"]) == ("authorised", None)
    for _ in range(2):
        response = staff.post(f"{PAYMENTS}{payment['id']}/capture/", {}, HTTP_IDEMPOTENCY_KEY="key-1")
        assert (response.status_code, response.json()["status"]) == (200, "captured")
    assert state_of(order) == ("processing", "paid")
    again = staff.post(f"{PAYMENTS}{payment['id']}/capture/")
    assert (again.status_code, again.json()["code"]) == (409, "payment_state_not_allowed")


def test_staff_let_a_payment_go(order: Order, shopper: APIClient, staff: APIClient, gateway: Loopback) -> None:
    payment = shopper.post(PAYMENTS, body(order, "authorise")).json()
    assert staff.post(f"{PAYMENTS}{payment['id']}/void/").json()["status"] == "voided"
    assert state_of(order) == ("pending", "awaiting")
    assert staff.post(f"{PAYMENTS}{'x' * 32}/void/").status_code == 404


def refund(order: Order, amount: str, **more: Any) -> dict[str, Any]:
    return {"order": order.handle, "amount": {"amount": amount, "currency": "GBP"}, **more}


def test_staff_give_money_back(order: Order, shopper: APIClient, staff: APIClient, gateway: Loopback) -> None:
    payment = shopper.post(PAYMENTS, body(order)).json()
    response = staff.post(REFUNDS, refund(order, "4.95", reason="Late", payment=payment["id"]))
    made = response.json()
    assert (response.status_code, made["status"], made["payment"], made["reason"]) == (
        *(201, "refunded", payment["id"], "Late"),
    )
    assert staff.get(response.headers["Location"]).json() == made
    assert state_of(order) == ("processing", "partially_refunded")
    assert gateway.net() == Decimal("10.00")
    shown = shopper.get(f"/api/v1/orders/{order.handle}/").json()["payments"][0]
    assert (shown["status"], shown["refunded"]["amount"]) == ("captured", "4.95")


@pytest.mark.parametrize(
    ("amount", "status", "code"),
    [
        ("14.96", 422, "refund_exceeds_payment"),
        ("0", 400, "invalid_request"),
        ("0.00", 400, "invalid_request"),
        ("-1.00", 400, "invalid_request"),
        ("1.001", 400, "invalid_request"),
    ],
)
def test_refund_that_is_too_much_or_nothing(
    order: Order, staff: APIClient, gateway: Loopback, amount: str, status: int, code: str
) -> None:
    pay(order)
    response = staff.post(REFUNDS, refund(order, amount))
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert (PaymentAttempt.objects.filter(kind="refund").count(), gateway.net()) == (0, Decimal("14.95"))


def test_refund_key_is_one_refund(order: Order, staff: APIClient, gateway: Loopback) -> None:
    pay(order)
    answers = [staff.post(REFUNDS, refund(order, "5.00"), HTTP_IDEMPOTENCY_KEY="key-1") for _ in range(3)]
    assert {answer.json()["id"] for answer in answers} == {PaymentAttempt.objects.get(kind="refund").handle}
    assert gateway.net() == Decimal("9.95")


def test_refund_of_money_by_hand_is_recorded(staff: APIClient) -> None:
    order = make_order(make_product(price="10.00"))
    record_manual_payment(order.pk, amount=Decimal("14.95"), recorded_by=None)
    made = staff.post(REFUNDS, refund(order, "14.95", reference="bank 9")).json()
    assert (made["status"], made["method"], made["payment"]) == ("refunded", "manual", None)
    assert state_of(order) == ("processing", "refunded")


def test_refunds_are_listed_in_pages(order: Order, staff: APIClient) -> None:
    pay(order)
    for amount in ("1.00", "2.00", "3.00"):
        staff.post(REFUNDS, refund(order, amount))
    page = staff.get(f"{REFUNDS}?page_size=2&order={order.handle}").json()
    assert ([row["amount"]["amount"] for row in page["results"]], page["count"]) == (["3.00", "2.00"], 3)
    rest = staff.get(page["next"]).json()
    assert ([row["amount"]["amount"] for row in rest["results"]], rest["next"]) == (["1.00"], None)
    assert staff.get(f"{REFUNDS}?order={'x' * 32}").status_code == 404
    assert staff.get(f"{REFUNDS}?cursor=abc").status_code == 400
    assert staff.get(f"{REFUNDS}{'x' * 32}/").status_code == 404
    assert staff.post(REFUNDS, refund(order, "1.00") | {"order": "x" * 32}).status_code == 404


def test_statements_of_refunds_do_not_grow(order: Order, staff: APIClient) -> None:
    pay(order)
    staff.post(REFUNDS, refund(order, "1.00"))
    one, _ = statements_of(lambda: staff.get(REFUNDS))
    for amount in ("2.00", "3.00"):
        staff.post(REFUNDS, refund(order, amount))
    three, _ = statements_of(lambda: staff.get(REFUNDS))
    assert len(one) == len(three) <= 5


def test_statements_of_a_payment(order: Order, shopper: APIClient) -> None:
    payment = shopper.post(PAYMENTS, body(order)).json()
    statements, _ = statements_of(lambda: shopper.get(f"{PAYMENTS}{payment['id']}/"))
    assert len(statements) <= 2


# What is open is one figure


def test_open_amount_is_the_same_everywhere(owner: User, shopper: APIClient, staff: APIClient) -> None:
    order = make_order(make_product(price="48.00"), make_product(price="70.00"), user=owner)  # 122.95 with delivery
    line = order.lines.order_by("pk")[0]
    change_order_status(order.pk, status="cancelled", quantities={line.pk: 1})
    assert figures(shopper, order) == {"74.95"}
    record_manual_payment(order.pk, amount=Decimal("20.00"), recorded_by=None)
    assert figures(shopper, order) == {"54.95"}
    confirmed = {"amount": "54.95", "currency": "GBP"}
    answer = shopper.post(PAYMENTS, {"order": order.handle, "method": "manual", "expected_amount": confirmed})
    made = answer.json()
    assert (answer.status_code, made["amount"], made["next_action"]["amount"]) == (201, confirmed, confirmed)
    assert figures(shopper, order) == {"54.95"}
    entry = shopper.get(f"/api/v1/orders/{order.handle}/").json()["payments"][0]
    assert (entry["status"], entry["amount"]["amount"], entry["paid"]["amount"]) == ("awaiting", "54.95", "20.00")
    record_manual_payment(order.pk, amount=Decimal("54.95"), recorded_by=None)
    assert next_action(shopper, order) is None
    paid = shopper.get(f"{PAYMENTS}{entry['id']}/").json()
    assert (paid["status"], paid["amount"]["amount"], paid["next_action"]) == ("captured", "74.95", None)


def figures(client: APIClient, order: Order) -> set[str]:
    """What the order, and its payment, say is to be paid."""
    shown = client.get(f"/api/v1/orders/{order.handle}/").json()
    payment = client.get(f"{PAYMENTS}{shown['payments'][0]['id']}/").json()
    asked = (shown["next_action"], payment["next_action"], payment)
    return {each["amount"]["amount"] for each in asked}


def test_cancelled_order_has_no_open_payment(owner: User, shopper: APIClient) -> None:
    order = make_order(make_product(price="10.00"), user=owner)
    change_order_status(order.pk, status="cancelled")
    payment = shopper.get(f"{PAYMENTS}{order.sources.get().handle}/").json()
    assert (payment["status"], payment["next_action"]) == ("voided", None)
    (entry,) = shopper.get(f"/api/v1/orders/{order.handle}/").json()["payments"]
    assert (entry["status"], entry["amount"]) == ("voided", payment["amount"])


def test_money_that_came_by_mistake_is_asked_for_again(order: Order, shopper: APIClient, staff: APIClient) -> None:
    pay(order)
    assert staff.post(REFUNDS, refund(order, "14.95", is_owed=True)).json()["status"] == "refunded"
    assert state_of(order) == ("processing", "awaiting")
    assert next_action(shopper, order)["amount"]["amount"] == "14.95"
    assert shopper.post(PAYMENTS, body(order)).json()["status"] == "captured"
    assert state_of(order) == ("processing", "paid")
