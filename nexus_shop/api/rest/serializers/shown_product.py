"""A product as `products/{key}/` shows it, sent back: what was edited of it, in the form in which it is written."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from .fields import CategoryRef, PriceField, shop_currency
from .product import ProductDetail

#: The names of all that is shown, and of what can be written of it.
SHOWN: Final = frozenset(ProductDetail().fields)
WRITTEN: Final = frozenset({"title", "description", "categories", "sku", "price", "list_price"})
#: What stands for some of them.
SYNONYMS: Final[Mapping[str, str]] = {"title": "name", "categories": "category"}
_PRICE: Final = frozenset(PriceField().fields)
_CATEGORY: Final = frozenset(CategoryRef().fields)


def is_shown(body: Any) -> bool:
    """Whether the body has all that a product shows."""
    return isinstance(body, Mapping) and SHOWN.issubset(body)


def edited(body: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what is as it is shown, with prices as they are entered and categories by their ids.

    So nothing is written that the product only shows: a text of another language, what is a parent's or a variant's.
    Raises ValidationError.
    """
    same = {name for name in WRITTEN if body[name] == shown[name] and SYNONYMS.get(name) not in body}
    found = {name: value for name, value in body.items() if name not in same}
    for name in ("price", "list_price"):
        if _is(found.get(name), _PRICE):
            found[name] = _entered(name, found[name])
    categories = found.get("categories")
    if isinstance(categories, list) and all(_is(each, _CATEGORY) for each in categories):
        found["categories"] = [each["id"] for each in categories]
    return found


def _is(value: Any, names: frozenset[str]) -> bool:
    return isinstance(value, Mapping) and names == set(value)


def _entered(name: str, price: Mapping[str, Any]) -> Any:
    """The figure of a price that the shop's prices are entered by."""
    if price["currency"] != shop_currency():
        raise ValidationError({name: {"currency": [_("This is not the currency of the shop.")]}})
    return price["gross"] if settings.PRICES_INCLUDE_TAX and price["gross"] is not None else price["net"]
