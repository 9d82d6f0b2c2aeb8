"""Rules of the cart."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


class CartNotFound(DomainError):
    """No cart has this token."""

    code = "cart_not_found"
    message = _("No cart has this token.")


class CartOrdered(Exception):
    """The token's cart has become an order."""


class CartEmpty(DomainError):
    """There is nothing in the cart, or no open cart."""

    code = "cart_empty"
    message = _("There is nothing in the cart.")


@dataclass(frozen=True)
class ProductFacts:
    """The products that cannot be sold."""

    product_ids: list[int]


class ProductUnavailable(DomainError):
    """The product is not published, has no price in the cart's currency, or is not sold any more."""

    code = "product_unavailable"
    message = _("This product cannot be bought at present.")


@dataclass(frozen=True)
class QuantityFacts:
    """The limit that was passed."""

    limit: int


class QuantityLimit(DomainError):
    """More units or lines than one cart may hold."""

    code = "quantity_limit"
    message = _("That is more than one order may hold.")


@dataclass(frozen=True)
class OptionFacts:
    """The option that does not fit; `reason` is unknown, missing or value."""

    option: str
    reason: str


class InvalidOption(DomainError):
    """An option of the product is missing, unknown, or has a value that it may not have."""

    code = "invalid_option"
    message = _("An option of this product is missing or not as it should be.")


@dataclass(frozen=True)
class RowFacts:
    """Every row that was refused, with its number, place in the body, SKU and code."""

    rows: list[dict[str, object]]


class RowsRefused(DomainError):
    """Some rows cannot go into the cart, so none did."""

    code = "rows_refused"
    message = _("Some rows cannot be put into the cart.")
