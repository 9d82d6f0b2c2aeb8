"""Stock for those who keep it: records, movements, reservations."""

from typing import Any

from rest_framework import serializers

from forked_apps.partner.models import StockMovement

from .fields import MAX_INT, StrictSerializer, Text, WholeNumber
from .texts import Words

# What may be said by hand: the opening figure and shipments are written by the shop.
BY_HAND = tuple(kind.value for kind in StockMovement.Kind if kind not in {"initial", "shipment"})


class StockedProduct(serializers.Serializer[Any]):
    """A product, named. `sku` is the shop's."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    sku = serializers.CharField(allow_null=True)


class LedgerProduct(serializers.Serializer[Any]):
    """The product of a row of a ledger, named; what is not known of a record that is gone is null."""

    id = serializers.IntegerField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    sku = serializers.CharField(allow_null=True)


class PartnerRef(serializers.Serializer[Any]):
    """A partner, named."""

    id = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)


class StockRecordShape(serializers.Serializer[Any]):
    """Stock and price of one product at one partner. `free` can still be promised, backorders included.

    Prices are as entered.
    """

    id = serializers.IntegerField()
    product = StockedProduct()
    partner = PartnerRef()
    version = serializers.CharField()
    partner_sku = serializers.CharField()
    price_currency = serializers.CharField()
    price = serializers.CharField(allow_null=True)
    list_price = serializers.CharField(allow_null=True)
    num_in_stock = serializers.IntegerField(allow_null=True)
    num_allocated = serializers.IntegerField()
    free = serializers.IntegerField()
    is_low = serializers.BooleanField()
    low_stock_threshold = serializers.IntegerField(allow_null=True)
    backorder_limit = serializers.IntegerField()
    expected_on = serializers.DateField(allow_null=True)
    is_preorder = serializers.BooleanField()
    date_updated = serializers.DateTimeField()


class AccountRef(serializers.Serializer[Any]):
    """Who did it; the name is null where the account is gone."""

    id = serializers.IntegerField()
    name = serializers.CharField(allow_null=True)


class OrderRef(serializers.Serializer[Any]):
    """An order, named."""

    id = serializers.CharField()
    number = serializers.CharField()


class MovementShape(serializers.Serializer[Any]):
    """One change of a stock figure. All changes of a record add up to its figure."""

    id = serializers.IntegerField()
    stock_record = serializers.IntegerField()
    product = LedgerProduct()
    delta = serializers.IntegerField()
    balance = serializers.IntegerField(help_text="In stock after it.")
    kind = serializers.ChoiceField(StockMovement.Kind.values)
    reason = serializers.CharField(allow_blank=True)
    changed_by = AccountRef(allow_null=True)
    order = OrderRef(allow_null=True)
    created_at = serializers.DateTimeField()


class HoldingShape(serializers.Serializer[Any]):
    """Units that an unpaid order's line or an open payment session holds. `id` is the line's or the session's."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(["order", "payment_session"])
    stock_record = serializers.IntegerField()
    product = StockedProduct()
    quantity = serializers.IntegerField()
    order = OrderRef(allow_null=True)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)


class _Page(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class StockRecordPage(_Page):
    """One page of stock records, oldest first."""

    results = StockRecordShape(many=True)


class MovementPage(_Page):
    """One page of movements, newest first."""

    results = MovementShape(many=True)


class HoldingPage(_Page):
    """One page of what holds stock, newest first."""

    results = HoldingShape(many=True)


class PageParameters(StrictSerializer):
    """Which page, and of which product."""

    cursor = serializers.CharField(required=False, max_length=200)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)
    sku = serializers.CharField(required=False, max_length=64, help_text="The product's.")


class StockRecordParameters(PageParameters):
    """The query of the stock records."""

    partner = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    product = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    low = serializers.BooleanField(required=False, default=None, help_text="Those below their threshold.")


class MovementParameters(PageParameters):
    """The query of the movements."""

    stock_record = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    product = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    kind = serializers.ChoiceField(StockMovement.Kind.values, required=False)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)


class HoldingParameters(PageParameters):
    """The query of what holds stock."""

    stock_record = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)


class AdjustmentInput(StrictSerializer):
    """A stock record by id or by SKU; its new figure, or a change of it; the figure that was seen; and why."""

    synonyms = {"stock_record": "sku", "quantity": "delta"}
    required_under_either_name = frozenset({"stock_record", "quantity"})

    stock_record = WholeNumber(min_value=1, required=False)
    sku = Text(max_length=64, required=False)
    expected = WholeNumber()
    quantity = WholeNumber(required=False)
    delta = WholeNumber(min_value=-MAX_INT, required=False)
    reason = Words(max_length=255)
    kind = serializers.ChoiceField(BY_HAND, required=False, default="adjustment")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """One way to name the record, one way to say how many."""
        for name, other in self.synonyms.items():
            if (name in data) == (other in data):
                raise serializers.ValidationError({name: [f"Send either `{name}` or `{other}`."]})
        return data
