"""Shipping methods that merchants set up, beside Oscar's own tables."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.apps.shipping.abstract_models import (
    AbstractBase,
    AbstractOrderAndItemCharges,
    AbstractWeightBand,
    AbstractWeightBased,
)

_AMOUNT: Any = {"max_digits": 12, "decimal_places": 2, "validators": [MinValueValidator(0)]}


class ShippingMethod(AbstractBase):
    """A way of delivery and how it is charged: one strategy (`kind`) with its figures, in its zone.

    Amounts are entered like the prices. The zone: its countries (none is all of them) and, within them, postcodes that
    begin so. Oscar 4.2.1 has a table for each strategy, none for totals and none for collecting, and offers none of
    them at checkout.
    """

    class Kind(models.TextChoices):
        """The strategies."""

        FLAT = "flat", _("One price, and one for each unit")
        WEIGHT = "weight", _("By weight")
        TOTAL = "total", _("By the total of the goods")
        COLLECT = "collect", _("Click and collect")

    kind = models.CharField(_("How it is charged"), max_length=16, choices=Kind.choices, default=Kind.FLAT)
    price = models.DecimalField(_("Price of an order"), default=Decimal(0), **_AMOUNT)
    price_per_item = models.DecimalField(_("Price of each unit"), default=Decimal(0), **_AMOUNT)
    free_over = models.DecimalField(
        _("Free from"),
        null=True,
        blank=True,
        help_text=_("Goods worth so much, after discounts, are sent free."),
        **_AMOUNT,
    )
    default_weight = models.DecimalField(
        _("Weight of a product without one"),
        max_digits=12,
        decimal_places=3,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text=_("In kg. A product's weight is its attribute “weight”."),
    )
    postcodes = models.TextField(
        _("Postcodes begin with"), blank=True, help_text=_("Separated by commas; empty is all of its countries.")
    )
    pickup_address = models.TextField(_("Where goods are collected"), blank=True)
    is_active = models.BooleanField(_("Offered to shoppers"), default=True)

    class Meta(AbstractBase.Meta):
        constraints = [
            models.CheckConstraint(
                name="shipping_amounts_not_negative",
                condition=Q(price__gte=0, price_per_item__gte=0, default_weight__gte=0)
                & (Q(free_over=None) | Q(free_over__gte=0)),
            )
        ]


class ShippingBand(models.Model):
    """What a method charges up to a weight (kg) or a total; the price of the method and of its units comes on top."""

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="bands", verbose_name=_("Method"))
    upper_limit = models.DecimalField(
        _("Up to"), max_digits=12, decimal_places=3, validators=[MinValueValidator(Decimal("0.001"))]
    )
    charge = models.DecimalField(_("Charge"), **_AMOUNT)

    class Meta:
        ordering = ["method", "upper_limit"]
        verbose_name = _("Shipping band")
        verbose_name_plural = _("Shipping bands")
        constraints = [
            models.UniqueConstraint(fields=["method", "upper_limit"], name="one_shipping_band_a_limit"),
            models.CheckConstraint(name="shipping_bands_in_bounds", condition=Q(upper_limit__gt=0, charge__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.upper_limit}: {self.charge}"


class OrderAndItemCharges(AbstractOrderAndItemCharges):
    """Oscar's order and item charges. Not offered: its rows became shipping methods."""


class WeightBased(AbstractWeightBased):
    """Oscar's weight based method. Not offered: its rows became shipping methods."""


class WeightBand(AbstractWeightBand):
    """Oscar's weight band."""


from oscar.apps.shipping.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
