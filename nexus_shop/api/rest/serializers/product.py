"""Products and categories."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from .fields import (
    Amount,
    AttributeField,
    CategoryRef,
    ImageField,
    PriceField,
    StrictSerializer,
    Text,
    WholeNumber,
)
from .texts import Words


class BrandRef(serializers.Serializer[Any]):
    """A brand, named."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()


class TagRef(serializers.Serializer[Any]):
    """A tag, named."""

    name = serializers.CharField()
    slug = serializers.CharField()


class Availability(serializers.Serializer[Any]):
    """Whether a product can be bought; never how many there are."""

    is_available = serializers.BooleanField()
    code = serializers.ChoiceField(["instock", "backorder", "preorder", "outofstock", "available", "unavailable"])
    message = serializers.CharField()
    expected_on = serializers.DateField(allow_null=True, help_text="When a backorder or pre-order is due.")


class UnitPrice(serializers.Serializer[Any]):
    """The price of so much (`reference`) in a measure: of 1 kg, of 100 ml."""

    price = PriceField()
    measure = serializers.ChoiceField(["kg", "g", "l", "ml", "m", "cm", "m2", "piece"])
    reference = serializers.CharField()


class NamedOffer(serializers.Serializer[Any]):
    """An offer of the shop that is open to everybody; prices do not show what it takes off a cart."""

    slug = serializers.CharField()
    name = serializers.CharField()
    ends_at = serializers.DateTimeField(allow_null=True)


class Rating(serializers.Serializer[Any]):
    """The mean of approved reviews, 1 to 5, and their number."""

    average = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()


class ProductCard(serializers.Serializer[Any]):
    """A product as lists show it."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    sku = serializers.CharField(allow_null=True)
    structure = serializers.ChoiceField(["standalone", "parent", "child"])
    brand = BrandRef(allow_null=True)
    tags = TagRef(many=True)
    categories = CategoryRef(many=True)
    price = PriceField(allow_null=True, help_text="Of a parent: that of its cheapest variant.")
    price_from = PriceField(allow_null=True, help_text="Parents only.")
    list_price = PriceField(allow_null=True, help_text="The price before a reduction.")
    lowest_price = PriceField(
        allow_null=True, help_text="The lowest of the 30 days before the reduction that is shown."
    )
    unit_price = UnitPrice(allow_null=True)
    offers = NamedOffer(
        many=True,
        help_text="Those whose condition or benefit speaks of the product, or of a variant: ten at most, by priority.",
    )
    availability = Availability()
    image = ImageField(allow_null=True)
    rating = Rating()
    variant_count = serializers.IntegerField()


class Variant(ProductCard):
    """A variant: a card with its attributes."""

    attributes = AttributeField(many=True)


class ChoicePrice(serializers.Serializer[Any]):
    """What a choice adds to the price of each unit."""

    choice = serializers.CharField(help_text="What a cart is told; the same in every language.")
    display = serializers.CharField(help_text="What people read.")
    extra_price = PriceField()


class ProductOption(serializers.Serializer[Any]):
    """What a shopper may or must say when adding the product to the cart."""

    code = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]  # fields leave the class when it is made
    help_text = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    extra_price = PriceField()
    choices = serializers.ListField(child=serializers.CharField())
    choice_prices = ChoicePrice(many=True)


class Medium(ImageField):
    """One of the product's media."""

    type = serializers.ChoiceField(["image"])


class Alternate(serializers.Serializer[Any]):
    """The product in a language: for hreflang."""

    language = serializers.CharField()
    url = serializers.CharField()
    slug = serializers.CharField()


class OpenGraph(serializers.Serializer[Any]):
    """What a link to the page shows where it is shared."""

    type = serializers.ChoiceField(["product"])
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    url = serializers.CharField()
    image = serializers.CharField(allow_null=True)


class Seo(serializers.Serializer[Any]):
    """What a storefront puts into the head of its page."""

    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    canonical = serializers.CharField(help_text="The merchant's, or its own page; absolute with `STOREFRONT_URL`.")
    open_graph = OpenGraph()
    json_ld = serializers.DictField(
        help_text="schema.org's Product with its offers: what is unknown is left out. Texts, not HTML:"
        " write each `<` as `\\u003c` in a script element."
    )
    alternates = Alternate(many=True, help_text="The page in each language of the shop; empty where it has one.")


class ParentRef(serializers.Serializer[Any]):
    """The product of which this is a variant."""

    id = serializers.IntegerField()
    slug = serializers.CharField()


class ProductDetail(ProductCard):
    """A product whole. `description` is sanitised HTML."""

    barcode = serializers.CharField(allow_null=True, help_text="The GTIN on the pack.")
    parent = ParentRef(allow_null=True, help_text="Variants only.")
    description = serializers.CharField(allow_blank=True)
    attributes = AttributeField(many=True)
    options = ProductOption(many=True)
    images = ImageField(many=True)
    media = Medium(many=True)
    variants = Variant(many=True)
    breadcrumbs = CategoryRef(many=True)
    seo = Seo()
    date_created = serializers.DateTimeField()
    date_updated = serializers.DateTimeField()


class NewProduct(StrictSerializer):
    """A product to be made: `title` or `name`; one of `category` (id) and `categories` (ids)."""

    ignored = frozenset({"id", "url", "slug", "structure", "availability", "image", "rating", "variant_count"})
    synonyms = {"title": "name"}
    required_under_either_name = frozenset({"title"})

    title = Words(max_length=255, required=False)
    name = Words(max_length=255, required=False)
    description = Text(max_length=50_000, required=False, allow_blank=True, default="")
    price = Amount(max_value=Decimal("9999999999.99"))
    list_price = Amount(required=False, allow_null=True, default=None)
    category = WholeNumber(required=False)
    categories = serializers.ListField(child=WholeNumber(), required=False, max_length=20)
    stock_quantity = WholeNumber(required=False, default=0)
    sku = Words(max_length=64, required=False, allow_null=True, default=None)
    product_class = Text(max_length=128, required=False)
    reason = Words(max_length=255, required=False, help_text="Why, for the ledgers; left out it is `new product`.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """One title, under either name."""
        if "title" in data and "name" in data:
            raise serializers.ValidationError({"name": ["`name` is another word for `title`: send one."]})
        title = data.pop("name", None) or data.get("title")
        if not title:
            raise serializers.ValidationError(
                {"title": [serializers.ErrorDetail("A product has a title.", "required")]}
            )
        if data["list_price"] is not None and data["list_price"] <= data["price"]:
            raise serializers.ValidationError({"list_price": ["The list price is above the price, or not there."]})
        categories = data.pop("categories", [])
        single = [data.pop("category")] if "category" in data else []
        return data | {"title": title, "category_ids": list(dict.fromkeys([*single, *categories]))}
