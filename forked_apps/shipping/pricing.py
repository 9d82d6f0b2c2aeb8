"""What ways of delivery charge. Pure: values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from nexus_shop.core.money import ZERO, Price, taxed
from nexus_shop.markets.taxes import Destination, compact

NO_SHIPPING: Final = "no-shipping-required"


@dataclass(frozen=True, slots=True)
class Band:
    """The charge up to a weight (kg) or a total."""

    upper_limit: Decimal
    charge: Decimal


@dataclass(frozen=True, slots=True)
class Method:
    """A way of delivery as merchants have set it up. Amounts as entered; bands ascending; no country is all."""

    code: str
    name: str
    description: str = ""
    kind: str = "flat"
    price: Decimal = ZERO
    price_per_item: Decimal = ZERO
    free_over: Decimal | None = None
    default_weight: Decimal = ZERO
    countries: frozenset[str] = frozenset()
    postcodes: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    pickup_address: str = ""

    @property
    def needs_address(self) -> bool:
        """Whether goods are brought to an address."""
        return self.kind != "collect"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What methods ask of a cart: what has to be shipped of it. `total` is after discounts, as entered.

    `weights`: product id -> kg, as far as known; `units`: product id -> units.
    """

    currency: str
    requires_shipping: bool
    total: Decimal = ZERO
    units: Mapping[int, int] = field(default_factory=dict)
    weights: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Units together."""
        return sum(self.units.values())

    def weight(self, default: Decimal) -> Decimal:
        """Kilograms together; `default` for a product whose weight nobody has said."""
        return sum((self.weights.get(pk, default) * units for pk, units in self.units.items()), ZERO)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a method charges for a parcel, as entered; else None with the reason: country, postcode or total.

    `to_free`: what is missing to free delivery.
    """

    charge: Decimal | None
    reason: str = ""
    to_free: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ShippingQuote:
    """A shipping method with its price for the cart at hand."""

    code: str
    name: str
    description: str
    price: Price
    needs_address: bool = True
    pickup_address: str = ""

    @property
    def is_collected(self) -> bool:
        """Whether the shopper has to come for the goods; what needs no delivery comes by itself."""
        return not self.needs_address and self.code != NO_SHIPPING


def flat_rate() -> Method:
    """The shop's one method while merchants have set up none."""
    return Method(
        "flat-rate", _("Standard delivery"), _("One price for the whole order."), price=settings.SHIPPING_FLAT_PRICE
    )


def no_shipping() -> Method:
    """The one method of what needs none."""
    return Method(NO_SHIPPING, _("No shipping required"), kind="collect")


def methods_for(methods: Sequence[Method], parcel: Parcel) -> Sequence[Method]:
    """Those that come into question."""
    if not parcel.requires_shipping:
        return [no_shipping()]
    return methods or [flat_rate()]


def shipping_quotes(
    methods: Sequence[Method], parcel: Parcel, *, destination: Destination | None, rate: Decimal | None
) -> list[ShippingQuote]:
    """What the methods charge, cheapest first; those that do not serve the destination are left out.

    `rate` is the tax on shipping, None where it is not known yet. Without a destination, or with that of the bill
    alone, every zone is taken as served.
    """
    quotes = []
    for method in methods_for(methods, parcel):
        charge = verdict(method, parcel, destination).charge
        if charge is not None:
            price = taxed(charge, parcel.currency, rate=rate, includes_tax=settings.PRICES_INCLUDE_TAX)
            quotes.append(
                ShippingQuote(
                    *(method.code, method.name, method.description, price),
                    *(method.needs_address, method.pickup_address),
                )
            )
    return sorted(quotes, key=lambda quote: quote.price.net)


def unserved(method: Method, destination: Destination | None) -> str:
    """Why the method does not bring goods there: country or postcode; empty where it does."""
    if destination is None or destination.is_of_bill or not method.needs_address:
        return ""
    if not destination.is_served or (method.countries and destination.country not in method.countries):
        return "country"
    if method.postcodes and not destination.compact_postcode.startswith(tuple(map(compact, method.postcodes))):
        return "postcode"
    return ""


def verdict(method: Method, parcel: Parcel, destination: Destination | None) -> Verdict:
    """What the method charges for the parcel."""
    reason = unserved(method, destination)
    if reason:
        return Verdict(None, reason)
    if method.free_over is not None and parcel.total >= method.free_over:
        return Verdict(ZERO)
    band = _band_charge(method, parcel)
    if band is None:
        return Verdict(None, "total")
    to_free = None if method.free_over is None else method.free_over - parcel.total
    return Verdict(method.price + method.price_per_item * parcel.count + band, to_free=to_free)


def _band_charge(method: Method, parcel: Parcel) -> Decimal | None:
    if method.kind == "weight":
        return _by_weight(method.bands, parcel.weight(method.default_weight))
    if method.kind == "total":
        return next((band.charge for band in method.bands if parcel.total <= band.upper_limit), None)
    return ZERO


def _by_weight(bands: Sequence[Band], weight: Decimal) -> Decimal:
    """Oscar's rule: what is heavier than the largest band goes in as many largest parcels as are needed."""
    if not bands or not weight:
        return bands[0].charge if bands else ZERO
    top = bands[-1]
    full, rest = divmod(weight, top.upper_limit)
    charge = full * top.charge
    return charge + next((band.charge for band in bands if rest <= band.upper_limit), ZERO) if rest else charge
