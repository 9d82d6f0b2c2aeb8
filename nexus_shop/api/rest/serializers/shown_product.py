"""A product as `products/{key}/` shows it, sent back: what is shown in another form than it is written in."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from .fields import CategoryRef, PriceField, shop_currency
from .product import ProductDetail

#: The names of all that is shown.
SHOWN: Final = frozenset(ProductDetail().fields)
_PRICE: Final = frozenset(PriceField().fields)
_CATEGORY: Final = frozenset(CategoryRef().fields)
PRICES: Final = ("price", "list_price")


def as_written(body: Any) -> Any:
    """The body with prices as they are entered and categories by their ids. Raises ValidationError.

    What a product shows of others is left out: a parent the price of a variant, a variant the categories of its parent.
    """
    if not isinstance(body, Mapping) or not SHOWN.issubset(body):
        return body
    found = dict(body)
    for name in PRICES:
        if _is(found[name], _PRICE):
            found[name] = _entered(name, found[name])
    categories = found["categories"]
    if isinstance(categories, list) and all(_is(each, _CATEGORY) for each in categories):
        found["categories"] = [each["id"] for each in categories]
    if found["structure"] == "parent" or found["price"] is None:
        found = {name: value for name, value in found.items() if name not in PRICES}
    return {**found, "categories": []} if found["structure"] == "child" else found


def _is(value: Any, names: frozenset[str]) -> bool:
    return isinstance(value, Mapping) and names == set(value)


def _entered(name: str, price: Mapping[str, Any]) -> Any:
    """The figure of a price that the shop's prices are entered by."""
    if price["currency"] != shop_currency():
        raise ValidationError({name: {"currency": [_("This is not the currency of the shop.")]}})
    return price["gross"] if settings.PRICES_INCLUDE_TAX and price["gross"] is not None else price["net"]
