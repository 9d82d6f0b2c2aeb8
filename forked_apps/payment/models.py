"""Oscar's payment sources, addressed by handles and bounded by the database; each attempt to move money beside them."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from oscar.apps.payment.abstract_models import AbstractBankcard, AbstractSource, AbstractSourceType, AbstractTransaction

from forked_apps.order.models import Order
from nexus_shop.accounts.models import User
from nexus_shop.core.handles import HandleField

from .states import LIVE, STARTED, STATUSES


class Source(AbstractSource):
    """Oscar's payment source: one way in which an order is paid. Refunded <= debited <= allocated, always."""

    handle = HandleField()

    class Meta(AbstractSource.Meta):
        constraints = [
            models.CheckConstraint(
                name="source_amounts_in_order",
                condition=Q(
                    amount_refunded__gte=0,
                    amount_debited__gte=F("amount_refunded"),
                    amount_allocated__gte=F("amount_debited"),
                ),
            )
        ]


class SourceType(AbstractSourceType):
    """Oscar's kind of payment source: a payment method."""


class Transaction(AbstractTransaction):
    """Oscar's ledger of a source. Rows are added; no door changes their figures or takes them away."""

    class Meta(AbstractTransaction.Meta):
        triggers = [
            pgtrigger.ReadOnly(name="figures_stay", fields=["source", "txn_type", "amount", "reference"]),
            pgtrigger.Protect(name="rows_stay", operation=pgtrigger.Delete),
        ]


class Bankcard(AbstractBankcard):
    """Oscar's stored card. The shop never writes one: card data stays with the gateway."""


class PaymentAttempt(models.Model):
    """One attempt to charge or to refund: written before the gateway is asked, settled by whoever hears of it first.

    `idempotency_key` is what the gateway knows it by. `wanted` is what is still to be asked for (capture, void).
    `parked_at` is set where the gateway moved something else than it was asked to, until that is void, and where staff
    have to decide. A refund by hand has no charge; `requires_action` until staff have paid it out. `data` holds no card
    data; of a refund, `follows`: the rows of the order's history (units that were cancelled) that it was made for.
    """

    class Kind(models.TextChoices):
        """Which way the money goes."""

        CHARGE = "charge"
        REFUND = "refund"

    handle = HandleField()
    order = models.ForeignKey(Order, models.PROTECT, related_name="payment_attempts")
    source = models.ForeignKey(Source, models.PROTECT, related_name="attempts")
    charge = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="refunds")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    method = models.CharField(max_length=128)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=12)
    status = models.CharField(max_length=16, choices=[(status, status) for status in STATUSES], default=STARTED)
    idempotency_key = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=255, blank=True, db_default="")
    wanted = models.CharField(max_length=8, blank=True, db_default="")
    error_code = models.CharField(max_length=64, blank=True, db_default="")
    reason = models.CharField(max_length=255, blank=True, db_default="")
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_attempt_moves_money", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                name="one_live_charge_per_order",
                fields=["order"],
                condition=Q(kind="charge", status__in=LIVE, parked_at=None),
            ),
        ]
        indexes = [
            models.Index(name="payment_attempts_by_reference", fields=["method", "reference"]),
            models.Index(name="payment_attempts_open", fields=["checked_at"], condition=Q(status__in=LIVE)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.amount} {self.currency} by {self.method}: {self.status}"


class GatewayEvent(models.Model):
    """An event that a gateway has sent, kept before anything follows from it. One row however often it comes."""

    gateway = models.CharField(max_length=128)
    event_id = models.CharField(max_length=255)
    type = models.CharField(max_length=128)
    payload = models.JSONField()
    key = models.CharField(max_length=64, blank=True)
    result = models.JSONField(null=True)
    problem = models.CharField(max_length=64, blank=True, db_default="")
    received_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="gateway_event_comes_once", fields=["gateway", "event_id"])]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id} of {self.gateway}"


from oscar.apps.payment.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
