"""Payments: recorded by hand, gateways as settings say."""

from decimal import Decimal

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, transaction
from pytest_django import Settings

from forked_apps.order.models import Order
from forked_apps.payment.errors import AmountNotOpen
from forked_apps.payment.gateways.registry import available_methods, method_of
from forked_apps.payment.gateways.stripe import client, key_problems
from forked_apps.payment.models import Source, Transaction
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import OutboxEvent
from tests.factories.shop import make_order, make_product, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return make_order(make_product(price="10.00"))  # 14.95 with delivery


def test_money_is_recorded_until_the_order_is_paid(order: Order) -> None:
    staff = make_user(is_staff=True)
    record_manual_payment(order.pk, amount=Decimal("10.00"), recorded_by=staff.pk)
    order.refresh_from_db()
    assert order.payment_status == "awaiting"
    record_manual_payment(order.pk, amount=Decimal("4.95"), reference="bank 7", recorded_by=staff.pk)
    order.refresh_from_db()
    assert (order.status, order.payment_status, order.version) == ("processing", "paid", 4)
    assert Source.objects.get().amount_debited == Decimal("14.95")
    assert [t.amount for t in Transaction.objects.order_by("pk")] == [Decimal("10.00"), Decimal("4.95")]
    assert [e.payload["amount"] for e in OutboxEvent.objects.filter(name="PaymentReceived").order_by("id")] == [
        "10.00",
        "4.95",
    ]


@pytest.mark.parametrize("amount", ["0", "-5", "14.96", "999999"])
def test_amount_that_is_not_open(order: Order, amount: str) -> None:
    with pytest.raises(AmountNotOpen) as refusal:
        record_manual_payment(order.pk, amount=Decimal(amount), recorded_by=None)
    assert refusal.value.details() == {"open": "14.95"}
    assert Source.objects.get().amount_debited == 0
    assert Transaction.objects.count() == 0


def test_unknown_order() -> None:
    with pytest.raises(NotFound):
        record_manual_payment(999_999, amount=Decimal(1), recorded_by=None)


@pytest.mark.parametrize(
    "change",
    [{"amount_debited": Decimal("14.96")}, {"amount_refunded": Decimal("0.01")}, {"amount_refunded": Decimal(-1)}],
)
def test_database_refuses_what_cannot_be(order: Order, change: dict[str, Decimal]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.filter(order=order).update(**change)


def test_methods() -> None:
    assert [method.code for method in available_methods()] == ["manual"]
    assert method_of("manual") is not None
    assert method_of("gold") is None


@pytest.mark.parametrize(
    ("public", "secret", "count"),
    [
        ("", "", 0),
        ("pk_test_1", "sk_test_1", 0),
        ("pk_live_1", "rk_live_1", 0),
        ("pk_test_1", "sk_live_1", 1),
        ("pk_test_1", "", 1),
        ("", "sk_test_1", 1),
        ("nonsense", "nonsense", 2),
    ],
)
def test_stripe_keys_have_to_fit(public: str, secret: str, count: int, settings: Settings) -> None:
    assert len(key_problems(public, secret)) == count
    settings.STRIPE_PUBLIC_KEY, settings.STRIPE_SECRET_KEY = public, secret
    assert len([check for check in run_checks() if check.id == "nexus.E001"]) == count


def test_stripe_client_speaks_with_the_key_of_the_settings(settings: Settings) -> None:
    import http.server
    import json
    import threading

    seen: list[tuple[str, str | None]] = []

    class Stripe(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers["Authorization"]))
            body = json.dumps({"object": "balance", "livemode": False, "available": [], "pending": []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    settings.STRIPE_SECRET_KEY = "sk_test_key_of_the_shop"
    with http.server.HTTPServer(("127.0.0.1", 0), Stripe) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        balance = client(f"http://127.0.0.1:{server.server_port}").v1.balance.retrieve()
        server.shutdown()
        thread.join()
    assert balance.object == "balance"
    assert seen == [("/v1/balance", "Bearer sk_test_key_of_the_shop")]
