"""Reading payments."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from forked_apps.order.dues import is_asked_for
from forked_apps.order.models import Order
from forked_apps.order.queries import Reader, is_opened

from .gateways.base import NextAction
from .gateways.registry import method_of
from .ledger import CHARGE, PAID_WITH_ANOTHER, REFUND, due_of, recordable
from .models import PaymentAttempt, Source
from .states import LIVE, REQUIRES_ACTION


def next_action_of(
    payment_method: str, payment_status: str, status: str, *, live: Mapping[str, Any] | None = None
) -> NextAction | None:
    """What the shopper of an order has to do next; None when nothing is due.

    `live` is the charge that has not ended (its status and next action): while nobody knows how it will end, to wait.
    """
    if not is_asked_for(payment_status, status):
        return None
    if live is not None:
        return action_of(live["status"], live["next_action"])
    method = method_of(payment_method)
    return method.next_action() if method else NextAction("pay")


def action_of(status: str, stored: Mapping[str, Any] | None) -> NextAction | None:
    """What the shopper has to do for an attempt."""
    if status == REQUIRES_ACTION and stored is not None:
        return NextAction(**stored)
    return NextAction("wait") if status in LIVE and status != "authorised" else None


def still_due(order: Order) -> Decimal:
    """What the order still lacks."""
    return due_of(order, Source.objects.filter(order=order))


def still_recordable(order: Order) -> Decimal:
    """What staff may still record: more than it lacks for a cancelled order, whose money goes back."""
    return recordable(order, Source.objects.filter(order=order))


def find_charge(handle: str, reader: Reader, *, sees_all: bool) -> PaymentAttempt | None:
    """The charge of that handle, or the latest of the source of that handle, if the reader may see its order."""
    named = Q(handle=handle) | Q(source__handle=handle, method=F("source__source_type__code"))
    found = PaymentAttempt.objects.filter(named, kind=CHARGE)
    if not sees_all:
        found = found.filter(_readable(found, reader))
    return found.select_related("order").order_by("-pk").first()


def find_source(handle: str, reader: Reader, *, sees_all: bool) -> Source | None:
    """The source of that handle, if the reader may see its order."""
    found = Source.objects.filter(handle=handle)
    if not sees_all:
        found = found.filter(_readable(found, reader))
    source: Source | None = found.select_related("order", "source_type").first()
    return source


def charge_of_handle(handle: str) -> PaymentAttempt | None:
    """The charge of that handle, for staff."""
    return find_charge(handle, Reader(), sees_all=True)


def find_refund(handle: str) -> PaymentAttempt | None:
    """The refund of that handle, for staff."""
    return _refunds().filter(handle=handle).first()


def refunds_page(*, order_id: int | None, before: int | None, limit: int) -> tuple[list[PaymentAttempt], int | None]:
    """Refunds, newest first, with ids below `before`; and how many there are, up to 1,000. Each sum stands once."""
    found = _refunds().exclude(PAID_WITH_ANOTHER)
    if order_id is not None:
        found = found.filter(order_id=order_id)
    count = found.order_by()[:1001].count()
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit]), count if count <= 1000 else None


def refunds_of(order_id: int) -> list[PaymentAttempt]:
    """The refunds of an order, oldest first. Each sum stands once."""
    return list(_refunds().exclude(PAID_WITH_ANOTHER).filter(order_id=order_id).order_by("pk"))


def _refunds() -> QuerySet[PaymentAttempt]:
    return PaymentAttempt.objects.filter(kind=REFUND).select_related("order", "charge")


def _readable(rows: QuerySet[Any], reader: Reader) -> Q:
    """Which of the rows, all of one order, the reader may see."""
    if reader.link is not None:
        order = rows.values_list("order__handle", flat=True).first()
        if order is not None and is_opened(order, reader.link):
            return Q()
    owned = Q(pk__in=[])
    if reader.user_id is not None:
        owned |= Q(order__user_id=reader.user_id)
    if reader.token_hash is not None:
        owned |= Q(order__basket__token_hash=reader.token_hash)
    return owned
