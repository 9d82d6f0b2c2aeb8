"""Checkouts that are done step by step. Oscar 4.2.1 keeps its in the session, which an API has not."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from nexus_shop.core.handles import HandleField


class CheckoutSession(models.Model):
    """What a shopper has said so far on the way to an order. It belongs to whom its cart belongs, and holds no prices.

    A cart has one open at most; a completed one names its order, and no other does.
    """

    class Status(models.TextChoices):
        """What has become of it."""

        OPEN = "open"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    id = models.BigAutoField(primary_key=True)
    handle = HandleField()
    basket = models.ForeignKey("basket.Basket", on_delete=models.CASCADE, related_name="checkout_sessions")
    email = models.EmailField(max_length=254, blank=True, db_default="")
    shipping_address = models.JSONField(null=True)  # the fields of PostalAddress
    billing_address = models.JSONField(null=True)
    shipping_method = models.CharField(max_length=128, blank=True, db_default="")
    payment_method = models.CharField(max_length=64, blank=True, db_default="")
    notes = models.TextField(blank=True, db_default="")
    held_until = models.DateTimeField(null=True)  # when the stock of its payment session goes back
    version = models.PositiveIntegerField(db_default=1)
    status = models.CharField(max_length=16, choices=Status.choices, db_default=Status.OPEN)
    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, null=True, related_name="checkout_sessions")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()  # shoppers' own: nobody administers it
        constraints = [
            models.UniqueConstraint(fields=["basket"], condition=Q(status="open"), name="one_open_checkout_per_basket"),
            models.CheckConstraint(
                name="completed_checkout_names_its_order",
                condition=Q(status="completed", order__isnull=False) | (~Q(status="completed") & Q(order=None)),
            ),
        ]
        indexes = [models.Index(fields=["updated_at"], name="checkouts_by_age")]

    def __str__(self) -> str:
        return self.handle
