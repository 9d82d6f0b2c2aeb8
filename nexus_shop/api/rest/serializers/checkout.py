"""Checkout and orders."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forked_apps.address.validation import PostalAddress
from forked_apps.order.lifecycle import RETURNED, STATUSES
from forked_apps.order.models import PaymentStatus
from forked_apps.payment.states import LIVE

from .basket import ChosenOption, ItemInput, LineProduct, Totals
from .fields import MoneyField, PriceField, StrictSerializer, Text, WholeNumber, YesOrNo
from .texts import Words

# The brief's words for Oscar's fields.
ALIASES: Final = {"street": "line1", "city": "line4", "zip_code": "postcode"}


@extend_schema_field({"type": "string", "default": "", "pattern": r"^(\s+|\s*\+[0-9 ()/.-]{5,30}\s*)$"})
class PhoneNumber(serializers.RegexField):
    """International, or blank (spectacular adds the empty one)."""


class AddressInput(StrictSerializer):
    """An address in Oscar's fields; `street`, `city` and `zip_code` stand for line1, line4 and postcode."""

    synonyms = {own: brief for brief, own in ALIASES.items()}

    first_name = Text(max_length=255, required=False, allow_blank=True, default="")
    last_name = Text(max_length=255, required=False, allow_blank=True, default="")
    line1 = Text(max_length=255)
    line2 = Text(max_length=255, required=False, allow_blank=True, default="")
    line3 = Text(max_length=255, required=False, allow_blank=True, default="")
    line4 = Text(max_length=255)
    state = Text(max_length=255, required=False, allow_blank=True, default="")
    postcode = Text(max_length=64, required=False, allow_blank=True, default="")
    country: serializers.CharField = serializers.RegexField(r"^[A-Z]{2}\Z", help_text="ISO 3166-1, two letters.")
    phone_number = PhoneNumber(r"^\+[0-9 ()/.-]{5,30}\Z", required=False, allow_blank=True, default="")
    notes = Text(max_length=1000, required=False, allow_blank=True, default="")

    def made_of(self, values: dict[str, Any]) -> Any:
        """The address."""
        return PostalAddress(**values)

    def to_internal_value(self, data: Any) -> Any:
        """The address, whichever words it was given in; an error names the word that was sent."""
        words: dict[str, str] = {}
        if isinstance(data, Mapping):
            doubled = [brief for brief, own in ALIASES.items() if brief in data and own in data]
            if doubled:
                message = f"`{doubled[0]}` is another word for `{ALIASES[doubled[0]]}`: send one."
                raise serializers.ValidationError({doubled[0]: [message]})
            words = {own: brief for brief, own in ALIASES.items() if brief in data}
            data = {ALIASES.get(name, name): value for name, value in data.items()}
        try:
            return self.made_of(super().to_internal_value(data))
        except serializers.ValidationError as refused:
            errors: Any = refused.detail
            raise serializers.ValidationError(
                {words.get(name, name): error for name, error in errors.items()}
            ) from None


class CheckoutInput(StrictSerializer):
    """What a shopper says at checkout. `cart` is the id of `GET cart/`, for a cart that has been ordered already."""

    cart = Text(max_length=64, required=False)
    email = serializers.EmailField(max_length=254, required=False)
    shipping_address = AddressInput(required=False)
    billing_address = AddressInput(required=False)
    shipping_method = Text(max_length=128, required=False)
    payment_method = Text(max_length=64, required=False)
    expected_total = MoneyField()
    vouchers = serializers.ListField(child=Text(max_length=128), required=False, max_length=10)
    notes = Text(max_length=2000, required=False, allow_blank=True, default="")


class OneShotInput(StrictSerializer):
    """An order without a cart: the product brief's body."""

    items: Any = serializers.ListSerializer(child=ItemInput(), min_length=1, max_length=100)
    shipping_address = AddressInput(required=False)
    billing_address = AddressInput(required=False)
    notes = Text(max_length=2000, required=False, allow_blank=True, default="")


class LineMove(StrictSerializer):
    """So many units of a line."""

    id = Text(max_length=64)
    quantity = WholeNumber(min_value=1)


class StatusInput(StrictSerializer):
    """Where an order, or some units of it, move to."""

    status = serializers.ChoiceField(list(STATUSES))
    lines: Any = serializers.ListSerializer(child=LineMove(), required=False, min_length=1, max_length=100)
    reference = Words(max_length=200, required=False, allow_blank=True, default="")
    restock = YesOrNo(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Only what comes back can go on the shelf again."""
        if attrs["restock"] and attrs["status"] != RETURNED:
            raise serializers.ValidationError({"restock": [_("Only returned units go back on the shelf.")]})
        return attrs


class AddressShape(serializers.Serializer[Any]):
    """An address of an order."""

    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    line1 = serializers.CharField(allow_blank=True)
    line2 = serializers.CharField(allow_blank=True)
    line3 = serializers.CharField(allow_blank=True)
    line4 = serializers.CharField(allow_blank=True)
    state = serializers.CharField(allow_blank=True)
    postcode = serializers.CharField(allow_blank=True)
    country = serializers.CharField()
    phone_number = serializers.CharField(allow_blank=True)
    notes = serializers.CharField(allow_blank=True)


class OrderItem(serializers.Serializer[Any]):
    """A line of an order, at the prices of then. `units` says how many of it stand where."""

    id = serializers.CharField()
    product = LineProduct()
    quantity = serializers.IntegerField()
    unit_price = PriceField()
    total = PriceField()
    discount = MoneyField()
    options = ChosenOption(many=True)
    status = serializers.ChoiceField(list(STATUSES))
    units = serializers.DictField(child=serializers.IntegerField())


class ShippingMethodRef(serializers.Serializer[Any]):
    """The way of delivery of an order."""

    code = serializers.CharField()
    name = serializers.CharField()


class PaymentShape(serializers.Serializer[Any]):
    """How an order, or part of it, is paid. `status` and `amount` are those of `payments/{id}/`.

    `awaiting`: `amount` is what is still to come; `captured`: what came (`paid`), of which `refunded` went back;
    `voided`: the order ended before anything came. The other words are those of a charge that has not ended.
    """

    id = serializers.CharField()
    method = serializers.CharField()
    status = serializers.ChoiceField(["awaiting", *LIVE, "captured", "voided"])
    amount = MoneyField()
    paid = MoneyField()
    refunded = MoneyField()


class NextAction(serializers.Serializer[Any]):
    """What the shopper has to do next."""

    type = serializers.ChoiceField(["pay", "redirect", "confirm", "wait"])
    amount = MoneyField()
    methods = serializers.ListField(child=serializers.CharField())
    url = serializers.CharField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]  # fields leave the class when it is made


class OrderProblem(serializers.Serializer[Any]):
    """Something odd that did not stand against the order."""

    code = serializers.ChoiceField(["postcode_area_mismatch"])
    pointer = serializers.CharField()


class OrderShape(serializers.Serializer[Any]):
    """An order. `id` is its unguessable handle, `number` is for people."""

    id = serializers.CharField()
    number = serializers.CharField()
    status = serializers.ChoiceField(list(STATUSES))
    payment_status = serializers.ChoiceField(PaymentStatus.values)
    placed_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    currency = serializers.CharField()
    email = serializers.CharField(allow_blank=True)
    items = OrderItem(many=True)
    totals = Totals(help_text="As ordered.")
    cancelled_total = MoneyField(help_text="What need not be paid: units that were cancelled while others stayed.")
    shipping_address = AddressShape(allow_null=True)
    billing_address = AddressShape(allow_null=True)
    shipping_method = ShippingMethodRef()
    notes = serializers.CharField(allow_blank=True)
    cancel_reason = serializers.CharField(allow_null=True)
    payments = PaymentShape(many=True)
    next_action = NextAction(allow_null=True)
    problems = OrderProblem(many=True)


class OrderPage(serializers.Serializer[Any]):
    """One page of one's own orders, newest first."""

    results = OrderShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class CountryShape(serializers.Serializer[Any]):
    """A country."""

    code = serializers.CharField()
    name = serializers.CharField()
    is_shipping_country = serializers.BooleanField()
