"""What a product costs and whether it can be bought, now and before; who changed its price."""

from typing import Any

from rest_framework import serializers

from .basket import ShippingParameters
from .fields import MAX_INT, MoneyField, PriceField
from .inventory import AccountRef, LedgerProduct, PageParameters
from .kept import UnnamedParameters
from .product import Availability

MAX_PIECES = 1000  # OSCAR_MAX_BASKET_QUANTITY_THRESHOLD: no cart holds more


class PriceParameters(ShippingParameters):
    """How many, and where the goods go; without a country as the shop's lists say it."""

    quantity = serializers.IntegerField(required=False, min_value=1, max_value=MAX_PIECES, default=1)


class OfferShare(serializers.Serializer[Any]):
    """An offer that counts, and what it takes off."""

    name = serializers.CharField()
    amount = MoneyField()


class ProductPriceShape(serializers.Serializer[Any]):
    """What a caller pays now. Prices are null where the product cannot be bought."""

    product = serializers.IntegerField()
    quantity = serializers.IntegerField()
    unit_price = PriceField(allow_null=True)
    discount = MoneyField()
    total = PriceField(allow_null=True, help_text="After the discount.")
    offers = OfferShare(many=True)


class VariantAvailability(serializers.Serializer[Any]):
    """Whether a product can be bought now."""

    product = serializers.IntegerField()
    sku = serializers.CharField(allow_null=True)
    availability = Availability()


class ProductAvailabilityShape(VariantAvailability):
    """Whether a product can be bought now, and each of its variants."""

    variants = VariantAvailability(many=True)


class PricePoint(serializers.Serializer[Any]):
    """A price and since when it counted; null: the product could not be bought."""

    since = serializers.DateTimeField()
    price = PriceField(allow_null=True)


class PriceHistoryShape(serializers.Serializer[Any]):
    """The prices of the last 30 days, oldest first, that of their beginning included."""

    product = serializers.IntegerField()
    days = serializers.IntegerField()
    points = PricePoint(many=True)
    lowest_price = PriceField(
        allow_null=True, help_text="As the card: the lowest of the 30 days before the reduction that is shown."
    )


class PriceChangeShape(serializers.Serializer[Any]):
    """One change of a stock record's prices, or its first ones. Amounts as entered."""

    id = serializers.IntegerField()
    stock_record = serializers.IntegerField()
    product = LedgerProduct()
    old_price = MoneyField(allow_null=True)
    new_price = MoneyField(allow_null=True)
    old_list_price = MoneyField(allow_null=True)
    new_list_price = MoneyField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    changed_by = AccountRef(allow_null=True)
    created_at = serializers.DateTimeField()


class PriceChangePage(serializers.Serializer[Any]):
    """One page of changes, newest first."""

    results = PriceChangeShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class OptionPriceChangeShape(serializers.Serializer[Any]):
    """One change of what an option, or a choice of an option group, adds to the price. Amounts as entered.

    No old price: it is new. No new one: it was deleted. `name` is how it was called then.
    """

    id = serializers.IntegerField()
    option = serializers.IntegerField(allow_null=True)
    choice = serializers.IntegerField(allow_null=True, help_text="The `id` of a value of the group.")
    option_group = serializers.IntegerField(allow_null=True, help_text="Of a choice.")
    name = serializers.CharField()
    old_price = MoneyField(allow_null=True)
    new_price = MoneyField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    changed_by = AccountRef(allow_null=True)
    created_at = serializers.DateTimeField()


class OptionPriceChangePage(serializers.Serializer[Any]):
    """One page of changes, newest first."""

    results = OptionPriceChangeShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class OptionPriceChangeParameters(UnnamedParameters):
    """The query of the changes of options' prices."""

    option = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    choice = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    option_group = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)


class PriceChangeParameters(PageParameters):
    """The query of the price changes."""

    stock_record = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    product = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    partner = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)
