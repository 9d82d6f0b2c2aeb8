"""Carts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forked_apps.basket.changing import ACCEPTABLE

from .fields import AttributeField, ImageField, MoneyField, PriceField, StrictSerializer, Text, WholeNumber


class ChosenOption(serializers.Serializer[Any]):
    """What the shopper said of an option."""

    option = serializers.CharField()
    name = serializers.CharField()
    value = serializers.JSONField()


class LineProduct(serializers.Serializer[Any]):
    """The product of a line; url and slug are null while the catalogue does not show it, image too once it is gone."""

    id = serializers.IntegerField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    slug = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    sku = serializers.CharField(allow_null=True)
    image = ImageField(allow_null=True)
    attributes = AttributeField(many=True)


class CartItem(serializers.Serializer[Any]):
    """A line. `total` is after its `discount`; both prices are null where the product has none any more."""

    id = serializers.CharField()
    product = LineProduct()
    quantity = serializers.IntegerField()
    unit_price = PriceField(allow_null=True)
    total = PriceField(allow_null=True)
    discount = MoneyField()
    options = ChosenOption(many=True)


class Totals(serializers.Serializer[Any]):
    """All gross; `tax` is the part contained in `total` = items - discount + shipping.

    Where the tax is not known before there is an address, all are net and `tax` is null. `shipping` is null, and not
    in the total, where no way of delivery takes what is in the cart: it cannot be ordered so.
    """

    items = MoneyField()
    discount = MoneyField()
    shipping = MoneyField(allow_null=True)
    tax = MoneyField(allow_null=True)
    total = MoneyField()


class AppliedOffer(serializers.Serializer[Any]):
    """An offer at work and what it takes off (gross)."""

    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    amount = MoneyField()
    voucher = serializers.CharField(allow_null=True)


class AppliedVoucher(serializers.Serializer[Any]):
    """A voucher of the cart."""

    code = serializers.CharField()
    name = serializers.CharField()


class Resolution(serializers.Serializer[Any]):
    """The request that accepts what has changed, or takes the voucher out."""

    method = serializers.CharField()
    url = serializers.CharField()
    body = serializers.DictField()


class ListProblem(serializers.Serializer[Any]):
    """Something that stands against a line by now; against a voucher, or of a line that is gone, `item` is null."""

    code = serializers.ChoiceField(ACCEPTABLE)
    item = serializers.CharField(allow_null=True)
    detail = serializers.DictField()


class CartProblem(ListProblem):
    """Something that changed since a line, or a voucher, was put into the cart, and how to accept it."""

    resolve = Resolution()


class CartShape(serializers.Serializer[Any]):
    """A cart. `id` is null where there is none yet; `token` is handed out once, to the guest who made it."""

    id = serializers.CharField(allow_null=True)
    token = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    currency = serializers.CharField()
    items = CartItem(many=True)
    vouchers = AppliedVoucher(many=True)
    offers = AppliedOffer(many=True)
    totals = Totals()
    notes = serializers.CharField(allow_blank=True)
    problems = CartProblem(many=True)


@extend_schema_field({"type": ["string", "number", "boolean", "array", "object"]})
class OptionValue(serializers.JSONField):
    """What is said of an option; which of these fits is the option's own rule."""


class OptionInput(StrictSerializer):
    """An option by its code."""

    ignored = frozenset({"name"})

    option = Text(max_length=128)
    value = OptionValue()


class ItemInput(StrictSerializer):
    """A product for the cart; a line that was read names it as `product`."""

    ignored = frozenset({"id", "product", "unit_price", "total", "discount"})

    product_id = WholeNumber(min_value=1)
    quantity = WholeNumber(min_value=1, max_value=100_000, required=False, default=1)
    options: Any = serializers.ListSerializer(child=OptionInput(), required=False, max_length=20)

    def to_internal_value(self, data: Any) -> Any:
        """The item; what was read can be written back."""
        if isinstance(data, Mapping) and "product_id" not in data and isinstance(data.get("product"), Mapping):
            data = {**data, "product_id": data["product"].get("id")}
        return super().to_internal_value(data)

    def validate_options(self, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each option once."""
        if len({option["option"] for option in options}) < len(options):
            raise serializers.ValidationError(_("An option is named twice."))
        return options


class ItemsInput(StrictSerializer):
    """All lines of the cart. The rest of a cart that was read is ignored."""

    ignored = frozenset({"id", "token", "version", "currency", "vouchers", "offers", "totals", "notes", "problems"})

    items: Any = serializers.ListSerializer(child=ItemInput(), max_length=100)


class QuantityInput(StrictSerializer):
    """The new quantity of a line; 0 removes it."""

    ignored = frozenset({"id", "product", "unit_price", "total", "discount", "options"})

    quantity = WholeNumber(max_value=100_000)


class CartInput(StrictSerializer):
    """What a shopper may say of the cart as a whole. The rest of a cart that was read is ignored."""

    ignored = frozenset({"id", "token", "version", "currency", "items", "vouchers", "offers", "totals", "problems"})

    notes = Text(max_length=2000, required=False, allow_blank=True)
    accept: Any = serializers.ListSerializer(
        child=serializers.ChoiceField(ACCEPTABLE), required=False, max_length=len(ACCEPTABLE)
    )


class NoBody(StrictSerializer):
    """Nothing."""


class ShippingParameters(StrictSerializer):
    """Where the goods go; without a country every zone is taken as served."""

    country = serializers.RegexField(r"^[A-Z]{2}\Z", required=False)
    state = serializers.CharField(max_length=64, required=False)
    postcode = serializers.CharField(max_length=16, required=False)


class ShippingMethodShape(serializers.Serializer[Any]):
    """A way of delivery for this cart."""

    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    price = PriceField()
    needs_address = serializers.BooleanField()
    pickup_address = serializers.CharField(allow_blank=True)


class PaymentMethodShape(serializers.Serializer[Any]):
    """A way to pay."""

    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    time_to_pay = serializers.IntegerField(help_text="Seconds that an unpaid order holds its stock.")
