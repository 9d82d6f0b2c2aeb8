"""C3, the payment's part: browser, webhook and poller bring news of one payment at once, over HTTP and as a task."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection

from forked_apps.order.models import Order
from forked_apps.payment.calls import check
from forked_apps.payment.models import PaymentAttempt, Transaction
from tests.concurrency.conftest import unlocked_shop
from tests.concurrency.shoppers import broken_rules, cart_with, check_out
from tests.factories.payments import METHODS
from tests.factories.shop import make_product
from tests.peers.loopback import Loopback, signed
from tests.servers import Answer, Shop, race, serving

TIMES = 20 if os.environ.get("NEXUS_SOAK") else 6
WEBHOOKS = "/api/v1/payments/webhooks/loopback/"


def environment(books: Loopback) -> dict[str, str]:
    return {"PAYMENT_METHODS": ",".join(METHODS), "LOOPBACK_ADDRESS": books.address}


def own(call: Callable[[], Any]) -> Callable[[], Any]:
    """The call in a thread of its own, whose connection is closed."""

    def run() -> Any:
        try:
            return call()
        finally:
            connection.close()

    return run


def at_the_gateway(shop: Shop) -> tuple[dict[str, Any], dict[str, str], PaymentAttempt]:
    """An ordered cart whose shopper is to confirm at the gateway: (body of the payment, headers, attempt)."""
    token, cart = cart_with(shop, {"product_id": make_product(stock=9).pk, "quantity": 2})
    order = check_out(shop, token, cart).body
    body = {
        "order": order["id"],
        "method": "loopback",
        "expected_amount": order["totals"]["total"],
        "data": {"behaviour": "action"},
    }
    headers = {"X_Cart_Token": token, "Idempotency_Key": "pay"}
    answer = shop.call("POST", "/api/v1/payments/", body, **headers)
    assert (answer.status, answer.body["status"]) == (201, "requires_action")
    return body, headers, PaymentAttempt.objects.get(handle=answer.body["id"])


def test_browser_webhook_and_poller_settle_a_payment_once(books: Loopback, own_database: str) -> None:
    with serving(own_database, environment=environment(books)) as shop:
        body, headers, attempt = at_the_gateway(shop)
        books.take(attempt.idempotency_key)
        event = books.event(attempt.idempotency_key)
        signature = {name.replace("-", "_"): value for name, value in signed(event).items()}
        browser = partial(shop.call, "POST", "/api/v1/payments/", body, **headers)
        webhook = partial(shop.send, "POST", WEBHOOKS, event, **signature)

        answers: list[Any] = race([*[browser, webhook] * TIMES, *[own(partial(check, attempt.pk))] * TIMES])

    told: list[Answer] = [answer for answer in answers if isinstance(answer, Answer)]
    assert {answer.status for answer in told} <= {200, 201, 409}
    assert {answer.body["code"] for answer in told if answer.status == 409} <= {"idempotency_key_in_flight"}
    assert broken_rules() == {}
    order = Order.objects.get()
    assert (order.status, order.payment_status) == ("processing", "paid")
    assert [row.amount for row in Transaction.objects.all()] == [order.total_incl_tax]
    assert books.taken == {attempt.idempotency_key: 1}


def test_control_without_lock_a_payment_is_booked_twice(books: Loopback, own_database: str, tmp_path: Path) -> None:
    with unlocked_shop(own_database, tmp_path, "payment", **environment(books)) as shop:
        body, headers, attempt = at_the_gateway(shop)
        books.take(attempt.idempotency_key)
        keys = [headers | {"Idempotency_Key": key} for key in ("one", "two")]
        race([partial(shop.call, "POST", "/api/v1/payments/", body, **each) for each in keys])
    assert Transaction.objects.count() == 2
    assert "I4 sources are the sums of their transactions" in broken_rules()
