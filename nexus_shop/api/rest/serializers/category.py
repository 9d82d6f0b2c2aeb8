"""Categories, brands, attributes, options; what stands beside a product."""

from typing import Any

from rest_framework import serializers

from .fields import CategoryRef, MoneyField, StrictSerializer
from .listing import CursorParameters
from .product import Alternate, BrandRef, Medium, ProductCard, Variant


class CategoryAlternate(Alternate):
    """The category in a language: for hreflang."""

    path = serializers.CharField()


class PageTexts(serializers.Serializer[Any]):
    """What the head of a category's page says."""

    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    alternates = CategoryAlternate(
        many=True, help_text="The page in each language of the shop; empty where it has one."
    )


class Category(CategoryRef):
    """A category with what stands below it."""

    image = serializers.CharField(allow_null=True)
    product_count = serializers.IntegerField(help_text="Listed products, with those of the categories below.")
    children = serializers.ListField(child=serializers.DictField(), help_text="Categories of the same shape.")


class CategoryDetail(Category):
    """A category whole. The texts are sanitised HTML; `children` are those of the next level."""

    description = serializers.CharField(allow_blank=True)
    long_description = serializers.CharField(allow_blank=True)
    breadcrumbs = CategoryRef(many=True)
    seo = PageTexts()


class TreeParameters(StrictSerializer):
    """The query of the category tree."""

    root = serializers.IntegerField(  # type: ignore[assignment]  # fields leave the class when it is made
        required=False, min_value=1, max_value=2**31 - 1, default=None
    )
    depth = serializers.IntegerField(required=False, min_value=1, max_value=20, default=None)


class Brand(BrandRef):
    """A brand."""

    product_count = serializers.IntegerField(help_text="Its listed products.")


class AttributeValue(serializers.Serializer[Any]):
    """A value in use."""

    value = serializers.CharField(help_text="As the filter `attr.<code>` takes it; the same in every language.")
    display = serializers.CharField(help_text="What people read.")
    product_count = serializers.IntegerField()


class Attribute(serializers.Serializer[Any]):
    """What products are described by, with its values of most products, at most 100."""

    code = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    values = AttributeValue(many=True)


class Choice(serializers.Serializer[Any]):
    """A choice of an option, with what it adds to the price of each unit."""

    choice = serializers.CharField(help_text="What a cart is told; the same in every language.")
    display = serializers.CharField(help_text="What people read.")
    extra_price = MoneyField(help_text="As entered: `PRICES_INCLUDE_TAX` says whether with tax.")


class Option(serializers.Serializer[Any]):
    """What shoppers may be asked when they add a product to the cart."""

    code = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]  # fields leave the class when it is made
    help_text = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    extra_price = MoneyField(help_text="As entered: `PRICES_INCLUDE_TAX` says whether with tax.")
    choices = Choice(many=True)


class RelatedProduct(ProductCard):
    """A product that goes with another one."""

    kind = serializers.CharField(help_text="`related`, `cross_sell` or `up_sell`.")


class RelatedParameters(StrictSerializer):
    """The query of what goes with a product."""

    kind = serializers.ChoiceField(["related", "cross_sell", "up_sell"], required=False, default=None)


class ReviewParameters(CursorParameters):
    """The query of reviews."""


class Reviewer(serializers.Serializer[Any]):
    """Who has an account."""

    username = serializers.CharField()


class Votes(serializers.Serializer[Any]):
    """How many found it worth a vote, and the votes for it less those against it."""

    total = serializers.IntegerField()
    delta = serializers.IntegerField()


class Review(serializers.Serializer[Any]):
    """An approved review. `user` is null where it was written without an account."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    score = serializers.IntegerField()
    votes = Votes()
    user = Reviewer(allow_null=True)
    date_created = serializers.DateTimeField()


class _List(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class VariantList(_List):
    """All public variants."""

    results = Variant(many=True)


class MediaList(_List):
    """All media."""

    results = Medium(many=True)


class RelatedList(_List):
    """All that goes with a product."""

    results = RelatedProduct(many=True)


class ReviewList(_List):
    """Approved reviews, newest first."""

    results = Review(many=True)


class BrandPage(_List):
    """Brands by name."""

    results = Brand(many=True)


class AttributePage(_List):
    """Attributes by code."""

    results = Attribute(many=True)


class OptionPage(_List):
    """Options in their order."""

    results = Option(many=True)
