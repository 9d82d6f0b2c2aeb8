"""The books of an order's payment: what came, what went back, and what follows from it for the order.

Everything here runs inside a transaction whose caller holds the order's lock and then those of its sources. Amounts
are in the order's currency.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import transaction as django_transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from forked_apps.order.dues import amount_due
from forked_apps.order.history import SHOP, STAFF
from forked_apps.order.lifecycle import CANCELLED, ENDED, EXPIRED, PENDING, PROCESSING
from forked_apps.order.models import Order, OrderNote, PaymentEvent, PaymentEventType, PaymentStatus
from forked_apps.order.operations import move_order
from forked_apps.order.reopening import reopen_order
from nexus_shop.core.errors import DomainError
from nexus_shop.core.events import publish
from nexus_shop.core.handles import new_handle
from nexus_shop.core.money import ZERO
from nexus_shop.core.tasks import enqueue
from nexus_shop.core.transactions import transaction_required

from .events import PaymentParked, PaymentReceived, PaymentRefunded
from .gateways.base import PaymentMethod
from .gateways.registry import method_of
from .models import PaymentAttempt, Source, SourceType, Transaction
from .states import AUTHORISED, CAPTURED, LIVE, REQUIRES_ACTION, STARTED, VOIDED

MANUAL: Final = "manual"
CHARGE: Final = PaymentAttempt.Kind.CHARGE
REFUND: Final = PaymentAttempt.Kind.REFUND
UNPAID: Final = frozenset({PaymentStatus.AWAITING, PaymentStatus.AUTHORISED})
# A refund by hand whose money went out with that of others: it is readable, and counted in the one that says so.
PAID_WITH_ANOTHER: Final = Q(kind=REFUND, data__has_key="paid_with")


@transaction_required
def lock_sources(order: Order) -> list[Source]:
    """The order's sources, locked in primary-key order."""
    rows = Source.objects.select_for_update(of=("self",)).filter(order=order).select_related("source_type")
    return list(rows.order_by("pk"))


def live_charge(order_id: int) -> PaymentAttempt | None:
    """The charge of the order that has not ended; where there is none, one that is parked."""
    charges = PaymentAttempt.objects.filter(order_id=order_id, kind=CHARGE)
    live = charges.filter(status__in=LIVE, parked_at=None).order_by("pk").first()
    return live or charges.exclude(parked_at=None).order_by("pk").first()


def due_of(order: Order, sources: Iterable[Source]) -> Decimal:
    """What the order still lacks."""
    return amount_due(order.payable, _moved(sources))


def recordable(order: Order, sources: Iterable[Source]) -> Decimal:
    """What may still be recorded: what the order lacks; of a cancelled one, what it had cost. That goes back."""
    if order.status != CANCELLED:
        return due_of(order, sources)
    return amount_due(order.total_incl_tax - order.cancelled_total - order.returned_total, _moved(sources))


def _moved(sources: Iterable[Source]) -> Iterator[tuple[Decimal, Decimal]]:
    return ((source.amount_debited, source.amount_refunded) for source in sources)


@transaction_required
def take_source(order: Order, sources: Sequence[Source], *, method: PaymentMethod) -> Source:
    """The source by which the rest of the order is paid now. One that holds no money changes its method."""
    due = due_of(order, sources)
    kind = SourceType.objects.get_or_create(code=method.code, defaults={"name": str(method.name)})[0]
    found = next((each for each in sources if each.source_type_id == kind.pk), None)
    found = found or next((each for each in sources if not each.amount_debited), None)
    for other in sources:
        if other is not found and other.amount_allocated != other.amount_debited:
            other.amount_allocated = other.amount_debited
            other.save(update_fields=["amount_allocated"])
    source = found or Source(order=order, currency=order.currency)
    source.source_type, source.amount_allocated = kind, source.amount_debited + due
    source.save()
    return source


@transaction_required
def receive(
    order: Order,
    source: Source,
    *,
    amount: Decimal,
    reference: str,
    charge: PaymentAttempt | None = None,
    recorded_by: int | None = None,
) -> None:
    """Write down money that has come, and let the order follow.

    Paid in full, its pending units move on to processing. An order that had run out of time is taken back if all of it
    can be had again, and keeps what was to be paid out by hand and was not yet; what came for any other cancelled
    order, or came twice, is given back. Publishes PaymentReceived.
    """
    more = source.amount_debited + amount - source.amount_allocated
    source.amount_allocated += max(more, ZERO)  # more than was asked for came all the same
    source.amount_debited += amount
    source.save(update_fields=["amount_allocated", "amount_debited"])
    _write(source, Transaction.DEBIT, "paid", amount, reference, actor=recorded_by)
    publish(
        PaymentReceived(
            order_id=order.pk,
            source_id=source.pk,
            amount=str(amount),
            currency=order.currency,
            recorded_by=recorded_by,
        )
    )
    missing = order.payable - held(order)
    is_late = order.status == CANCELLED and order.cancel_reason == EXPIRED
    is_paid = missing <= (_due_out(order) if is_late else ZERO)
    if order.status == CANCELLED:
        if is_late and is_paid and _reopened(order):
            _withdraw(order, amount=missing)
        else:
            give_back(order, source, amount=amount, charge=charge, reason="The order was cancelled.")
    elif (surplus := held(order) - order.payable) > 0:
        reason = "The order was paid already." if order.payable else "Nothing of the order is wanted any more."
        give_back(order, source, amount=min(surplus, amount), charge=charge, reason=reason)
    set_payment_status(order)
    if is_paid:
        go_on(order, changed_by=recorded_by)


@transaction_required
def go_on(order: Order, *, changed_by: int | None = None) -> None:
    """Let the pending units of an order that is paid be processed."""
    if order.lines.filter(units__has_key=PENDING).exists():
        move_order(order, status=PROCESSING, changed_by=changed_by)


def _reopened(order: Order) -> bool:
    try:
        with django_transaction.atomic():
            reopen_order(order)
    except DomainError as gone:
        order.refresh_from_db()
        note(order, f"The payment came late and the order cannot be taken back: {gone.message}")
        return False
    return True


def due_by_hand(order: Order) -> QuerySet[PaymentAttempt]:
    """The refunds of the order that staff are to pay out, oldest first."""
    return PaymentAttempt.objects.filter(order=order, kind=REFUND, charge=None, status=REQUIRES_ACTION).order_by("pk")


def _due_out(order: Order) -> Decimal:
    return sum((due.amount for due in due_by_hand(order)), ZERO)


def _withdraw(order: Order, *, amount: Decimal) -> None:
    """Keep so much of what was to be paid out by hand, the latest first: the order is wanted again, and costs it."""
    left = amount
    for due in due_by_hand(order).reverse():
        kept = min(left, due.amount)
        if kept <= 0:
            return
        left -= kept
        if kept < due.amount:
            due.amount -= kept
        else:
            due.status = VOIDED
        due.save(update_fields=["status", "amount", "updated_at"])
        note(order, f"No longer to be paid back by hand: {kept} {order.currency}. The order goes on.")


@transaction_required
def give_back(
    order: Order,
    source: Source,
    *,
    amount: Decimal,
    charge: PaymentAttempt | None,
    reason: str,
    requested_by: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> PaymentAttempt:
    """Write the refund of money that is there; a task asks the gateway. What came by hand is left to staff, by a note.

    The caller has seen that the amount is there. `data`: `is_owed`, gone back, it is to be paid again; `follows` are
    the rows of the order's history that it is made for.
    """
    refund = PaymentAttempt.objects.create(
        order=order,
        source=source,
        charge=charge,
        kind=REFUND,
        method=charge.method if charge else MANUAL,
        amount=amount,
        currency=order.currency,
        status=STARTED if charge else REQUIRES_ACTION,
        idempotency_key=new_handle(),
        reason=reason,
        requested_by_id=requested_by,
        data=dict(data or {}),
    )
    if charge is None:
        note(order, f"To be paid back by hand: {amount} {order.currency}. {reason}")
    else:
        from .tasks import run_refund_task  # noqa: PLC0415 - tasks call what calls this

        enqueue(run_refund_task, attempt_id=refund.pk)
    return refund


@transaction_required
def pay_out(
    order: Order, source: Source, *, amount: Decimal, reference: str, is_owed: bool = False, paid_by: int | None = None
) -> None:
    """Write down money that went back, for `paid_by`; `is_owed`: it is to be paid again. Publishes PaymentRefunded."""
    source.amount_refunded += amount
    source.save(update_fields=["amount_refunded"])
    _write(source, Transaction.REFUND, "refunded", amount, reference, actor=paid_by)
    publish(
        PaymentRefunded(order_id=order.pk, source_id=source.pk, amount=str(amount), currency=order.currency),
    )
    set_payment_status(order, has_gone_back=True, is_owed=is_owed)


def refundable(source: Source, *, charge: PaymentAttempt | None) -> Decimal:
    """What may still be promised back: of a gateway's charge, or of the source's money that came by hand."""
    begun = PaymentAttempt.objects.filter(kind=REFUND, charge=charge, source=source).exclude(PAID_WITH_ANOTHER)
    promised = sum((each.amount for each in begun if each.status in {*LIVE, "refunded"}), ZERO)
    if charge is not None:
        return min(charge.amount - promised, source.amount_debited - source.amount_refunded)
    charged = PaymentAttempt.objects.filter(kind=CHARGE, source=source, status=CAPTURED)
    return source.amount_debited - sum((each.amount for each in charged), ZERO) - promised


@transaction_required
def set_payment_status(order: Order, *, has_gone_back: bool = False, is_owed: bool = False) -> None:
    """Let the order's payment status say what its sources and its live charge say, and the open source how much.

    What is given back of an order that was paid in full is not asked for again, unless `is_owed`: then it is to be
    paid in the time that its method gives. `has_gone_back`: some of it just now; asked again, it says the same.
    """
    sources = list(Source.objects.filter(order=order).select_related("source_type").order_by("pk"))
    order.payment_status = _payment_status(order, sources, has_gone_back=has_gone_back, is_owed=is_owed)
    if order.payment_status not in UNPAID:
        order.pay_by = None
    elif is_owed and order.pay_by is None:
        method = method_of(order.payment_method) or method_of(MANUAL)
        order.pay_by = None if method is None else timezone.now() + method.time_to_pay()
    order.version += 1
    order.save(update_fields=["payment_status", "pay_by", "version"])
    if sources:
        _fit_source(order, sources, due=recordable(order, sources) if order.payment_status in UNPAID else ZERO)


def _payment_status(order: Order, sources: Sequence[Source], *, has_gone_back: bool, is_owed: bool) -> str:
    debited = sum((source.amount_debited for source in sources), ZERO)
    refunded = sum((source.amount_refunded for source in sources), ZERO)
    there = debited - refunded
    if there >= order.total_incl_tax:
        return PaymentStatus.PAID
    was_paid = order.payment_status not in UNPAID
    is_covered = there >= order.payable and order.status not in ENDED
    is_less = refunded and was_paid and (has_gone_back or order.payment_status != PaymentStatus.PAID)
    if is_covered and not is_less:
        return PaymentStatus.PAID
    if refunded and (is_covered or order.status in ENDED or (was_paid and not is_owed)):
        return PaymentStatus.PARTIALLY_REFUNDED if there else PaymentStatus.REFUNDED
    if was_paid and there and order.status in ENDED:
        return PaymentStatus.PAID
    is_authorised = PaymentAttempt.objects.filter(order=order, kind=CHARGE, status=AUTHORISED).exists()
    return PaymentStatus.AUTHORISED if is_authorised else PaymentStatus.AWAITING


def _fit_source(order: Order, sources: Sequence[Source], *, due: Decimal) -> None:
    """What is still to come is allocated to one source, and neither more nor less than it is."""
    chosen = next((each for each in sources if each.amount_allocated > each.amount_debited), None)
    chosen = chosen or next((each for each in sources if each.source_type.code == order.payment_method), sources[0])
    allocated = chosen.amount_debited + due
    if chosen.amount_allocated != allocated:
        chosen.amount_allocated = allocated
        chosen.save(update_fields=["amount_allocated"])


@transaction_required
def park(order: Order, attempt: PaymentAttempt, *, problem: str, message: str) -> None:
    """Set the attempt aside, until it is voided or staff decide: a note says why. Publishes PaymentParked."""
    attempt.parked_at, attempt.error_code = timezone.now(), problem
    attempt.save(update_fields=["parked_at", "error_code", "status", "reference", "data", "updated_at"])
    note(order, message)
    publish(PaymentParked(order_id=order.pk, attempt_id=attempt.pk, problem=problem))


@transaction_required
def note(order: Order, message: str) -> None:
    """Tell staff, on the order's page of the dashboard."""
    OrderNote.objects.create(order=order, note_type=OrderNote.SYSTEM, message=message)


def held(order: Order) -> Decimal:
    """What the shop has of the order's money, less what it is about to give back."""
    sources = Source.objects.filter(order=order)
    there = sum((source.amount_debited - source.amount_refunded for source in sources), ZERO)
    promised = PaymentAttempt.objects.filter(order=order, kind=REFUND, status__in=LIVE)
    return there - sum((each.amount for each in promised), ZERO)


def _write(source: Source, kind: str, event: str, amount: Decimal, reference: str, *, actor: int | None) -> None:
    Transaction.objects.create(source=source, txn_type=kind, amount=amount, reference=reference[:128])
    event_type = PaymentEventType.objects.get_or_create(code=event, defaults={"name": event.capitalize()})[0]
    PaymentEvent.objects.create(
        order_id=source.order_id,
        event_type=event_type,
        amount=amount,
        reference=reference[:128],
        role=SHOP if actor is None else STAFF,
        actor_id=actor,
    )
