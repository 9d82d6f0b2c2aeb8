"""Payments of orders. Amounts are in the order's currency."""

from decimal import Decimal

from django.db.models import F

from forked_apps.order.models import Order, PaymentEvent, PaymentEventType, PaymentStatus
from forked_apps.order.operations import lock_order
from nexus_shop.core.errors import NotFound
from nexus_shop.core.events import publish
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import AmountFacts, AmountNotOpen
from .events import PaymentReceived
from .gateways.base import PaymentMethod
from .models import Source, SourceType, Transaction


@transaction_required
def open_source(order: Order, *, method: PaymentMethod) -> Source:
    """Note how a new order is to be paid: its whole total, by one method."""
    source_type, _ = SourceType.objects.get_or_create(code=method.code, defaults={"name": str(method.name)})
    source: Source = Source.objects.create(
        order=order, source_type=source_type, currency=order.currency, amount_allocated=order.total_incl_tax
    )
    return source


@transaction
def record_manual_payment(order_id: int, *, amount: Decimal, reference: str = "", recorded_by: int | None) -> Order:
    """Record money that came outside of the shop. Paid in full, the order's payment status is `paid`.

    Locks the order, then its source; one guarded statement moves the amount, a CHECK says it again.
    Raises NotFound, AmountNotOpen. Publishes PaymentReceived.
    """
    order = lock_order(order_id)
    source = order.sources.select_for_update().filter(source_type__code="manual").first()
    if source is None:
        raise NotFound
    still_open = source.amount_allocated - source.amount_debited
    guarded = Source.objects.filter(pk=source.pk, amount_allocated__gte=F("amount_debited") + amount)
    if amount <= 0 or not guarded.update(amount_debited=F("amount_debited") + amount):
        raise AmountNotOpen(AmountFacts(open=str(still_open)))
    Transaction.objects.create(source=source, txn_type=Transaction.DEBIT, amount=amount, reference=reference)
    paid = PaymentEventType.objects.get_or_create(code="paid", defaults={"name": "Paid"})[0]
    PaymentEvent.objects.create(order=order, event_type=paid, amount=amount, reference=reference)
    if amount == still_open:
        order.payment_status = PaymentStatus.PAID
    order.version += 1
    order.save(update_fields=["payment_status", "version"])
    publish(
        PaymentReceived(
            order_id=order.pk,
            source_id=source.pk,
            amount=str(amount),
            currency=order.currency,
            recorded_by=recorded_by,
        )
    )
    return order
