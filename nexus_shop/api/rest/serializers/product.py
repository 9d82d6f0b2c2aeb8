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


class BrandRef(serializers.Serializer[Any]):
    """A brand, named."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()


class Availability(serializers.Serializer[Any]):
    """Whether a product can be bought; never how many there are."""

    is_available = serializers.BooleanField()
    code = serializers.ChoiceField(["instock", "backorder", "preorder", "outofstock", "available", "unavailable"])
    message = serializers.CharField()
    expected_on = serializers.DateField(allow_null=True, help_text="When a backorder or pre-order is due.")


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
    categories = CategoryRef(many=True)
    price = PriceField(allow_null=True, help_text="Of a parent: that of its cheapest variant.")
    price_from = PriceField(allow_null=True, help_text="Parents only.")
    list_price = PriceField(allow_null=True, help_text="The price before a reduction.")
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


class Seo(serializers.Serializer[Any]):
    """What a storefront puts into the head of its page."""

    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    alternates = Alternate(many=True, help_text="All languages of the shop; empty where it has one.")


class ProductDetail(ProductCard):
    """A product whole. `description` is sanitised HTML."""

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


class ProductPage(serializers.Serializer[Any]):
    """One page of cards. `count` is null above 1,000 unless `count=exact` was asked for."""

    results = ProductCard(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class Category(CategoryRef):
    """A category with what stands below it."""

    image = serializers.CharField(allow_null=True)
    children = serializers.ListField(child=serializers.DictField(), help_text="Categories of the same shape.")


class NewProduct(StrictSerializer):
    """A product to be made: `title` or `name`; one of `category` (id) and `categories` (ids)."""

    ignored = frozenset({"id", "url", "slug", "structure", "availability", "image", "rating", "variant_count"})
    synonyms = {"title": "name"}
    required_under_either_name = frozenset({"title"})

    title = Text(max_length=255, required=False)
    name = Text(max_length=255, required=False)
    description = Text(max_length=50_000, required=False, allow_blank=True, default="")
    price = Amount(max_value=Decimal("9999999999.99"))
    list_price = Amount(required=False, allow_null=True, default=None)
    category = WholeNumber(required=False)
    categories = serializers.ListField(child=WholeNumber(), required=False, max_length=20)
    stock_quantity = WholeNumber(required=False, default=0)
    sku = Text(max_length=64, required=False, allow_null=True, default=None)
    product_class = Text(max_length=128, required=False)

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


class ListParameters(StrictSerializer):
    """The query of the product list."""

    page = serializers.IntegerField(required=False, min_value=1, max_value=10_000, default=1)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)
    ordering = serializers.ChoiceField(
        ["-date_created", "date_created", "price", "-price", "title", "-title"], required=False, default="-date_created"
    )
    category = serializers.CharField(required=False, max_length=1000, help_text="An id or a path of slugs.")
    price_min = Amount(required=False)
    price_max = Amount(required=False)
    in_stock = serializers.BooleanField(required=False, default=None)
    count = serializers.ChoiceField(["exact"], required=False)


class TreeParameters(StrictSerializer):
    """The query of the category tree."""

    root = serializers.IntegerField(  # type: ignore[assignment]  # fields leave the class when it is made
        required=False, min_value=1, max_value=2**31 - 1, default=None
    )
    depth = serializers.IntegerField(required=False, min_value=1, max_value=20, default=None)
