"""What a cart can do beside holding lines: many at once, vouchers, saved for later, links, merging."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from forked_apps.basket.filling import STRATEGIES
from forked_apps.basket.rows import MAX_QUANTITY, MAX_ROWS, Row, rows_of_csv

from .basket import CartItem, CartShape, ChosenOption, LineProduct, ListProblem, OptionInput, Totals
from .fields import Flag, PriceField, StrictSerializer, Text, WholeNumber

MAX_CSV = 20_000
ROW_CODES = (
    "unknown_sku",
    "invalid_row",
    "invalid_quantity",
    "variant_required",
    "product_unavailable",
    "invalid_option",
    "insufficient_stock",
    "quantity_limit",
)


class SkuInput(StrictSerializer):
    """A product by its SKU."""

    sku = Text(max_length=64)
    quantity = WholeNumber(min_value=1, max_value=MAX_QUANTITY, required=False, default=1)
    options: Any = serializers.ListSerializer(child=OptionInput(), required=False, max_length=20)

    def validate_options(self, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each option once."""
        if len({option["option"] for option in options}) < len(options):
            raise serializers.ValidationError(_("An option is named twice."))
        return options


class BulkInput(StrictSerializer):
    """Rows as `items`, or as `csv`: SKU and quantity, with comma, semicolon or tab; a first line may name the columns.

    With `partial` the good rows are taken, else all or none.
    """

    synonyms = {"items": "csv"}
    required_under_either_name = frozenset({"items"})

    items: Any = serializers.ListSerializer(child=SkuInput(), required=False, min_length=1, max_length=MAX_ROWS)
    csv = Text(required=False, max_length=MAX_CSV)
    partial: Any = Flag(required=False, default=False)

    def validate_csv(self, text: str) -> list[Row]:
        """The text's rows."""
        try:
            return rows_of_csv(text, pointer="/csv")
        except ValueError:
            message = _("One to 100 rows of `sku` and `quantity`, one a line.")
            raise serializers.ValidationError(message) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """With the rows, however they came."""
        if ("items" in attrs) == ("csv" in attrs):
            raise serializers.ValidationError({"items": _("Either `items` or `csv`.")})
        rows = attrs["csv"] if "csv" in attrs else [_row(place, item) for place, item in enumerate(attrs["items"])]
        return {"rows": rows, "partial": attrs["partial"]}


def _row(place: int, item: dict[str, Any]) -> Row:
    options = {option["option"]: option["value"] for option in item.get("options", [])}
    return Row(place + 1, item["sku"], item["quantity"], options, f"/items/{place}")


class RowShape(serializers.Serializer[Any]):
    """What became of a row; rows are counted from 1. `available`: how many there are where it was too many; `option`
    and `reason` (unknown, missing, value): what does not fit; `limit`: what one cart may hold.
    """

    row = serializers.IntegerField()
    sku = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(["added", "refused"])
    code = serializers.ChoiceField(ROW_CODES, allow_null=True)
    available = serializers.IntegerField(allow_null=True)
    option = serializers.CharField(allow_null=True)
    reason = serializers.ChoiceField(["unknown", "missing", "value"], allow_null=True)
    limit = serializers.IntegerField(allow_null=True)


class BulkShape(CartShape):
    """The cart, and what became of each row."""

    rows = RowShape(many=True)


class VoucherInput(StrictSerializer):
    """A voucher's code, in whatever case."""

    code = Text(max_length=128)


class SaveInput(StrictSerializer):
    """A line of the cart, by its id."""

    item = Text(max_length=64)


class SavedItem(serializers.Serializer[Any]):
    """A line that was put aside; `unit_price` is that of now, null where the product cannot be bought."""

    id = serializers.CharField()
    product = LineProduct()
    quantity = serializers.IntegerField()
    unit_price = PriceField(allow_null=True)
    options = ChosenOption(many=True)
    saved_at = serializers.DateTimeField()


class SavedShape(serializers.Serializer[Any]):
    """What is saved for later, newest first."""

    items = SavedItem(many=True)
    problems = ListProblem(many=True)


class ShareShape(serializers.Serializer[Any]):
    """A link to what a cart holds; `url` leads to the storefront where there is one, else to this API."""

    id = serializers.CharField()
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class SharedShape(serializers.Serializer[Any]):
    """A shared cart at the prices of now; an item's `id` is its place in it."""

    id = serializers.CharField()
    expires_at = serializers.DateTimeField()
    currency = serializers.CharField()
    items = CartItem(many=True)
    totals = Totals()
    problems = ListProblem(many=True)


class RestoreInput(StrictSerializer):
    """How quantities of a product in both carts are joined: added up, the larger one, or the cart's own kept."""

    strategy = serializers.ChoiceField(STRATEGIES, required=False, default="sum")


class MergeInput(RestoreInput):
    """A guest's cart by its token, and how to join it."""

    token = Text(max_length=100)


class Skipped(serializers.Serializer[Any]):
    """What did not come, or not wholly, into the cart, and the code of the rule against it: a product, or a voucher."""

    code = serializers.CharField()
    product_id = serializers.IntegerField(allow_null=True)
    sku = serializers.CharField(allow_null=True)
    requested = serializers.IntegerField()
    taken = serializers.IntegerField()
    voucher = serializers.CharField(allow_null=True)


class FilledShape(CartShape):
    """The cart, and what did not come into it."""

    skipped = Skipped(many=True)
