"""Giving money back. Amounts are in the order's currency; never more than was captured and not given back yet."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from forked_apps.order.lifecycle import CANCELLED, ENDED
from forked_apps.order.models import Order
from forked_apps.order.operations import lock_order
from nexus_shop.core.errors import NotFound
from nexus_shop.core.handles import new_handle
from nexus_shop.core.money import ZERO, Money, amount_text
from nexus_shop.core.transactions import transaction

from .errors import RefundExceedsPayment, RefundFacts
from .ledger import (
    CHARGE,
    MANUAL,
    REFUND,
    UNPAID,
    give_back,
    go_on,
    held,
    lock_sources,
    pay_out,
    refundable,
    set_payment_status,
)
from .models import PaymentAttempt, Source
from .operations import let_go
from .states import CAPTURED, LIVE, REFUNDED, REQUIRES_ACTION

Pot = tuple[Source, PaymentAttempt | None, Decimal]


@transaction
def refund_payment(
    order_id: int,
    *,
    amount: Money,
    payment: str | None = None,
    reason: str = "",
    reference: str = "",
    requested_by: int | None = None,
    is_owed: bool = False,
) -> PaymentAttempt:
    """Give part of an order's money back: of the charge with the handle `payment`, else of one that holds enough.

    A gateway's money goes by an attempt that is executed afterwards. Money that came by hand is taken as paid out:
    staff say that they have done so, under `reference`. A refund of just this amount that was due to be paid out is
    the answer, else a new one that lowers what is due, the oldest first; it has their reason if none is given. Where
    the order was never paid in full, or `is_owed`, the money is to be paid again. Locks the order, then its sources.
    Raises NotFound, RefundExceedsPayment. Publishes PaymentRefunded for money by hand.
    """
    order = lock_order(order_id)
    if amount.currency != order.currency:
        raise RefundExceedsPayment(RefundFacts(amount_text(ZERO, order.currency)), pointer="/amount/currency")
    pots = [pot for pot in _pots(lock_sources(order)) if payment is None or payment in _names(pot)]
    if payment is not None and not pots:
        raise NotFound(pointer="/payment")
    fitting = next((pot for pot in pots if 0 < amount.amount <= pot[2]), None)
    if fitting is None:
        largest = max((pot[2] for pot in pots), default=ZERO)
        raise RefundExceedsPayment(RefundFacts(amount_text(largest, order.currency)), pointer="/amount")
    source, charge, _ = fitting
    if charge is not None:
        return give_back(
            order,
            source,
            amount=amount.amount,
            charge=charge,
            reason=reason,
            requested_by=requested_by,
            data={"is_owed": is_owed},
        )
    refund = _announced(source, amount=amount.amount)
    if refund is None:
        refund = PaymentAttempt.objects.create(
            order=order,
            source=source,
            kind=REFUND,
            method=MANUAL,
            amount=amount.amount,
            currency=order.currency,
            status=REFUNDED,
            idempotency_key=new_handle(),
            reference=reference,
        )
        _lower_due_by_hand(refund)
    refund.status, refund.reference, refund.requested_by_id = REFUNDED, reference, requested_by
    refund.reason = reason or refund.reason
    refund.save()
    pay_out(order, source, amount=amount.amount, reference=reference, is_owed=is_owed, paid_by=requested_by)
    return refund


@transaction
def refund_cancelled_order(order_id: int) -> None:
    """Give back, once, what has come for a cancelled order, and let go what has not come yet.

    Locks the order, then its sources. Does nothing for an order that is not cancelled (any more). What was promised
    back already is counted: however often this is called, no more than the whole goes back.
    """
    order = lock_order(order_id)
    if order.status != CANCELLED:
        return
    sources = lock_sources(order)
    live = PaymentAttempt.objects.filter(order=order, kind=CHARGE, status__in=LIVE, parked_at=None, wanted="")
    let_go({attempt.pk: attempt for attempt in live.order_by("pk")})
    for source, charge, left in _pots(sources, is_whole=True):
        if left > 0:
            give_back(order, source, amount=left, charge=charge, reason="The order was cancelled.")


@transaction
def follow_cancelled_units(order_id: int, *, history_id: int | None = None, freed: Decimal | None = None) -> None:
    """After units of an order were cancelled: what it holds above what the rest costs goes back, `freed` at most.

    `freed` is what of the order's money this move, with the row `history_id` in its history, made free. What units
    have cost that were returned is left to staff. An order that lacks nothing any more is paid, and its pending units
    are processed. Locks the order, then its sources. However often this is called, nothing goes back twice.
    """
    order = lock_order(order_id)
    if order.status == CANCELLED:
        return  # refund_cancelled_order sees to it
    sources = lock_sources(order)
    surplus = _surplus(order, history_id=history_id, freed=freed)
    for source, charge, left in _pots(sources, is_whole=True):
        amount = min(left, surplus)
        if amount > 0:
            reason, data = "A part of the order was cancelled.", {"follows": [history_id]}
            give_back(order, source, amount=amount, charge=charge, reason=reason, data=data)
            surplus -= amount
    if held(order) >= order.payable:
        go_on(order)
    set_payment_status(order)


def _surplus(order: Order, *, history_id: int | None, freed: Decimal | None) -> Decimal:
    """What of the money that a move made free is still there and has not been given back for it."""
    if freed is None:  # told by an older version: no more than what is held above all that was not cancelled
        return held(order) - (order.total_incl_tax - order.cancelled_total)
    followed = PaymentAttempt.objects.filter(order=order, kind=REFUND, data__contains={"follows": [history_id]})
    return ZERO if followed.exists() else min(freed, held(order) - order.payable)


@transaction
def follow_returned_units(order_id: int) -> None:
    """After units of an order that is not paid were returned: one that lacks nothing any more is paid.

    What a paid order's units have cost is given back by staff, who see them. Locks the order, then its sources.
    """
    order = lock_order(order_id)
    if order.payment_status not in UNPAID or order.status in ENDED or not order.payment_method:
        return
    lock_sources(order)
    if held(order) >= order.payable:
        go_on(order)
    set_payment_status(order)


def _pots(sources: Sequence[Source], *, is_whole: bool = False) -> Iterator[Pot]:
    """Where money can be taken from: (source, its charge or None for money by hand, how much).

    What staff are to pay out by hand is still there for them, unless `is_whole`: then it is promised already.
    """
    for source in sources:
        charges = PaymentAttempt.objects.filter(source=source, kind=CHARGE, status=CAPTURED)
        for charge in charges.order_by("pk"):
            yield source, charge, refundable(source, charge=charge)
        by_hand = refundable(source, charge=None)
        if not is_whole:
            by_hand += sum((due.amount for due in _due_by_hand(source)), ZERO)
        if by_hand > 0:
            yield source, None, by_hand


def _names(pot: Pot) -> set[str]:
    source, charge, _ = pot
    return {source.handle} | ({charge.handle} if charge else set())


def _due_by_hand(source: Source) -> list[PaymentAttempt]:
    due = PaymentAttempt.objects.filter(source=source, kind=REFUND, charge=None, status=REQUIRES_ACTION)
    return list(due.order_by("pk"))


def _announced(source: Source, *, amount: Decimal) -> PaymentAttempt | None:
    """The refund of just this amount that is due to be paid out."""
    return next((due for due in _due_by_hand(source) if due.amount == amount), None)


def _lower_due_by_hand(refund: PaymentAttempt) -> None:
    """Lower what was due to be paid out by a new pay-out, which takes over its reason and the moves it followed.

    What nothing is left of stays to be read, as refunded with this one.
    """
    left = refund.amount
    follows: list[int | None] = []
    for due in _due_by_hand(refund.source):
        taken = min(left, due.amount)
        if not taken:
            break
        left -= taken
        follows += due.data.get("follows", [])
        refund.reason = refund.reason or due.reason
        if taken < due.amount:
            due.amount -= taken
        else:
            due.status, due.reference = REFUNDED, refund.reference
            due.data["paid_with"] = refund.handle
        due.save(update_fields=["amount", "status", "reference", "data", "updated_at"])
    refund.data = {"follows": follows}
