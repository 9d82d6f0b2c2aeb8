"""Paying for orders. Amounts are in the order's currency.

A gateway is asked in three steps: an attempt is written and committed (`start_payment`), the gateway is asked with the
attempt's key and without a transaction (calls.py), and `settle_attempt` writes down what came of it. The answer, the
gateway's webhooks, and the periodic look-up of what was left open all end in `settle_attempt`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from forked_apps.order.dues import is_asked_for
from forked_apps.order.errors import TotalChanged, TotalFacts
from forked_apps.order.lifecycle import CANCELLED
from forked_apps.order.models import Order, PaymentStatus
from forked_apps.order.operations import lock_order
from nexus_shop.core.errors import NotFound
from nexus_shop.core.handles import new_handle
from nexus_shop.core.money import Money, amount_text
from nexus_shop.core.tasks import enqueue
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import (
    AmountFacts,
    AmountNotOpen,
    OrderFacts,
    OrderNotPayable,
    PaymentInProgress,
    PaymentMethodUnknown,
    PaymentStateNotAllowed,
)
from .expiry import may_expire
from .gateways.base import ChargeResult, Gateway, NextAction, PaymentMethod
from .gateways.registry import method_of
from .ledger import (
    CHARGE,
    MANUAL,
    due_of,
    live_charge,
    lock_sources,
    park,
    pay_out,
    receive,
    recordable,
    set_payment_status,
    take_source,
)
from .models import PaymentAttempt, Source, SourceType, Transaction
from .states import AUTHORISED, CAPTURED, DECLINED, FAILED, LIVE, REFUNDED, UNKNOWN, VOIDED, may_become


@dataclass(frozen=True, slots=True)
class Begun:
    """How an order is going to be paid. `attempt` None: by a method that asks nobody. `is_new`: the gateway has not
    been asked for this attempt by anybody.
    """

    source: Source
    attempt: PaymentAttempt | None
    is_new: bool


@transaction_required
def open_source(order: Order, *, method: PaymentMethod) -> Source:
    """Note how a new order is to be paid: its whole total, by one method."""
    source_type, _ = SourceType.objects.get_or_create(code=method.code, defaults={"name": str(method.name)})
    source: Source = Source.objects.create(
        order=order, source_type=source_type, currency=order.currency, amount_allocated=order.payable
    )
    return source


@transaction
def start_payment(order_id: int, *, method: str, expected: Money) -> Begun:
    """Begin to pay what the order lacks: write the attempt that a gateway is then asked for.

    While an attempt of the method has not ended, it is the answer, not `is_new`. Locks the order, then its sources.
    Raises NotFound, PaymentMethodUnknown, PaymentInProgress (by another method), OrderNotPayable, TotalChanged.
    """
    order = lock_order(order_id)
    chosen = method_of(method)
    if chosen is None:
        raise PaymentMethodUnknown(pointer="/method")
    sources = lock_sources(order)
    live = live_charge(order.pk)
    if live is not None:
        if live.method != method or live.parked_at is not None:
            raise PaymentInProgress
        return Begun(live.source, live, is_new=False)
    due = Money(due_of(order, sources), order.currency)
    if not due.amount or not is_asked_for(order.payment_status, order.status):
        raise OrderNotPayable(OrderFacts(order.status, order.payment_status))
    if expected != due:
        raise TotalChanged(TotalFacts({"total": due.as_json()}), pointer="/expected_amount")
    source = take_source(order, sources, method=chosen)
    _choose(order, chosen)
    if not isinstance(chosen, Gateway):
        return Begun(source, None, is_new=True)
    attempt = PaymentAttempt.objects.create(
        order=order,
        source=source,
        kind=CHARGE,
        method=chosen.code,
        amount=due.amount,
        currency=due.currency,
        idempotency_key=new_handle(),
    )
    return Begun(source, attempt, is_new=True)


def _choose(order: Order, method: PaymentMethod) -> None:
    """The order is paid by this method now, in the longer of both times: from now on where it does not expire.

    Choosing a method again that asks nobody shows nothing new of the order.
    """
    if isinstance(method, Gateway) or order.payment_method != method.code:
        order.version += 1
    order.payment_method = method.code
    if order.pay_by is not None:
        since = order.date_placed if may_expire(order) else timezone.now()
        order.pay_by = max(order.pay_by, since + method.time_to_pay())
    order.save(update_fields=["payment_method", "pay_by", "version"])


@transaction
def settle_attempt(attempt_id: int, *, result: ChargeResult) -> PaymentAttempt:
    """Write down how an attempt stands at its gateway: the one way in which attempts change, whoever has heard it.

    Idempotent, and indifferent to the order in which news come (states.py). Locks the order, then its sources; for
    late money then vouchers, offers and stock. Captured in full, the order is paid and goes on to processing. Money
    that fits no order any more is given back; another amount or currency than was asked for, and what is put aside for
    an attempt that was given up, is parked and voided. Publishes PaymentReceived, PaymentRefunded or PaymentParked.
    """
    order_id = PaymentAttempt.objects.values_list("order_id", flat=True).get(pk=attempt_id)
    order = lock_order(order_id)
    sources = {source.pk: source for source in lock_sources(order)}
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    if result.reference and not attempt.reference:
        attempt.reference = result.reference
        attempt.save(update_fields=["reference", "updated_at"])
    if attempt.kind == CHARGE:
        _settle_charge(order, sources[attempt.source_id], attempt, result)
    else:
        _settle_refund(order, sources[attempt.source_id], attempt, result)
    return attempt


def _settle_charge(order: Order, source: Source, attempt: PaymentAttempt, result: ChargeResult) -> None:
    if attempt.parked_at is not None and result.status != VOIDED:
        return
    is_let_go = attempt.parked_at is not None and result.status == VOIDED
    is_late = result.status == AUTHORISED and attempt.status in {DECLINED, FAILED}
    if not (is_let_go or is_late or may_become(attempt.kind, attempt.status, result.status)):
        return
    if is_late or (result.status in {CAPTURED, AUTHORISED} and _differs(attempt, result)):
        _refuse(order, attempt, result)
        return
    was = attempt.status
    captured_by = attempt.requested_by_id if attempt.wanted == "capture" else None
    attempt.status, attempt.error_code, attempt.parked_at = result.status, result.error[:64], None
    attempt.data["next_action"] = _stored(result.next_action)
    attempt.wanted = "" if result.status not in LIVE else attempt.wanted
    attempt.save()
    if result.status == CAPTURED:
        reference = attempt.reference or attempt.idempotency_key
        receive(order, source, amount=attempt.amount, reference=reference, charge=attempt, recorded_by=captured_by)
    elif result.status == AUTHORISED:
        _hold(order, source, attempt)
    elif was == AUTHORISED or order.payment_status == PaymentStatus.AUTHORISED:  # parked, it was `unknown` meanwhile
        set_payment_status(order)


def _refuse(order: Order, attempt: PaymentAttempt, result: ChargeResult) -> None:
    """Park what the gateway has moved and was not to, and have it voided: it is asked until it has done so."""
    problem = "currency_mismatch" if result.currency != attempt.currency else "amount_mismatch"
    why = f"for a payment of {attempt.amount} {attempt.currency}"
    if not _differs(attempt, result):  # the shopper's money shall not stay blocked
        problem, why = "late_authorisation", "put aside for a payment that had been given up"
    attempt.data["seen"] = {"status": result.status, "amount": str(result.amount), "currency": result.currency}
    attempt.status = UNKNOWN
    message = f"{attempt.method} reports {result.amount} {result.currency} {why}. It is being voided."
    park(order, attempt, problem=problem, message=message)
    _want(attempt, "void")


def _differs(attempt: PaymentAttempt, result: ChargeResult) -> bool:
    return (result.amount, result.currency) != (attempt.amount, attempt.currency)


def _stored(action: NextAction | None) -> dict[str, Any] | None:
    return None if action is None else {"type": action.type, "url": action.url, "data": dict(action.data)}


def _hold(order: Order, source: Source, attempt: PaymentAttempt) -> None:
    """Money is put aside for the order; for one that is cancelled it is let go."""
    Transaction.objects.create(
        source=source, txn_type=Transaction.AUTHORISE, amount=attempt.amount, reference=attempt.reference[:128]
    )
    if order.status == CANCELLED:
        _want(attempt, "void")
    else:
        set_payment_status(order)


def _settle_refund(order: Order, source: Source, attempt: PaymentAttempt, result: ChargeResult) -> None:
    status = FAILED if result.status in {DECLINED, VOIDED} else result.status
    if not may_become(attempt.kind, attempt.status, status):
        return
    if status == REFUNDED and result.amount is not None and _differs(attempt, result):
        park(order, attempt, problem="amount_mismatch", message=f"Refund of another amount: {result.amount}.")
        return
    attempt.status, attempt.error_code = status, result.error[:64]
    if status == FAILED:
        message = f"{attempt.method} refuses to give {attempt.amount} {attempt.currency} back: {result.error}."
        park(order, attempt, problem="refund_declined", message=message)
        return
    attempt.parked_at = None
    attempt.save()
    if status == REFUNDED:
        reference = attempt.reference or attempt.idempotency_key
        pay_out(
            order,
            source,
            amount=attempt.amount,
            reference=reference,
            is_owed=attempt.data.get("is_owed", False),
            paid_by=attempt.requested_by_id,
        )


@transaction_required
def _want(attempt: PaymentAttempt, what: str) -> None:
    """Have the gateway asked to capture or to void, by a task."""
    from .tasks import finish_attempt_task  # noqa: PLC0415 - tasks call what calls this

    attempt.wanted = what
    attempt.save(update_fields=["wanted", "updated_at"])
    enqueue(finish_attempt_task, attempt_id=attempt.pk)


@transaction
def want_capture(attempt_id: int, *, requested_by: int | None) -> PaymentAttempt:
    """Decide to take what was authorised. Locks the order. Raises NotFound, PaymentStateNotAllowed."""
    return _decide(attempt_id, what="capture", statuses=(AUTHORISED,), requested_by=requested_by)


@transaction
def want_void(attempt_id: int, *, requested_by: int | None) -> PaymentAttempt:
    """Decide to let a payment go that has not ended, or that waits for staff.

    Locks the order. Raises NotFound, PaymentStateNotAllowed.
    """
    return _decide(attempt_id, what="void", statuses=LIVE, requested_by=requested_by)


def _decide(attempt_id: int, *, what: str, statuses: tuple[str, ...], requested_by: int | None) -> PaymentAttempt:
    attempt = PaymentAttempt.objects.filter(pk=attempt_id, kind=CHARGE).first()
    if attempt is None:
        raise NotFound
    order = lock_order(attempt.order_id)
    attempt.refresh_from_db()
    is_parked = what == "void" and attempt.parked_at is not None
    is_free = attempt.status in statuses and (attempt.parked_at is None or is_parked)
    if not (is_free or is_parked) or (what == "capture" and order.status == CANCELLED):
        raise PaymentStateNotAllowed
    attempt.requested_by_id = requested_by
    attempt.save(update_fields=["requested_by", "updated_at"])
    _want(attempt, what)
    return attempt


@transaction_required
def let_go(attempts: Mapping[int, PaymentAttempt]) -> None:
    """Have live charges voided, by tasks. The caller holds their order's lock."""
    for attempt in attempts.values():
        _want(attempt, "void")


@transaction
def record_manual_payment(order_id: int, *, amount: Decimal, reference: str = "", recorded_by: int | None) -> Order:
    """Record money that came outside of the shop. Paid in full, the order is `paid` and goes on to processing.

    Money that comes for a cancelled order takes it back or is to be paid out again, as in `receive`. Locks the
    order, then its sources; a CHECK says the bounds again. Raises NotFound, AmountNotOpen, PaymentInProgress.
    Publishes PaymentReceived.
    """
    order = lock_order(order_id)
    sources = lock_sources(order)
    method = method_of(MANUAL)
    if not sources or method is None:
        raise NotFound
    if live_charge(order.pk) is not None:
        raise PaymentInProgress
    still_open = recordable(order, sources)
    if not 0 < amount <= still_open:
        raise AmountNotOpen(AmountFacts(open=amount_text(still_open, order.currency)))
    source = take_source(order, sources, method=method)
    receive(order, source, amount=amount, reference=reference, recorded_by=recorded_by)
    return order
