"""Lists of products: shapes and query parameters."""

from typing import Any, Final

from rest_framework import serializers

from .fields import Amount, CategoryRef, StrictSerializer
from .product import ProductCard, ProductDetail

ORDERINGS: Final = [
    direction + name for name in ("date_created", "price", "title", "rating", "popularity") for direction in ("-", "")
]
CARD: Final = tuple(ProductCard().fields)
DETAIL: Final = tuple(ProductDetail().fields)
EXPANDABLE: Final = (*(name for name in DETAIL if name not in CARD), "category")
MAX_WORDS: Final = 50


class Words(serializers.RegexField):
    """Words with commas between them, each once: names, or `allowed` words."""

    def __init__(self, allowed: tuple[str, ...] | None = None, **options: Any) -> None:
        word = f"({'|'.join(allowed)})" if allowed else "[-a-zA-Z0-9_]{1,128}"
        pattern = rf"^{word}(,{word}){{0,{MAX_WORDS - 1}}}\Z"
        self.allowed = allowed or ()
        kind = "Names of those there are" if allowed else "Ids and slugs"
        told = f"{kind}, with commas between them, 1 to {MAX_WORDS}."
        texts = {"error_messages": {"invalid": told, "blank": told}}
        super().__init__(
            pattern, **{"max_length": 1000, "required": False, "trim_whitespace": False, **texts, **options}
        )

    def to_internal_value(self, data: Any) -> Any:
        """The words; the pattern is judged before they are taken apart."""
        text = super().to_internal_value(data)
        strange = [word for word in text.split(",") if self.allowed and word not in self.allowed]
        if strange:
            told = f"There is no {strange[0][:60]!r} here, but there are: {', '.join(self.allowed)}."
            raise serializers.ValidationError(told)
        self.run_validators(text)
        return tuple(dict.fromkeys(text.split(",")))

    def run_validators(self, value: Any) -> None:
        """Of the text."""
        if isinstance(value, str):
            super().run_validators(value)


class Stars(serializers.RegexField):
    """0 to 5, with at most two decimals."""

    def __init__(self, **options: Any) -> None:
        told = "A number from 0 to 5, with at most two decimals."
        super().__init__(
            r"^([0-4](\.[0-9]{1,2})?|5(\.0{1,2})?)\Z",
            required=False,
            error_messages={"invalid": told, "blank": told},
            **options,
        )


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
    rating = Stars(help_text="At least so many stars, 0 to 5.")
    in_stock = serializers.BooleanField(required=False, default=None)
    on_sale = serializers.BooleanField(required=False, default=None, help_text="The price is below the list price.")
    new = serializers.BooleanField(required=False, default=None, help_text="Made in the last NEW_PRODUCT_DAYS days.")
    fields = Words(CARD, help_text="Of each product only these, with commas between them.")  # type: ignore[assignment]
    expand = Words(EXPANDABLE, help_text=f"More of each product: {', '.join(EXPANDABLE)}.")
    count = serializers.ChoiceField(["exact"], required=False)


class DetailParameters(StrictSerializer):
    """The query of a product."""

    fields = Words(DETAIL, help_text="Only these, with commas between them.")  # type: ignore[assignment]
    expand = Words(EXPANDABLE, help_text="As in lists; what the product has anyhow is added to `fields`.")


class WholeCategory(CategoryRef):
    """A category with the way that leads to it."""

    breadcrumbs = CategoryRef(many=True, help_text="From the root to the category itself.")


class ListedProduct(ProductDetail):
    """A card; with `fields` less of it, with `expand` more."""

    category = WholeCategory(allow_null=True, help_text="With `expand=category`: the first one of the product.")

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
