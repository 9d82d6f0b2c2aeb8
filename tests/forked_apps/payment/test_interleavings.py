"""F5: news of one payment in any order, any number of times, from everybody who may bring them: one final state."""

import os
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forked_apps.catalogue.models import Product
from forked_apps.payment.gateways.base import ChargeResult
from forked_apps.payment.models import PaymentAttempt, Source, Transaction
from forked_apps.payment.operations import settle_attempt
from forked_apps.payment.refunds import refund_payment
from nexus_shop.core.money import Money
from tests.factories.payments import begin
from tests.factories.shop import make_order, make_product
from tests.peers.loopback import Loopback

TOTAL: Final = Decimal("14.95")
MOST: Final = 10 if os.environ.get("NEXUS_SOAK") else 5
TIMES: Final = 1000 if os.environ.get("NEXUS_SOAK") else 200


@pytest.fixture
def mug(own_database: str) -> Product:
    """Committed, as all that follows: one long transaction would carry every version of every row along."""
    return make_product(price="10.00", stock=10_000)


def moved(status: str) -> ChargeResult:
    return ChargeResult(status, TOTAL, "GBP", "ch_1")


# What really happened at the gateway -> the news of it, each of which may come often, late, or before the others.
STORIES: Final[dict[str, tuple[ChargeResult, ...]]] = {
    "captured": (ChargeResult("unknown", error="no_answer"), moved("requires_action"), moved("captured")),
    "authorised then captured": (moved("requires_action"), moved("authorised"), moved("captured")),
    "declined": (ChargeResult("unknown"), moved("requires_action"), ChargeResult("declined", error="no")),
    "authorised then voided": (ChargeResult("unknown"), moved("authorised"), moved("voided")),
    "given up, but captured": (ChargeResult("failed", error="not_charged"), moved("captured")),
}
FINAL: Final = {
    "captured": ("captured", "processing", "paid", TOTAL),
    "authorised then captured": ("captured", "processing", "paid", TOTAL),
    "declined": ("declined", "pending", "awaiting", Decimal(0)),
    "authorised then voided": ("voided", "pending", "awaiting", Decimal(0)),
    "given up, but captured": ("captured", "processing", "paid", TOTAL),
}


@st.composite
def news(draw: Any) -> tuple[str, list[ChargeResult]]:
    """A story, and its news in some order with repetitions; each comes once at least."""
    story = draw(st.sampled_from(sorted(STORIES)))
    told = [result for result in STORIES[story] for _ in range(draw(st.integers(1, MOST)))]
    return story, draw(st.permutations(told))


@settings(max_examples=TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=news())
def test_any_order_of_news_ends_alike(gateway: Loopback, mug: Product, told: tuple[str, list[ChargeResult]]) -> None:
    story, results = told
    order = make_order(mug, payment_method="loopback")
    attempt = begin(order)
    for result in results:
        settle_attempt(attempt.pk, result=result)
    attempt.refresh_from_db()
    order.refresh_from_db()
    debited = Source.objects.get(order=order).amount_debited
    assert (attempt.status, order.status, order.payment_status, debited) == FINAL[story]
    booked = Transaction.objects.filter(source__order=order, txn_type="Debit")
    assert [row.amount for row in booked] == ([TOTAL] if debited else [])


@settings(max_examples=TIMES // 10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order_of_news=st.permutations(["captured", "refunded", "captured", "refunded", "unknown", "refunded"]))
def test_news_after_a_refund_change_nothing(gateway: Loopback, mug: Product, order_of_news: list[str]) -> None:
    order = make_order(mug, payment_method="loopback")
    attempt = begin(order)
    settle_attempt(attempt.pk, result=moved("captured"))
    refund = refund_payment(order.pk, amount=Money(Decimal("5.00"), "GBP"))
    for status in order_of_news:
        result = moved("captured") if status == "captured" else ChargeResult(status, Decimal("5.00"), "GBP", "re_1")
        settle_attempt(attempt.pk if status == "captured" else refund.pk, result=result)
    order.refresh_from_db()
    source = Source.objects.get(order=order)
    assert (source.amount_debited, source.amount_refunded) == (TOTAL, Decimal("5.00"))
    assert (order.payment_status, PaymentAttempt.objects.get(pk=refund.pk).status) == (
        *("partially_refunded", "refunded"),
    )
