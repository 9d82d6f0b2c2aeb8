"""Webhooks of gateways: signed ones are kept and followed, others leave nothing."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from forked_apps.order.models import Order
from forked_apps.payment.models import GatewayEvent, PaymentAttempt, Transaction
from nexus_shop.core.models import QueuedTask
from nexus_shop.core.worker import drain
from tests.factories.payments import pay
from tests.factories.shop import make_order, make_product
from tests.peers.loopback import SECRETS, Loopback, signed

pytestmark = pytest.mark.django_db

NUL = b'{"id": "evt-1", "type": "weather", "account": "shop-1", "text": "\\u0000"}'
PATH = "/api/v1/payments/webhooks/loopback/"


@pytest.fixture
def attempt(gateway: Loopback) -> PaymentAttempt:
    """A shopper is at the gateway."""
    order = make_order(make_product(price="10.00"), payment_method="loopback")
    return pay(order, "action")


def send(client: APIClient, body: bytes, headers: dict[str, str] | None = None, path: str = PATH) -> Any:
    given = signed(body) if headers is None else headers
    raw: Any = body
    return client.generic("POST", path, raw, content_type="application/json", headers=given)


def rows() -> tuple[int, int, int]:
    return GatewayEvent.objects.count(), QueuedTask.objects.count(), Transaction.objects.count()


def test_event_is_kept_then_followed(attempt: PaymentAttempt, gateway: Loopback, api: APIClient) -> None:
    gateway.take(attempt.idempotency_key)
    response = send(api, gateway.event(attempt.idempotency_key))
    assert (response.status_code, response.json()) == (200, {"received": True})
    kept = GatewayEvent.objects.get()
    assert (kept.gateway, kept.applied_at) == ("loopback", None)
    attempt.refresh_from_db()
    assert attempt.status == "requires_action"
    drain()
    kept.refresh_from_db()
    order = Order.objects.get()
    assert kept.applied_at is not None
    assert (order.status, order.payment_status) == ("processing", "paid")


def test_event_that_comes_again_changes_nothing(attempt: PaymentAttempt, gateway: Loopback, api: APIClient) -> None:
    gateway.take(attempt.idempotency_key)
    body = gateway.event(attempt.idempotency_key)
    for _ in range(10):
        assert send(api, body).status_code == 200
        drain()
    assert GatewayEvent.objects.count() == 1
    assert [row.amount for row in Transaction.objects.all()] == [Decimal("14.95")]


def forgeries(body: bytes) -> dict[str, tuple[bytes, dict[str, str]]]:
    now = int(time.time())
    event = json.loads(body)
    other = json.dumps(event | {"account": "shop-2"}).encode()
    return {
        "no signature": (body, {}),
        "empty": (body, {"loopback-signature": ""}),
        "bad": (body, {"loopback-signature": f"t={now},v1={'0' * 64}"}),
        "no time": (body, {"loopback-signature": signed(body)["loopback-signature"].split(",")[1]}),
        "old": (body, signed(body, at=now - 301)),
        "ahead": (body, signed(body, at=now + 301)),
        "other secret": (body, signed(body, secret="stolen")),
        "tampered": (body.replace(b"14.95", b"00.01"), signed(body)),
        "longer": (body + b" ", signed(body)),
        "other account": (other, signed(other)),
        "time changed": (body, {"loopback-signature": signed(body)["loopback-signature"].replace("t=", "t=1")}),
    }


@pytest.mark.parametrize("name", sorted(forgeries(b'{"a": 1}')))
def test_forged_event_leaves_nothing(attempt: PaymentAttempt, gateway: Loopback, api: APIClient, name: str) -> None:
    before = rows()
    body, headers = forgeries(gateway.event(attempt.idempotency_key, status="captured"))[name]
    response = send(api, body, headers)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert rows() == before


def test_secret_of_yesterday_counts_while_it_is_replaced(
    attempt: PaymentAttempt, gateway: Loopback, api: APIClient
) -> None:
    body = gateway.event(attempt.idempotency_key)
    assert send(api, body, signed(body, secret=SECRETS[1])).status_code == 200


def test_signed_nonsense_is_refused(gateway: Loopback, api: APIClient) -> None:
    for body in (b"", b"{", b"[1]", b'{"account": "shop-1"}', b"\xff\xfe", NUL):
        response = send(api, body)
        assert (response.status_code, response.json()["code"]) == (400, "invalid_request")
    assert rows() == (0, 0, 0)


def test_event_of_an_unknown_type_is_kept_and_means_nothing(gateway: Loopback, api: APIClient) -> None:
    body = json.dumps({"id": "evt-1", "type": "weather", "account": "shop-1"}).encode()
    assert send(api, body).status_code == 200
    assert GatewayEvent.objects.get().applied_at is not None
    assert QueuedTask.objects.count() == 0


def test_event_about_nothing_of_ours_is_marked(attempt: PaymentAttempt, gateway: Loopback, api: APIClient) -> None:
    event = json.loads(gateway.event(attempt.idempotency_key))
    event["charge"] |= {"key": "unknown", "reference": "ch_unknown"}
    assert send(api, json.dumps(event).encode()).status_code == 200
    drain()
    kept = GatewayEvent.objects.get()
    assert (kept.applied_at, kept.problem) == (None, "unmatched")


def test_event_is_matched_by_the_gateways_reference(attempt: PaymentAttempt, gateway: Loopback, api: APIClient) -> None:
    gateway.take(attempt.idempotency_key)
    event = json.loads(gateway.event(attempt.idempotency_key))
    event["charge"]["key"] = ""
    send(api, json.dumps(event).encode())
    drain()
    attempt.refresh_from_db()
    assert attempt.status == "captured"


@pytest.mark.parametrize("name", ["manual", "gold", "stripe"])
def test_unknown_gateway(gateway: Loopback, api: APIClient, name: str) -> None:
    response = send(api, b"{}", path=f"/api/v1/payments/webhooks/{name}/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_other_methods_are_not_for_webhooks(gateway: Loopback, api: APIClient) -> None:
    assert api.get(PATH).status_code == 405
    assert api.put(PATH, {}).status_code == 405


def test_gateway_needs_no_csrf_token(gateway: Loopback, attempt: PaymentAttempt) -> None:
    """The tests' other clients are let through by Django; a gateway's is not."""
    raw: Any = gateway.event(attempt.idempotency_key, status="captured")
    headers = signed(raw)
    strict = Client(enforce_csrf_checks=True)
    response = strict.generic("POST", PATH, raw, content_type="application/json", headers=headers)
    assert (response.status_code, GatewayEvent.objects.count()) == (200, 1)
