"""Products and stock records as staff and partner staff write them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from forked_apps.catalogue.models import Product, ProductRecommendation
from forked_apps.catalogue.publishing import STATUSES
from forked_apps.catalogue.variants import Matrix
from forked_apps.partner.product_rows import MAX_ROWS

from .admin_catalogue import OutcomeShape
from .attribute_values import Attributes
from .fields import MAX_INT, Amount, Exact, StrictSerializer, Text, WholeNumber, YesOrNo, shop_currency
from .kept import KeptParameters
from .oscar_product import (
    SHOWN_PARTS,
    SOLD,
    from_oscarapi,
    partner_in,
    refuse_stock_records,
    refused_in_sent_words,
    said_twice,
    stock_record_in,
)
from .shown_product import SHOWN, SYNONYMS, WRITTEN
from .texts import SlugText, Words

MAX_PRICE: Final = Decimal("9999999999.99")
MAX_LINKS: Final = 100


def _price(**options: Any) -> Amount:
    return Amount(max_value=MAX_PRICE, required=False, allow_null=True, **options)


def _ids(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=WholeNumber(min_value=1), required=False, max_length=MAX_LINKS, **options)


def _reason() -> Words:
    return Words(max_length=255, required=False, help_text="Why, for the ledgers; left out it is `api`.")


class StockRecordChanges(StrictSerializer):
    """Price and terms of a stock record; amounts as prices are entered. The figure of stock is adjusted instead."""

    ignored = frozenset(
        {
            *("id", "version", "product", "partner", "price_currency", "num_in_stock", "num_allocated", "free"),
            *("is_low", "date_updated"),
        }
    )

    partner_sku = Words(max_length=128, required=False)
    price = _price()
    list_price = _price()
    low_stock_threshold = WholeNumber(required=False, allow_null=True)
    backorder_limit = WholeNumber(required=False)
    expected_on = serializers.DateField(required=False, allow_null=True)
    is_preorder = YesOrNo(required=False)
    reason = _reason()


class StockRecordWhole(StockRecordChanges):
    """Price and terms of a stock record, whole. The partner's SKU stays where left out."""

    price = Amount(max_value=MAX_PRICE, allow_null=True)
    list_price = _price(default=None)
    low_stock_threshold = WholeNumber(required=False, allow_null=True, default=None)
    backorder_limit = WholeNumber(required=False, default=0)
    expected_on = serializers.DateField(required=False, allow_null=True, default=None)
    is_preorder = YesOrNo(required=False, default=False)


class StockRecordRemoval(StrictSerializer):
    """Why a stock record is deleted."""

    reason = _reason()


class ShopCurrency(Text):
    """The currency that the shop sells in, as a text: another one is refused."""

    default_error_messages = {"currency": _("The shop sells in {currency}.")}

    @property
    def only(self) -> str:
        """What it takes, for the documentation."""
        return shop_currency()

    def to_internal_value(self, data: Any) -> str:
        """The currency."""
        currency = super().to_internal_value(data)
        if currency != shop_currency():
            self.fail("currency", currency=shop_currency())
        return currency


class StockRecordInput(StockRecordChanges):
    """A product that a partner begins to sell. Left out, `partner` is the default one, or the caller's."""

    ignored = frozenset({"id", "version", "num_allocated", "free", "is_low", "date_updated"})

    price_currency = ShopCurrency(required=False, help_text="The shop's, if anything.")

    product = WholeNumber(min_value=1)
    partner = WholeNumber(min_value=1, required=False)
    price = Amount(max_value=MAX_PRICE)
    num_in_stock = WholeNumber(required=False, default=0)


class NestedStockRecord(StockRecordInput):
    """The stock record of a new product, as oscarapi nests it; without a price nobody can buy it yet."""

    ignored = (StockRecordInput.ignored | {"url", "product", "date_created"}) - {"num_allocated"}

    product = None  # type: ignore[assignment]  # it is the one that is made
    price = Amount(max_value=MAX_PRICE, required=False, allow_null=True, default=None)
    num_in_stock = WholeNumber(required=False, allow_null=True, default=0)
    num_allocated = WholeNumber(required=False, allow_null=True, max_value=0)

    def to_internal_value(self, data: Any) -> Any:
        """The values; the partner also by a link."""
        return super().to_internal_value(partner_in(data, _host(self)))

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """As an entry has it. Nothing known of the stock is none."""
        data["num_in_stock"] = data["num_in_stock"] or 0
        told = {name: value for name, value in data.items() if name not in {"price_currency", "num_allocated"}}
        return {SOLD.get(name, name): value for name, value in told.items()}


def _host(serializer: serializers.Serializer[Any]) -> str:
    """The host that was asked: links lead there."""
    return str(serializer.context["request"].get_host())


class MatrixInput(StrictSerializer):
    """Options of attributes, by code, that are combined to variants.

    In `title` and `sku` the words `{title}` and `{sku}` are the parent's, `{size}` the option of the attribute `size`.
    """

    axes = serializers.DictField(
        child=serializers.ListField(child=Text(max_length=255), min_length=1, max_length=500), allow_empty=False
    )
    title = Words(max_length=255, required=False, allow_blank=True, default="")
    sku = Words(max_length=255, required=False, allow_blank=True, default="")
    is_public = YesOrNo(required=False, default=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """As the operation takes it, beside what else there is."""
        names = ("axes", "title", "sku", "is_public")
        return {**{name: value for name, value in data.items() if name not in names}, "matrix": _matrix(data)}


def _matrix(data: Mapping[str, Any]) -> Matrix:
    return Matrix(axes=data["axes"], title=data["title"], sku=data["sku"], is_public=data["is_public"])


class SaleFields(StrictSerializer):
    """How a product is sold. Amounts as prices are entered."""

    price = _price()
    list_price = _price()
    stock_quantity = WholeNumber(required=False)
    partner = WholeNumber(min_value=1, required=False)
    reason = _reason()


class VariantsInput(MatrixInput, SaleFields):
    """Variants to be made, and how they are sold: without a price they get no stock record."""


class RecommendationsInput(StrictSerializer):
    """Ids of products by why they are recommended, the first one first. Null is none."""

    related = _ids(allow_null=True)
    cross_sell = _ids(allow_null=True)
    up_sell = _ids(allow_null=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Lists."""
        return {kind: ids or [] for kind, ids in data.items()}


class UnitContent(Exact):
    """How much, with at most four decimals, above zero."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 4, "min_value": Decimal("0.0001"), **options})


class UnitInput(StrictSerializer):
    """What one piece holds, and of how much the price per unit is shown: of a bottle of 0.75 l, per 1 l."""

    measure = serializers.ChoiceField(Product.Measure.choices)
    content = UnitContent()
    reference = UnitContent(required=False, default=Decimal(1))


class ProductTexts(StrictSerializer):
    """What is said of a product."""

    shown = SHOWN_PARTS

    title = Words(max_length=255, required=False, allow_blank=True)
    slug = SlugText(max_length=240, required=False)
    sku = Words(max_length=64, required=False, allow_null=True)
    barcode = Text(max_length=14, required=False, allow_null=True, allow_blank=True)
    unit = UnitInput(required=False, allow_null=True)
    description = Text(max_length=50_000, required=False, allow_blank=True)
    is_discountable = YesOrNo(required=False)
    priority = WholeNumber(min_value=-1, max_value=2**15 - 1, required=False)
    meta_title = Words(max_length=255, required=False, allow_blank=True)
    meta_description = Words(lines=True, max_length=1000, required=False, allow_blank=True)
    canonical_url = Words(max_length=500, required=False, allow_blank=True)
    og_title = Words(max_length=255, required=False, allow_blank=True)
    og_description = Words(lines=True, max_length=500, required=False, allow_blank=True)
    brand = WholeNumber(min_value=1, required=False, allow_null=True, source="brand_id")
    product_class = Text(max_length=128, required=False, allow_null=True)
    categories = _ids()
    tags = serializers.ListField(child=Words(max_length=64), required=False, max_length=MAX_LINKS)
    options = serializers.ListField(child=Text(max_length=128), required=False, max_length=MAX_LINKS)
    attributes = Attributes(required=False)
    recommendations = RecommendationsInput(required=False)
    status = serializers.ChoiceField(STATUSES, required=False)
    publish_from = serializers.DateTimeField(required=False, allow_null=True)
    publish_until = serializers.DateTimeField(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        """The values, also of a body in oscarapi's words."""
        words = from_oscarapi(data, _host(self))
        try:
            return super().to_internal_value(words)
        except ValidationError as refusal:
            raise refused_in_sent_words(data, refusal) from None

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """As an entry has it: no class is the one that there is, or the default one."""
        if len(data.get("attributes", {})) > 500:
            raise ValidationError({"attributes": ["There are too many."]})
        return {name: value for name, value in data.items() if (name, value) != ("product_class", None)}


READ_ONLY: Final = frozenset(
    {"id", "version", "images", "stockrecords", "variants", "date_created", "date_updated", "structure", "parent"}
)


class ProductChanges(ProductTexts):
    """Fields of a product. Attributes and kinds of recommendations that are not named stay; null takes one away.

    `barcode` is a GTIN, `description` is sanitised HTML.
    """

    ignored = READ_ONLY

    def to_internal_value(self, data: Any) -> Any:
        """The values; stock records are not among them."""
        refuse_stock_records(data)
        return super().to_internal_value(data)


class ProductWhole(ProductChanges):
    """A product whole. Slug, class and publication stay where left out; price and stock are the stock record's."""

    title = Words(max_length=255, allow_blank=True)
    sku = Words(max_length=64, required=False, allow_null=True, default=None)
    barcode = Text(max_length=14, required=False, allow_null=True, allow_blank=True, default=None)
    unit = UnitInput(required=False, allow_null=True, default=None)
    description = Text(max_length=50_000, required=False, allow_blank=True, default="")
    is_discountable = YesOrNo(required=False, default=True)
    priority = WholeNumber(min_value=-1, max_value=2**15 - 1, required=False, default=0)
    meta_title = Words(max_length=255, required=False, allow_blank=True, default="")
    meta_description = Words(lines=True, max_length=1000, required=False, allow_blank=True, default="")
    canonical_url = Words(max_length=500, required=False, allow_blank=True, default="")
    og_title = Words(max_length=255, required=False, allow_blank=True, default="")
    og_description = Words(lines=True, max_length=500, required=False, allow_blank=True, default="")
    brand = WholeNumber(min_value=1, required=False, allow_null=True, source="brand_id", default=None)
    categories = _ids(default=list)
    tags = serializers.ListField(child=Words(max_length=64), required=False, max_length=MAX_LINKS, default=list)
    options = serializers.ListField(child=Text(max_length=128), required=False, max_length=MAX_LINKS, default=list)


class ProductInput(ProductTexts, SaleFields):
    """A product to be made, public unless `status` says else; sold where it has a price.

    A parent may come with `variants`, which are then sold at the price. A child names its `parent`.
    """

    ignored = READ_ONLY - {"structure", "parent", "variants"}

    title = Words(max_length=255, required=False, allow_blank=True)
    structure = serializers.ChoiceField(Product.STRUCTURE_CHOICES, required=False, default="standalone")
    parent = WholeNumber(min_value=1, required=False)  # type: ignore[assignment]  # fields leave the class
    variants = MatrixInput(required=False)

    def to_internal_value(self, data: Any) -> Any:
        """The values, also where the price stands in a stock record, as oscarapi has it."""
        record = stock_record_in(data)
        if record is None:
            return super().to_internal_value(data)
        sold = NestedStockRecord(data=record, context=self.context)
        if not sold.is_valid():
            raise ValidationError({"stockrecords": {"0": sold.errors}})
        return {**super().to_internal_value(data), **sold.validated_data}

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Variants are a parent's."""
        entry = super().validate(data)
        if "variants" in entry:
            if entry["structure"] != Product.PARENT:
                raise ValidationError({"variants": ["Only a parent has variants."]})
            entry["variants"] = entry["variants"]["matrix"]
        return entry


class ProductRow(ProductTexts, SaleFields):
    """A product by its SKU; `name` stands for `title`, `category` for one of `categories`."""

    sku = Words(max_length=64)
    name = Words(max_length=255, required=False)
    category = WholeNumber(min_value=1, required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """One title, under either name."""
        return in_our_words(super().validate(data))


def in_our_words(data: dict[str, Any]) -> dict[str, Any]:
    """The brief's words in ours."""
    for ours, theirs in (("title", "name"), ("categories", "category")):
        if ours in data and theirs in data:
            raise ValidationError({theirs: [said_twice(theirs, ours)]})
    if "name" in data:
        data["title"] = data.pop("name")
    if "category" in data:
        data["categories"] = [data.pop("category")]
    return data


class ProductRows(StrictSerializer):
    """Up to 1,000 products, each by its `sku`."""

    products = serializers.ListField(
        child=serializers.DictField(),
        min_length=1,
        max_length=MAX_ROWS,
        help_text=(
            "Fields of `admin/products/{id}/` and `price`, `list_price`, `stock_quantity`, `partner`; `name` and"
            " `category` as in `POST products/`. What is left out stays, or is empty in a new product."
        ),
    )


class ProductOutcome(OutcomeShape):
    """What became of a product."""

    row = serializers.IntegerField(help_text="Its place in `products`, from 0.")
    sku = serializers.CharField(allow_null=True)


class ProductOutcomes(serializers.Serializer[Any]):
    """A result for each row."""

    results = ProductOutcome(many=True)


class ImageRef(serializers.Serializer[Any]):
    """A picture."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    alt = serializers.CharField(allow_blank=True)


class UnitShape(serializers.Serializer[Any]):
    """What one piece holds."""

    measure = serializers.ChoiceField(Product.Measure.choices)
    content = serializers.CharField()
    reference = serializers.CharField()


class ProductAdminShape(serializers.Serializer[Any]):
    """A product as it is written, drafts too. `stockrecords` and `variants` are ids."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    structure = serializers.ChoiceField(Product.STRUCTURE_CHOICES)
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]
    title = serializers.CharField(allow_blank=True)
    slug = serializers.CharField()
    sku = serializers.CharField(allow_null=True)
    barcode = serializers.CharField(allow_null=True)
    unit = UnitShape(allow_null=True)
    description = serializers.CharField(allow_blank=True)
    is_discountable = serializers.BooleanField()
    priority = serializers.IntegerField()
    meta_title = serializers.CharField(allow_blank=True)
    meta_description = serializers.CharField(allow_blank=True)
    canonical_url = serializers.CharField(allow_blank=True)
    og_title = serializers.CharField(allow_blank=True)
    og_description = serializers.CharField(allow_blank=True)
    brand = serializers.IntegerField(allow_null=True)
    product_class = serializers.CharField(allow_null=True)
    categories = serializers.ListField(child=serializers.IntegerField())
    tags = serializers.ListField(child=serializers.CharField())
    options = serializers.ListField(child=serializers.CharField())
    attributes = serializers.DictField(child=serializers.JSONField(allow_null=True))
    recommendations = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text=f"By {', '.join(ProductRecommendation.Kind.values)}.",
    )
    status = serializers.ChoiceField(STATUSES)
    publish_from = serializers.DateTimeField(allow_null=True)
    publish_until = serializers.DateTimeField(allow_null=True)
    images = ImageRef(many=True)
    stockrecords = serializers.ListField(child=serializers.IntegerField())
    variants = serializers.ListField(child=serializers.IntegerField())
    date_created = serializers.DateTimeField()
    date_updated = serializers.DateTimeField()


class ProductParameters(KeptParameters):
    """The query of the products."""

    search = serializers.CharField(
        required=False, max_length=128, default="", help_text="A part of the title, or how the SKU begins."
    )
    sku = serializers.CharField(required=False, max_length=64)
    structure = serializers.ChoiceField(Product.STRUCTURE_CHOICES, required=False)
    parent = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)  # type: ignore[assignment]
    brand = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    category = serializers.IntegerField(required=False, min_value=1, max_value=MAX_INT)
    product_class = serializers.CharField(required=False, max_length=128, help_text="A slug.")
    status = serializers.ChoiceField(STATUSES, required=False)


class ProductFacade(StrictSerializer):
    """Fields of a product in the words of `POST products/`; what is left out stays. More at `admin/products/`.

    What was read can be sent back: what is only shown is ignored.
    """

    ignored = SHOWN - WRITTEN
    synonyms = SYNONYMS

    title = Words(max_length=255, required=False)
    name = Words(max_length=255, required=False)
    description = Text(max_length=50_000, required=False, allow_blank=True)
    price = Amount(max_value=MAX_PRICE, required=False)
    list_price = _price()
    category = WholeNumber(min_value=1, required=False)
    categories = _ids()
    stock_quantity = WholeNumber(required=False)
    sku = Words(max_length=64, required=False, allow_null=True)
    product_class = Text(max_length=128, required=False)
    reason = _reason()

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """In our words."""
        return in_our_words(data)


class ProductFacadeWhole(ProductFacade):
    """A product in the words of `POST products/`, whole. Stock, class and what has no word here stay.

    What was read can be sent back: what is only shown is ignored, what is as it is shown stays.
    """

    required_under_either_name = frozenset({"title"})

    description = Text(max_length=50_000, required=False, allow_blank=True, default="")
    price = Amount(max_value=MAX_PRICE)
    list_price = _price(default=None)
    sku = Words(max_length=64, required=False, allow_null=True, default=None)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """In our words, with a title and the categories, if only none."""
        entry = super().validate(data)
        if "title" not in entry:
            raise ValidationError({"title": [serializers.ErrorDetail("A product has a title.", "required")]})
        return {"categories": [], **entry}
