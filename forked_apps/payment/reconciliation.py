"""Do the shop's books and the gateways' agree? What differs is settled where that helps, else told to people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from .calls import look_after
from .gateway_events import apply_gateway_event
from .gateways.base import ChargeResult, GatewayError
from .gateways.breaker import guarded
from .gateways.registry import gateway_of
from .ledger import CHARGE
from .models import GatewayEvent, PaymentAttempt
from .operations import settle_attempt
from .states import AUTHORISED, CAPTURED, LIVE, VOIDED, may_become

# problem -> query that finds (order number, what) by the shop's own books
OWN_BOOKS: Final = {
    "paid_without_charge": """
        SELECT o.number, 'total ' || o.total_incl_tax - o.cancelled_total - o.returned_total
               || ', held ' || COALESCE(m.held, 0)
        FROM order_order o LEFT JOIN LATERAL (
            SELECT sum(s.amount_debited - s.amount_refunded) AS held FROM payment_source s WHERE s.order_id = o.id) m
            ON true
        WHERE o.payment_status = 'paid'
          AND o.total_incl_tax - o.cancelled_total - o.returned_total > COALESCE(m.held, 0)
    """,
    "source_differs_from_transactions": """
        SELECT o.number, 'debited ' || s.amount_debited || ' refunded ' || s.amount_refunded || ', transactions say '
               || t.debits || ' and ' || t.refunds
        FROM payment_source s JOIN order_order o ON o.id = s.order_id JOIN LATERAL (
            SELECT COALESCE(sum(amount) FILTER (WHERE txn_type = 'Debit'), 0) AS debits,
                   COALESCE(sum(amount) FILTER (WHERE txn_type = 'Refund'), 0) AS refunds
            FROM payment_transaction WHERE source_id = s.id) t ON true
        WHERE (s.amount_debited, s.amount_refunded) <> (t.debits, t.refunds)
    """,
    "attempt_differs_from_source": """
        SELECT o.number, 'attempts ' || a.charged || ', source ' || s.amount_debited
        FROM payment_source s JOIN order_order o ON o.id = s.order_id JOIN LATERAL (
            SELECT COALESCE(sum(amount) FILTER (WHERE kind = 'charge' AND status = 'captured'), 0) AS charged
            FROM payment_paymentattempt WHERE source_id = s.id) a ON true
        WHERE a.charged > s.amount_debited
    """,
    "charge_of_cancelled_order": """
        SELECT o.number, 'held ' || (s.amount_debited - s.amount_refunded)
        FROM payment_source s JOIN order_order o ON o.id = s.order_id
        WHERE o.status = 'cancelled' AND s.amount_debited - s.amount_refunded > (
            SELECT COALESCE(sum(r.amount), 0) FROM payment_paymentattempt r
            WHERE r.source_id = s.id AND r.kind = 'refund'
              AND r.status IN ('started', 'requires_action', 'unknown'))
    """,
    "parked": """
        SELECT o.number, a.kind || ' ' || a.handle || ': ' || a.error_code
        FROM payment_paymentattempt a JOIN order_order o ON o.id = a.order_id WHERE a.parked_at IS NOT NULL
    """,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something on which the books do not agree. `subject` is an order's number, or an event's id."""

    problem: str
    subject: str
    detail: str
    is_repaired: bool = False


def reconcile(*, days: int) -> list[Difference]:
    """Compare every attempt of the last days with its gateway, and all of the shop's books with themselves.

    What the gateway knows better is settled as any other news of it. Asks gateways one attempt after the other, outside
    of transactions; may run beside a working shop, and again.
    """
    since = timezone.now() - timedelta(days=days)
    found = [*_unmatched_events()]
    attempts = PaymentAttempt.objects.filter(created_at__gt=since, parked_at=None).exclude(method="manual")
    for attempt in attempts.select_related("order").order_by("pk").iterator(chunk_size=500):
        found.extend(_charge(attempt) if attempt.kind == CHARGE else _refund(attempt))
    return [*found, *_own_books()]


def _own_books() -> Iterator[Difference]:
    with connection.cursor() as cursor:
        for problem, query in OWN_BOOKS.items():
            cursor.execute(query)
            for number, detail in cursor.fetchall():
                yield Difference(problem, number, detail)


def _unmatched_events() -> Iterator[Difference]:
    for event in GatewayEvent.objects.filter(applied_at=None).order_by("pk"):
        is_repaired = apply_gateway_event(event.pk)
        yield Difference("charge_without_order", f"{event.gateway} {event.event_id}", event.type, is_repaired)


def _charge(attempt: PaymentAttempt) -> Iterator[Difference]:
    gateway = gateway_of(attempt.method)
    if gateway is None:
        yield Difference("gateway_not_configured", attempt.order.number, attempt.method)
        return
    try:
        told = guarded(gateway.code, lambda: gateway.look_up(attempt.idempotency_key))
    except GatewayError as problem:
        yield Difference("gateway_away", attempt.order.number, f"{attempt.method}: {problem}")
        return
    if told is None:
        yield from _never_heard_of(attempt)
    elif attempt.status in {CAPTURED, AUTHORISED} and told.status in {CAPTURED, AUTHORISED} and _differs(attempt, told):
        yield Difference("amount_differs", attempt.order.number, f"{_shown(told)}, here {attempt.amount}")
    elif told.status != attempt.status:
        yield from _other_status(attempt, told)


def _never_heard_of(attempt: PaymentAttempt) -> Iterator[Difference]:
    if attempt.status in {CAPTURED, AUTHORISED}:
        yield Difference("order_without_charge", attempt.order.number, f"{attempt.method} has never heard of it")
    elif attempt.status in LIVE:
        settled = look_after(attempt)
        is_ended = settled.status not in LIVE
        yield Difference("open", attempt.order.number, f"{attempt.status}: never charged", is_ended)


def _other_status(attempt: PaymentAttempt, told: ChargeResult) -> Iterator[Difference]:
    if may_become(attempt.kind, attempt.status, told.status):
        settled = settle_attempt(attempt.pk, result=told)
        problem = "charge_without_order" if told.status == CAPTURED else "status_differs"
        is_repaired = settled.status == told.status
        yield Difference(problem, attempt.order.number, f"{_shown(told)}, here {attempt.status}", is_repaired)
    elif told.status == CAPTURED or (attempt.status == CAPTURED and told.status == VOIDED):
        yield Difference("status_differs", attempt.order.number, f"{_shown(told)}, here {attempt.status}")


def _refund(attempt: PaymentAttempt) -> Iterator[Difference]:
    if attempt.status in LIVE:
        settled = look_after(attempt)
        is_ended = settled.status not in LIVE
        yield Difference("missing_refund", attempt.order.number, f"{attempt.amount}: {settled.status}", is_ended)


def _differs(attempt: PaymentAttempt, told: ChargeResult) -> bool:
    return (told.amount, told.currency) != (attempt.amount, attempt.currency)


def _shown(told: ChargeResult) -> str:
    return f"gateway: {told.status} {told.amount} {told.currency}"
