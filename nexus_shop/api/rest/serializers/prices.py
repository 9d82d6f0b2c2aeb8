"""What a cart would cost somewhere, and why it costs what it costs."""

from typing import Any

from rest_framework import serializers

from forked_apps.offer.explaining import REASONS

from .basket import CartProblem, ShippingMethodShape, ShippingParameters, Totals
from .fields import MoneyField, StrictSerializer, Text


class EstimateInput(StrictSerializer):
    """Where the goods would go."""

    country = serializers.RegexField(r"^[A-Z]{2}\Z")
    state = Text(max_length=64, required=False, allow_blank=True)
    postcode = Text(max_length=16, required=False, allow_blank=True)


class EstimatedMethod(ShippingMethodShape):
    """A way of delivery, and the cart's totals with it."""

    totals = Totals()


class EstimateShape(serializers.Serializer[Any]):
    """What the cart would cost there. It cannot be ordered there where `shipping_methods` is empty."""

    is_served = serializers.BooleanField(
        help_text="Whether the goods get there: false where `shipping_methods` has none, or only collecting them."
    )
    totals = Totals()
    shipping_methods = EstimatedMethod(many=True)
    problems = CartProblem(many=True)


class ExplainParameters(ShippingParameters):
    """Where the goods go."""


class Missing(serializers.Serializer[Any]):
    """What is missing to an offer: so many units, or goods worth so much."""

    quantity = serializers.IntegerField(allow_null=True)
    amount = MoneyField(allow_null=True)


class ExplainedOffer(serializers.Serializer[Any]):
    """What an offer does for the cart, or why it does nothing."""

    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    voucher = serializers.CharField(allow_null=True)
    applied = serializers.BooleanField()
    applications = serializers.IntegerField()
    amount = MoneyField()
    reason = serializers.ChoiceField(REASONS)
    missing = Missing(allow_null=True)
    message = serializers.CharField(allow_blank=True)


class ExplainedVoucher(serializers.Serializer[Any]):
    """A voucher in the cart; one that is `waiting` lowers a delivery that costs something, as this one does not."""

    code = serializers.CharField()
    applied = serializers.BooleanField()
    reason = serializers.ChoiceField(["applied", "waiting", "voucher_invalid", "voucher_not_applicable"])


class ExplainedTax(serializers.Serializer[Any]):
    """The tax of a line, or of the delivery where `item` is null. `rate` 0.2 is 20 %, null is not known yet."""

    item = serializers.CharField(allow_null=True)
    rate = serializers.CharField(allow_null=True)
    rule = serializers.CharField(allow_null=True)


class ExplainedMethod(serializers.Serializer[Any]):
    """A way of delivery. `charge` is as entered by the merchant, before offers."""

    code = serializers.CharField()
    name = serializers.CharField()
    applied = serializers.BooleanField()
    charge = MoneyField(allow_null=True)
    reason = serializers.ChoiceField(["applied", "available", "country", "postcode", "total"])
    to_free = MoneyField(allow_null=True)


class ExplanationShape(serializers.Serializer[Any]):
    """Why the cart costs what it costs."""

    totals = Totals()
    offers = ExplainedOffer(many=True)
    vouchers = ExplainedVoucher(many=True)
    taxes = ExplainedTax(many=True)
    shipping = ExplainedMethod(many=True)
