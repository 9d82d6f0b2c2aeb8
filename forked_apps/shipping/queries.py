"""What shipping costs. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from oscar.apps.shipping.methods import NoShippingRequired

from nexus_shop.core.money import Price

from .repository import Repository


@dataclass(frozen=True, slots=True)
class ShippingQuote:
    """A shipping method with its price for the cart at hand."""

    code: str
    name: str
    description: str
    price: Price


@dataclass(frozen=True, slots=True)
class Parcel:
    """What shipping methods ask of a basket."""

    currency: str


def shipping_quotes(*, currency: str, requires_shipping: bool) -> list[ShippingQuote]:
    """The methods for a cart, cheapest first. What needs no shipping has one method, free of charge."""
    methods: Iterable[Any] = Repository.methods if requires_shipping else (NoShippingRequired(),)
    quotes = [_quote(method, Parcel(currency)) for method in methods]
    return sorted(quotes, key=lambda quote: quote.price.net)


def _quote(method: Any, parcel: Parcel) -> ShippingQuote:
    charge = method.calculate(parcel)
    price = Price(parcel.currency, net=charge.excl_tax, tax=charge.tax, gross=charge.incl_tax)
    return ShippingQuote(method.code, str(method.name), str(method.description), price)
