"""Step two, and what follows: asking gateways. Never inside a transaction; each answer ends in `settle_attempt`."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from .gateways.base import (
    ChargeRequest,
    ChargeResult,
    Declined,
    Gateway,
    Misconfigured,
    RefundRequest,
    Unavailable,
)
from .gateways.breaker import guarded
from .gateways.registry import gateway_of
from .ledger import CHARGE
from .models import PaymentAttempt
from .operations import settle_attempt
from .states import AUTHORISED, DECLINED, FAILED, LIVE, REQUIRES_ACTION, STARTED, UNKNOWN

logger = logging.getLogger(__name__)

# A charge is asked for at once or not at all, and the longest call ends long before the gateway's "never heard of it"
# is believed: else that word could be overtaken by the charge.
ASK_WITHIN: Final = timedelta(seconds=10)
BELIEVE_AFTER: Final = timedelta(seconds=25)


def charge(attempt_id: int, *, data: Mapping[str, Any]) -> PaymentAttempt:
    """Ask the gateway to charge, once, and settle what it says. An attempt that is too old to be asked for is left.

    A decline and a surely failed call settle the attempt as such; where nobody knows, it is `unknown`.
    """
    attempt = _attempt(attempt_id)
    gateway = gateway_of(attempt.method)
    if gateway is None or attempt.status != STARTED or timezone.now() - attempt.created_at > ASK_WITHIN:
        return attempt
    request = ChargeRequest(
        key=attempt.idempotency_key,
        amount=attempt.amount,
        currency=attempt.currency,
        order_number=attempt.order.number,
        email=attempt.order.email or "",
        data=data,
    )
    return settle_attempt(attempt_id, result=_answer(gateway, lambda: gateway.charge(request)))


def refund(attempt_id: int) -> PaymentAttempt:
    """Ask the gateway to give back and settle what it says. To be called again until it has ended: the key is one.

    Where the gateway is away, or does not accept the shop, the refund stays open.
    """
    attempt = _attempt(attempt_id)
    gateway = gateway_of(attempt.method)
    if gateway is None or attempt.charge is None or attempt.status not in {STARTED, UNKNOWN}:
        return attempt
    request = RefundRequest(
        key=attempt.idempotency_key,
        charge_key=attempt.charge.idempotency_key,
        charge_reference=attempt.charge.reference,
        amount=attempt.amount,
        currency=attempt.currency,
    )
    result = _answer(gateway, lambda: gateway.refund(request))
    if result.status == FAILED:
        return attempt
    return settle_attempt(attempt_id, result=result)


def finish(attempt_id: int) -> PaymentAttempt:
    """Ask the gateway for what is wanted of a charge (to capture or to void it) and settle what it says."""
    attempt = _attempt(attempt_id)
    gateway = gateway_of(attempt.method)
    if gateway is None or not attempt.wanted:
        return attempt
    ask = gateway.capture if attempt.wanted == "capture" else gateway.void
    result = _answer(gateway, lambda: ask(attempt.idempotency_key))
    if result.status in {UNKNOWN, FAILED, DECLINED}:  # still wanted; what stands is looked up
        return check(attempt_id)
    return settle_attempt(attempt_id, result=result)


def check(attempt_id: int) -> PaymentAttempt:
    """Look up how a charge stands and settle it.

    One that the gateway has never heard of has failed, once it is old enough. A shopper who has not done what was to
    be done until the order's time is over will not: the charge is voided.
    """
    attempt = _attempt(attempt_id)
    gateway = gateway_of(attempt.method)
    if gateway is None or attempt.kind != CHARGE:
        return attempt
    try:
        result = guarded(gateway.code, lambda: gateway.look_up(attempt.idempotency_key))
    except (Unavailable, Declined, Misconfigured) as problem:
        logger.warning("%s cannot be looked up: %s", attempt, problem)
        return attempt
    is_old = timezone.now() - attempt.created_at > BELIEVE_AFTER
    if result is None:
        is_lost = attempt.status in {STARTED, UNKNOWN} and is_old
        return settle_attempt(attempt_id, result=ChargeResult(FAILED, error="not_charged")) if is_lost else attempt
    if result.status == REQUIRES_ACTION and attempt.order.pay_by and attempt.order.pay_by < timezone.now():
        result = _answer(gateway, lambda: gateway.void(attempt.idempotency_key))
        if result.status in {UNKNOWN, FAILED}:
            return attempt
    return settle_attempt(attempt_id, result=result)


def settle_open(limit: int) -> int:
    """Look after up to `limit` attempts that are open, those first that were left alone longest; returns how many.

    Each is claimed for as long as a call may take, so that workers share them.
    """
    rows = PaymentAttempt.objects.raw(
        """
        UPDATE payment_paymentattempt SET checked_at = clock_timestamp()
        WHERE id IN (
            SELECT id FROM payment_paymentattempt
            WHERE status = ANY(%s) AND (parked_at IS NULL OR wanted = 'void') AND method <> 'manual'
              AND (status <> %s OR wanted <> '')
              AND (checked_at IS NULL OR checked_at < clock_timestamp() - interval '15 seconds')
              AND created_at < clock_timestamp() - interval '10 seconds'
            ORDER BY checked_at NULLS FIRST, id LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING *
        """,
        [list(LIVE), AUTHORISED, limit],
    )
    claimed = list(rows)
    for attempt in claimed:
        try:
            look_after(attempt)
        except Exception:  # a gateway of somebody else's: it keeps no other attempt
            logger.exception("%s cannot be looked after", attempt)
    return len(claimed)


def look_after(attempt: PaymentAttempt) -> PaymentAttempt:
    """The next call that brings an open attempt to its end."""
    if attempt.kind != CHARGE:
        return refund(attempt.pk)
    return finish(attempt.pk) if attempt.wanted else check(attempt.pk)


def _attempt(attempt_id: int) -> PaymentAttempt:
    return PaymentAttempt.objects.select_related("order__user", "charge").get(pk=attempt_id)


def _answer(gateway: Gateway, call: Callable[[], ChargeResult]) -> ChargeResult:
    """What the gateway said, its errors as results."""
    try:
        return guarded(gateway.code, call)
    except Declined as no:
        return ChargeResult(DECLINED, error=no.code)
    except Unavailable as away:
        return ChargeResult(FAILED if away.is_certain else UNKNOWN, error=away.code)
    except Misconfigured as ours:
        logger.error("%s does not accept the shop: %s", gateway.code, ours)  # noqa: TRY400 - no bug, a setting
        return ChargeResult(FAILED, error=ours.code)
