"""Checkouts step by step."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forked_apps.basket.changing import ACCEPTABLE

from .basket import CartShape, ShippingMethodShape, Totals
from .checkout import AddressInput, AddressShape
from .fields import MoneyField, StrictSerializer, Text

READ_ONLY = frozenset({"id", "status", "version", "cart", "totals", "shipping_methods", "missing", "problems", "order"})


class CheckoutProblem(serializers.Serializer[Any]):
    """Something that was right when it was said and is not any more: of a line of the cart, or of the checkout."""

    code = serializers.ChoiceField(
        [
            *ACCEPTABLE,
            *("shipping_method_unknown", "payment_method_unknown", "country_not_served"),
        ]
    )
    item = serializers.CharField(allow_null=True)
    pointer = serializers.CharField(allow_null=True)
    detail = serializers.DictField()


class CheckoutShape(serializers.Serializer[Any]):
    """A checkout; `cart` is priced for where it goes. `version` grows with each change of it or of its cart.

    Without a `shipping_method` the cheapest that brings the goods counts, without a `payment_method` the default one.
    Goods are collected only where that is chosen, or nothing else serves the address. `missing` names the steps without
    which it cannot be completed.
    """

    id = serializers.CharField()
    status = serializers.ChoiceField(["open", "completed", "cancelled"])
    version = serializers.IntegerField()
    email = serializers.CharField(allow_blank=True)
    shipping_address = AddressShape(allow_null=True)
    billing_address = AddressShape(allow_null=True)
    shipping_method = serializers.CharField(allow_null=True)
    payment_method = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_blank=True)
    cart = CartShape()
    totals = Totals()
    shipping_methods = ShippingMethodShape(many=True)
    missing = serializers.ListField(
        child=serializers.ChoiceField(["items", "email", "shipping_address", "billing_address", "shipping_method"])
    )
    problems = CheckoutProblem(many=True)
    order = serializers.CharField(allow_null=True)


@extend_schema_field(
    {"anyOf": [{"type": "string", "format": "email", "maxLength": 254}, {"type": "string", "maxLength": 0}]}
)
class EmailOrNone(serializers.EmailField):
    """An e-mail address; an empty text takes it back (spectacular says that it is none)."""


class CheckoutChange(StrictSerializer):
    """What the shopper says; null takes back what was said."""

    ignored = READ_ONLY

    email = EmailOrNone(max_length=254, required=False, allow_blank=True)
    shipping_address = AddressInput(required=False, allow_null=True)
    billing_address = AddressInput(required=False, allow_null=True)
    shipping_method = Text(max_length=128, required=False, allow_null=True)
    payment_method = Text(max_length=64, required=False, allow_null=True)
    notes = Text(max_length=2000, required=False, allow_blank=True)


class AddressesInput(StrictSerializer):
    """Both addresses anew; without one for the bill it goes where the goods go."""

    ignored = READ_ONLY | {"email", "shipping_method", "payment_method", "notes"}

    shipping_address = AddressInput(required=False, allow_null=True, default=None)
    billing_address = AddressInput(required=False, allow_null=True, default=None)


class ShipmentInput(StrictSerializer):
    """The way of delivery, by its code."""

    shipping_method = Text(max_length=128)


class CompleteInput(StrictSerializer):
    """The total that the shopper has seen."""

    expected_total = MoneyField()


class PaymentSessionInput(StrictSerializer):
    """How it will be paid; else as chosen before, else by the default method."""

    ignored = frozenset({"checkout", "status", "expires_at", "amount"})

    payment_method = Text(max_length=64, required=False)


class PaymentSessionShape(serializers.Serializer[Any]):
    """The stock of the cart, held while the shopper pays.

    `changed`: the cart has changed since, open it again to hold what is in it now. `expired`: the stock has gone back.
    `closed`: the checkout is not open any more.
    """

    checkout = serializers.CharField()
    status = serializers.ChoiceField(["open", "changed", "expired", "closed"])
    payment_method = serializers.CharField()
    amount = MoneyField()
    expires_at = serializers.DateTimeField()
