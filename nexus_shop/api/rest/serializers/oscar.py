"""oscarapi's own field names: what its clients send to the façades and are answered there."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forked_apps.address.models import UserAddress
from forked_apps.address.validation import PostalAddress

from .addresses import BookChanges, BookInput
from .basket import OptionValue, Totals
from .checkout import AddressInput, AddressShape, NextAction
from .fields import Amount, StrictSerializer, Text, WholeNumber
from .links import BasketLink, CountryLink, OptionLink, ProductLink

TITLES: Final = [title for title, _name in UserAddress.TITLE_CHOICES]
OUTSIDE: Final[dict[str, Any]] = {"required": False, "allow_blank": True, "default": ""}


class OscarPrice(serializers.Serializer[Any]):
    """oscarapi's price; `net` and `gross` say the same as `excl_tax` and `incl_tax`, null where not known yet."""

    currency = serializers.CharField()
    excl_tax = serializers.CharField()
    incl_tax = serializers.CharField()
    tax = serializers.CharField()
    net = serializers.CharField()
    gross = serializers.CharField(allow_null=True)


class OscarVoucher(serializers.Serializer[Any]):
    """A voucher; its dates are null where it does not count any more."""

    name = serializers.CharField()
    code = serializers.CharField()
    start_datetime = serializers.DateTimeField(allow_null=True)
    end_datetime = serializers.DateTimeField(allow_null=True)


class OfferDiscount(serializers.Serializer[Any]):
    """What an offer takes off."""

    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    amount = serializers.CharField()


class VoucherDiscount(OfferDiscount):
    """What a voucher's offer takes off."""

    voucher = OscarVoucher()


class OscarBasket(serializers.Serializer[Any]):
    """oscarapi's basket: totals without delivery. `totals` are those of `cart/`, with delivery."""

    id = serializers.CharField(allow_null=True)
    owner = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    lines = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    total_excl_tax = serializers.CharField()
    total_excl_tax_excl_discounts = serializers.CharField()
    total_incl_tax = serializers.CharField()
    total_incl_tax_excl_discounts = serializers.CharField()
    total_tax = serializers.CharField()
    currency = serializers.CharField()
    voucher_discounts = VoucherDiscount(many=True)
    offer_discounts = OfferDiscount(many=True)
    is_tax_known = serializers.BooleanField()
    token = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    totals = Totals()


class OscarOption(serializers.Serializer[Any]):
    """What the shopper said of an option."""

    option = serializers.CharField()
    value = serializers.JSONField()


class OscarLine(serializers.Serializer[Any]):
    """oscarapi's line; prices are those of all its units, null where the product has none any more."""

    id = serializers.CharField()
    url = serializers.CharField()
    product = serializers.CharField()
    quantity = serializers.IntegerField()
    attributes = OscarOption(many=True)
    price_currency = serializers.CharField()
    price_excl_tax = serializers.CharField(allow_null=True)
    price_incl_tax = serializers.CharField(allow_null=True)
    price_excl_tax_excl_discounts = serializers.CharField(allow_null=True)
    price_incl_tax_excl_discounts = serializers.CharField(allow_null=True)
    is_tax_known = serializers.BooleanField()
    warning = serializers.CharField(allow_null=True)
    basket = serializers.CharField()
    unit_price = OscarPrice(allow_null=True)
    total = OscarPrice(allow_null=True)


class OscarShippingMethod(serializers.Serializer[Any]):
    """A way of delivery; `price` is after the `discount`."""

    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    price = OscarPrice()
    is_discounted = serializers.BooleanField()
    discount = serializers.CharField()


class OscarOptionInput(StrictSerializer):
    """An option by its link, or its code."""

    option = OptionLink()
    value = OptionValue()


class AddProductInput(StrictSerializer):
    """A product by its link."""

    url = ProductLink()
    quantity = WholeNumber(min_value=1, max_value=100_000)
    options: Any = serializers.ListSerializer(child=OscarOptionInput(), required=False, max_length=20)

    def validate_options(self, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each option once."""
        if len({option["option"] for option in options}) < len(options):
            raise serializers.ValidationError(_("An option is named twice."))
        return options


class AddVoucherInput(StrictSerializer):
    """A voucher by its code."""

    vouchercode = Text(max_length=128)


class OscarQuantity(StrictSerializer):
    """The new quantity of a line; the rest of a line that was read is ignored."""

    ignored = frozenset(OscarLine().fields) - {"quantity"}

    quantity = WholeNumber(min_value=1, max_value=100_000)


class OscarNewBasket(StrictSerializer):
    """Nothing; a basket that was read is ignored."""

    ignored = frozenset(OscarBasket().fields)


class OscarAddress(AddressInput):
    """An address of an order, in oscarapi's fields: the country as a link (or code), a title."""

    ignored = frozenset({"id", "url", "search_text"})

    title = serializers.ChoiceField(TITLES, **OUTSIDE)
    line4 = Text(max_length=255, **OUTSIDE)
    country = CountryLink()


class ChargeInput(StrictSerializer):
    """The charge for delivery that the shopper has seen."""

    ignored = frozenset({"net", "gross"})

    currency = serializers.RegexField(r"^[A-Z]{3}\Z", max_length=3, required=False)
    excl_tax = Amount()
    incl_tax = Amount(required=False)
    tax = Amount(required=False)


@extend_schema_field(
    {"anyOf": [{"type": "string", "format": "email", "maxLength": 254}, {"type": "string", "maxLength": 0}]}
)
class GuestEmail(serializers.EmailField):
    """An address, or blank, as clients send it for logins."""


class OscarCheckoutInput(StrictSerializer):
    """oscarapi's checkout. `total` is the total that the shopper has seen, with delivery."""

    basket = BasketLink()
    guest_email = GuestEmail(max_length=254, required=False, allow_blank=True)
    total = Amount()
    shipping_method_code = Text(max_length=128, required=False)
    shipping_charge = ChargeInput(required=False)
    shipping_address = OscarAddress(required=False)
    billing_address = OscarAddress(required=False)

    @classmethod
    def is_meant_by(cls, body: Any) -> bool:
        """Whether a body has fields that only oscarapi's clients send."""
        return isinstance(body, Mapping) and not OSCAR_ONLY.isdisjoint(body)


OSCAR_ONLY: Final = frozenset({"basket", "guest_email", "total", "shipping_method_code", "shipping_charge"})


class OscarOrderAddress(AddressShape):
    """An address of an order, as ours; `country` is a link."""


class OscarOrderLine(serializers.Serializer[Any]):
    """A line of an order."""

    product = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    attributes = OscarOption(many=True)
    price_currency = serializers.CharField()
    price_excl_tax = serializers.CharField()
    price_incl_tax = serializers.CharField()
    price_excl_tax_excl_discounts = serializers.CharField()
    price_incl_tax_excl_discounts = serializers.CharField()


class OrderDiscountShape(serializers.Serializer[Any]):
    """What an offer took off an order."""

    name = serializers.CharField()
    amount = serializers.CharField()


class OrderVoucherDiscountShape(OrderDiscountShape):
    """What a voucher took off an order."""

    voucher = serializers.CharField()


class OscarOrder(serializers.Serializer[Any]):
    """oscarapi's order; `id`, `payment_status`, `totals` and `next_action` are those of `orders/`."""

    id = serializers.CharField()
    number = serializers.CharField()
    basket = serializers.CharField()
    url = serializers.CharField()
    lines = OscarOrderLine(many=True)
    owner = serializers.CharField(allow_null=True)
    billing_address = OscarOrderAddress(allow_null=True)
    currency = serializers.CharField()
    total_incl_tax = serializers.CharField()
    total_excl_tax = serializers.CharField()
    shipping_incl_tax = serializers.CharField()
    shipping_excl_tax = serializers.CharField()
    shipping_address = OscarOrderAddress(allow_null=True)
    shipping_method = serializers.CharField()
    shipping_code = serializers.CharField()
    status = serializers.CharField()
    email = serializers.CharField(allow_blank=True)
    date_placed = serializers.DateTimeField()
    offer_discounts = OrderDiscountShape(many=True)
    voucher_discounts = OrderVoucherDiscountShape(many=True)
    payment_status = serializers.CharField()
    totals = Totals()
    next_action = NextAction(allow_null=True)


class OscarUserAddress(OscarOrderAddress):
    """An address of one's book, in oscarapi's fields."""

    id = serializers.CharField()
    url = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    search_text = serializers.CharField(allow_blank=True)
    is_default_for_shipping = serializers.BooleanField()
    is_default_for_billing = serializers.BooleanField()


class OscarBookInput(BookInput):
    """An address for one's book, in oscarapi's fields."""

    ignored = frozenset({"id", "url", "search_text"})

    title = serializers.ChoiceField(TITLES, **OUTSIDE)
    line4 = Text(max_length=255, **OUTSIDE)
    country = CountryLink()


class OscarBookChanges(OscarBookInput, BookChanges):
    """What is to be another about an address of one's book."""


def postal_address(values: Mapping[str, Any]) -> PostalAddress:
    """The address among the fields of a book's entry."""
    return PostalAddress(**{name: values[name] for name in PostalAddress.__slots__ if name in values})
