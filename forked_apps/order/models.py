"""Oscar's orders, with handles, a payment status and the whereabouts of each unit."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
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

from .dues import price_of_wanted
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
    cancelled_total = models.DecimalField(
        _("Not to be paid"), max_digits=12, decimal_places=2, default=Decimal(0), db_default=Decimal(0)
    )  # gross worth of units that were cancelled while others stayed
    returned_total = models.DecimalField(
        _("Sent back"), max_digits=12, decimal_places=2, default=Decimal(0), db_default=Decimal(0)
    )  # gross worth of units that were returned
    client = models.CharField(
        max_length=64, blank=True, db_default="", editable=False
    )  # whose unpaid orders it counts to
    version = models.PositiveIntegerField(default=1, db_default=1)
    link_version = models.PositiveIntegerField(default=1, db_default=1)  # raised, all signed links of the order end

    class Meta(AbstractOrder.Meta):
        constraints = [
            models.UniqueConstraint(fields=["basket"], name="one_order_per_basket"),
            models.CheckConstraint(
                name="order_total_not_below_tax",
                condition=Q(total_incl_tax__gte=models.F("total_excl_tax"), total_excl_tax__gte=0),
            ),
            models.CheckConstraint(
                name="order_given_up_within_total",
                condition=Q(
                    cancelled_total__gte=0,
                    returned_total__gte=0,
                    total_incl_tax__gte=models.F("cancelled_total") + models.F("returned_total"),
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-date_placed", "-id"], name="orders_of_user"),
            # Orders that were given up keep their payment status: they are most of those that were never paid.
            models.Index(
                fields=["pay_by"], condition=Q(payment_status="awaiting", status="pending"), name="orders_to_be_paid"
            ),
            models.Index(
                fields=["client"],
                condition=Q(payment_status="awaiting") & ~Q(status="cancelled"),
                name="unpaid_orders_of_client",
            ),
            models.Index(fields=["-date_placed", "-id"], name="orders_by_date"),
            models.Index(fields=["status", "-date_placed", "-id"], name="orders_by_status"),
            models.Index(fields=["payment_status", "-date_placed", "-id"], name="orders_by_payment_status"),
            models.Index(Lower("guest_email"), name="orders_of_guest"),
        ]

    @property
    def payable(self) -> Decimal:
        """What the order costs in the end: the price of the units that are still wanted."""
        return price_of_wanted(
            self.status,
            cancel_reason=self.cancel_reason,
            total=self.total_incl_tax,
            cancelled=self.cancelled_total,
            returned=self.returned_total,
        )

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


class OrderEvent(models.Model):
    """What happened to an order, and who did it. Rows are added, never changed.

    `data` is for everybody who may see the order, `note` and `actor` are for staff. Being placed, payments and notes of
    staff have tables of their own; `queries.history_of` joins them.
    """

    class Kind(models.TextChoices):
        """What happened."""

        STATUS_CHANGED = "status_changed", _("Status changed")
        CANCELLED = "cancelled", _("Cancelled")
        ADDRESS_CHANGED = "address_changed", _("Address changed")
        NOTES_CHANGED = "notes_changed", _("Customer's notes changed")
        LINKS_REVOKED = "links_revoked", _("Signed links revoked")
        MAIL_SENT = "mail_sent", _("Mail sent")

    class Role(models.TextChoices):
        """Who did it."""

        CUSTOMER = "customer", _("Customer")
        STAFF = "staff", _("Staff")
        SHOP = "shop", _("The shop itself")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="history")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    role = models.CharField(max_length=8, choices=Role.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    data = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["order", "-created_at", "-id"], name="history_of_order")]

    def __str__(self) -> str:
        return f"{self.kind} of order {self.order_id}"


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
    """Oscar's payment event, and who did it: `staff`, and which member; `shop` where nobody of the staff did."""

    role = models.CharField(
        max_length=8, choices=OrderEvent.Role.choices, default=OrderEvent.Role.SHOP, db_default=OrderEvent.Role.SHOP
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")


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
