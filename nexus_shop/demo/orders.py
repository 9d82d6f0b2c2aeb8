"""The demo's past orders: placed and moved along by the operations of every other order, then dated back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction as django_transaction
from django.utils import timezone

from forked_apps.basket.operations import Wanted
from forked_apps.catalogue.models import Product
from forked_apps.checkout.operations import Details, place_order
from forked_apps.order.models import Order, OrderEvent, OrderNote, OrderStatusChange, PaymentEvent, ShippingEvent
from forked_apps.order.operations import change_order_status
from forked_apps.payment.models import Transaction
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.accounts.models import User
from nexus_shop.core.errors import DomainError
from nexus_shop.core.transactions import transaction_required

from .data.orders import ORDERS, PAID, PART_SHIPPED, PastOrder
from .data.people import ADDRESSES
from .logins import LOGINS

MERCHANT: Final = next(login.email for login in LOGINS if login.role == "Merchant")
NOTE_TYPE: Final = "Demo"
STEP: Final = timedelta(hours=19)
UNKNOWN: Final = 0  # no product's id


@transaction_required
def add_orders(say: Callable[[str], object]) -> int:
    """Place the orders that are missing, as far along as each has come; returns how many.

    An order's own number is random: a note on it says which of the demo's orders it is. What the shop refuses by now
    (sold out, not served) is left out.
    """
    known = set(OrderNote.objects.filter(note_type=NOTE_TYPE).values_list("message", flat=True))
    merchant = User.objects.filter(email=MERCHANT).values_list("pk", flat=True).first()
    added = 0
    for past in ORDERS:
        if _note(past) in known:
            continue
        try:
            with django_transaction.atomic():
                _add_order(past, merchant)
        except DomainError as refusal:
            say(f"  {_note(past)} is left out: {refusal.message}")
        else:
            added += 1
    return added


def _note(past: PastOrder) -> str:
    return f"Demo order {past.number}"


def _add_order(past: PastOrder, merchant: int | None) -> None:
    began = timezone.now()
    order = place_order(_wanted(past), details=_details(past))
    OrderNote.objects.create(order=order, note_type=NOTE_TYPE, message=_note(past))
    placed = began - timedelta(days=past.days_ago, hours=past.number % 7)
    Order.objects.filter(pk=order.pk).update(date_placed=placed)
    _date_back(order, began, placed)
    for number, step in enumerate(past.steps, start=1):
        _take(order, step, merchant)
        _date_back(order, began, min(placed + number * STEP, began))


def _wanted(past: PastOrder) -> list[Wanted]:
    ids = dict(Product.objects.filter(upc__in=[item.sku for item in past.items]).values_list("upc", "pk"))
    return [
        Wanted(
            product_id=ids.get(item.sku, UNKNOWN),
            quantity=item.quantity,
            options={"engraving": item.engraving} if item.engraving else {},
        )
        for item in past.items
    ]


def _details(past: PastOrder) -> Details:
    address = past.address or ADDRESSES[past.email][0]
    is_guest = past.address is not None
    return Details(
        user_id=None if is_guest else User.objects.get(email__iexact=past.email).pk,
        email=past.email if is_guest else "",
        shipping_address=address,
        vouchers=(past.voucher,) if past.voucher else (),
        notes=past.notes,
    )


def _take(order: Order, step: str, merchant: int | None) -> None:
    if step == PAID:
        reference = f"Transfer of {order.number}"
        record_manual_payment(order.pk, amount=order.total_incl_tax, reference=reference, recorded_by=merchant)
    elif step == PART_SHIPPED:
        line = order.lines.order_by("pk")[0]
        change_order_status(order.pk, status="shipped", quantities={line.pk: line.quantity}, changed_by=merchant)
    else:
        change_order_status(order.pk, status=step, changed_by=merchant)


def _date_back(order: Order, began: datetime, moment: datetime) -> None:
    """Date what was written about the order since `began`; what was dated before lies in the past."""
    kinds: tuple[tuple[Any, str], ...] = (
        *((model, "order") for model in (OrderNote, OrderStatusChange, PaymentEvent, ShippingEvent)),
        (Transaction, "source__order"),
    )
    for model, path in kinds:
        dates = {"date_created": moment} | ({"date_updated": moment} if model is OrderNote else {})
        model.objects.filter(**{path: order, "date_created__gte": began}).update(**dates)
    OrderEvent.objects.filter(order=order, created_at__gte=began).update(created_at=moment)
