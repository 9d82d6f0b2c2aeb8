"""Oscar's orders, with handles, a payment status and the whereabouts of each unit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.address.abstract_models import AbstractBillingAddress, AbstractShippingAddress
from oscar.apps.order.abstract_models import (
    AbstractCommunicationEvent,
    AbstractLine,
    AbstractLineAttribute,
    AbstractLinePrice,
    AbstractOrder,
    AbstractOrderDiscount,
    AbstractOrderLineDiscount,
    AbstractOrderNote,
    AbstractOrderStatusChange,
    AbstractPaymentEvent,
    AbstractPaymentEventType,
    AbstractShippingEvent,
    AbstractShippingEventQuantity,
    AbstractShippingEventType,
    AbstractSurcharge,
)

from nexus_shop.core.handles import HandleField

from .lifecycle import PIPELINE


class PaymentStatus(models.TextChoices):
    """How far an order is paid."""

    AWAITING = "awaiting", _("Awaiting payment")
    AUTHORISED = "authorised", _("Authorised")
    PAID = "paid", _("Paid")
    PARTIALLY_REFUNDED = "partially_refunded", _("Partially refunded")
    REFUNDED = "refunded", _("Refunded")
    FAILED = "failed", _("Failed")


class Order(AbstractOrder):
    """Oscar's order. One for each basket; totals are gross and the tax stands inside them. Never deleted."""

    pipeline = PIPELINE

    handle = HandleField()
    payment_status = models.CharField(
        _("Payment status"),
        max_length=20,
        choices=PaymentStatus.choices,
        default=PaymentStatus.AWAITING,
        db_default=PaymentStatus.AWAITING,
    )
    payment_method = models.CharField(_("Payment method"), max_length=64, blank=True, db_default="")
    customer_notes = models.TextField(_("Customer's notes"), blank=True, db_default="")
    pay_by = models.DateTimeField(_("To be paid by"), null=True, blank=True)  # NULL where nothing is awaited
    cancel_reason = models.CharField(_("Why it was cancelled"), max_length=64, blank=True, db_default="")
    client = models.CharField(
        max_length=64, blank=True, db_default="", editable=False
    )  # whose unpaid orders it counts to
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta(AbstractOrder.Meta):
        constraints = [
            models.UniqueConstraint(fields=["basket"], name="one_order_per_basket"),
            models.CheckConstraint(
                name="order_total_not_below_tax",
                condition=Q(total_incl_tax__gte=models.F("total_excl_tax"), total_excl_tax__gte=0),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-date_placed", "-id"], name="orders_of_user"),
            models.Index(fields=["pay_by"], condition=Q(payment_status="awaiting"), name="orders_to_be_paid"),
            models.Index(fields=["client"], condition=Q(payment_status="awaiting"), name="unpaid_orders_of_client"),
        ]

    def set_status(self, new_status: str) -> None:
        """Oscar 4.2.1 writes the whole row unlocked and leaves the stock as it is."""
        from .operations import change_order_status  # noqa: PLC0415 - operations build on these models

        if new_status != self.status:
            change_order_status(self.pk, status=new_status)
            self.refresh_from_db()


class Line(AbstractLine):
    """Oscar's order line. `units` says how many of them stand where: {"pending": 2, "shipped": 1}."""

    pipeline = PIPELINE

    handle = HandleField()
    units = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    def set_status(self, new_status: str) -> None:
        """Oscar 4.2.1 leaves order and stock as they are."""
        from .lifecycle import movable  # noqa: PLC0415
        from .operations import change_order_status  # noqa: PLC0415

        if new_status != self.status:
            quantity = sum(movable(self.units, new_status).values())
            change_order_status(self.order_id, status=new_status, quantities={self.pk: quantity})
            self.refresh_from_db()


class OrderNote(AbstractOrderNote):
    """Oscar's note of staff."""


class OrderStatusChange(AbstractOrderStatusChange):
    """Oscar's record of a change of status."""


class CommunicationEvent(AbstractCommunicationEvent):
    """Oscar's record of a message."""


class ShippingAddress(AbstractShippingAddress):
    """Oscar's shipping address of an order."""


class BillingAddress(AbstractBillingAddress):
    """Oscar's billing address of an order."""


class LinePrice(AbstractLinePrice):
    """Oscar's price of units of a line."""


class LineAttribute(AbstractLineAttribute):
    """Oscar's option of a line."""


class ShippingEvent(AbstractShippingEvent):
    """Oscar's shipping event."""


class ShippingEventQuantity(AbstractShippingEventQuantity):
    """Oscar's number of units in a shipping event."""


class ShippingEventType(AbstractShippingEventType):
    """Oscar's kind of shipping event."""


class PaymentEvent(AbstractPaymentEvent):
    """Oscar's payment event."""


class PaymentEventType(AbstractPaymentEventType):
    """Oscar's kind of payment event."""


class OrderDiscount(AbstractOrderDiscount):
    """Oscar's discount of an order. `is_counted` once the offer's counters know of it."""

    is_counted = models.BooleanField(default=False, db_default=False)


class OrderLineDiscount(AbstractOrderLineDiscount):
    """Oscar's share of a discount in a line."""


class Surcharge(AbstractSurcharge):
    """Oscar's surcharge."""


from oscar.apps.order.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
