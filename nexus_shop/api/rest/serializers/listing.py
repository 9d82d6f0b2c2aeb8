"""Lists of products: shapes and query parameters."""

from typing import Any, Final

from rest_framework import serializers

from .fields import Amount, Exact, StrictSerializer
from .product import ProductCard, ProductDetail

ORDERINGS: Final = [
    direction + name for name in ("date_created", "price", "title", "rating", "popularity") for direction in ("-", "")
]
CARD: Final = tuple(ProductCard().fields)
DETAIL: Final = tuple(ProductDetail().fields)
EXPANDABLE: Final = tuple(name for name in DETAIL if name not in CARD)
MAX_WORDS: Final = 50


class Words(serializers.CharField):
    """Words with commas between them, of `allowed` ones where it is given."""

    def __init__(self, allowed: tuple[str, ...] | None = None, **options: Any) -> None:
        self.allowed = allowed
        super().__init__(**{"max_length": 1000, "required": False, **options})

    def to_internal_value(self, data: Any) -> Any:
        """The words, each once."""
        words = tuple(dict.fromkeys(word.strip() for word in super().to_internal_value(data).split(",")))
        if "" in words or len(words) > MAX_WORDS:
            raise serializers.ValidationError(f"Words with commas between them, at most {MAX_WORDS}.")
        unknown = next((word for word in words if self.allowed is not None and word not in self.allowed), None)
        if unknown is not None:
            raise serializers.ValidationError(f"There is no {unknown[:60]!r} here.")
        return words


class PageParameters(StrictSerializer):
    """The query of a list by pages."""

    page = serializers.IntegerField(required=False, min_value=1, max_value=10_000, default=1)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)


class CursorParameters(StrictSerializer):
    """The query of a list by cursor."""

    cursor = serializers.CharField(required=False, max_length=2000, default=None, help_text="As `next` says.")
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)


class ListParameters(PageParameters):
    """The query of the product list, beside `attr.<code>`."""

    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        default=None,
        help_text="Empty: from the beginning; then as `next` says. Instead of `page`, and without its bound.",
    )
    ordering = serializers.ChoiceField(ORDERINGS, required=False, default="-date_created")
    category = serializers.CharField(required=False, max_length=1000, help_text="An id or a path of slugs.")
    brand = Words(help_text="Ids and slugs with commas between them: products of one of these.")
    price_min = Amount(required=False)
    price_max = Amount(required=False)
    rating = Exact(max_digits=3, decimal_places=2, max_value=5, required=False, help_text="At least so many stars.")
    in_stock = serializers.BooleanField(required=False, default=None)
    on_sale = serializers.BooleanField(required=False, default=None, help_text="The price is below the list price.")
    new = serializers.BooleanField(required=False, default=None, help_text="Made in the last NEW_PRODUCT_DAYS days.")
    fields = Words(CARD, help_text="Of each product only these, with commas between them.")  # type: ignore[assignment]
    expand = Words(EXPANDABLE, help_text=f"More of each product: {', '.join(EXPANDABLE)}.")
    count = serializers.ChoiceField(["exact"], required=False)


class DetailParameters(StrictSerializer):
    """The query of a product."""

    fields = Words(DETAIL, help_text="Only these, with commas between them.")  # type: ignore[assignment]


class ListedProduct(ProductDetail):
    """A card; with `fields` less of it, with `expand` more."""

    def get_fields(self) -> Any:
        """All of a product, none of which has to be there."""
        found = super().get_fields()
        for field in found.values():
            field.required = False
        return found


class ProductPage(serializers.Serializer[Any]):
    """One page of cards. `count` is null above 1,000 unless `count=exact` was asked for."""

    results = ListedProduct(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)
