"""Which variant of a file is which product of the shop, and which may not be written. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from forked_apps.catalogue.errors import SkuTaken
from forked_apps.catalogue.models import Product
from forked_apps.partner.errors import StockBelowAllocation, StockFacts
from forked_apps.partner.models import StockRecord
from nexus_shop.core.errors import DomainError

from .errors import CurrencyChanged, CurrencyFacts, Refusal
from .values import SourceVariant


@dataclass(slots=True)
class Place:
    """A variant of the file with the product and the stock record that hold it; None where they are to be made."""

    variant: SourceVariant
    product: Product | None
    record: StockRecord | None = None


def placed(
    variants: Sequence[SourceVariant], children: Sequence[Product], values_of: Callable[[int], tuple[str, ...]]
) -> list[Place]:
    """Each variant with its child of the shop: by SKU, which names the goods, else by the values of the options."""
    by_sku = {child.upc: child for child in children if child.upc}
    found = {variant.line: by_sku[variant.sku] for variant in variants if variant.sku in by_sku}
    claimed = {child.pk for child in found.values()}
    by_values = {values_of(child.pk): child for child in children if child.pk not in claimed}
    places = []
    for variant in variants:
        child = found.get(variant.line) or by_values.pop(tuple(value.lower() for value in variant.values), None)
        places.append(Place(variant, child))
    return places


def sku_for(place: Place) -> str:
    """The SKU to be written: one that was made never replaces one that the shop has."""
    if place.variant.has_made_sku and place.product is not None and place.product.upc:
        return str(place.product.upc)
    return place.variant.sku


def refused(places: Sequence[Place], *, owners: Mapping[str, set[int]], currency: str) -> list[Refusal]:
    """The variants that a rule stands against. `owners`: SKU -> ids of the products that have it."""
    broken = ((place.variant.line, _broken_rule(place, owners, currency)) for place in places)
    return [Refusal(line, *rule) for line, rule in broken if rule is not None]


def _broken_rule(place: Place, owners: Mapping[str, set[int]], currency: str) -> tuple[str, DomainError] | None:
    own = {place.product.pk} if place.product else set()
    if owners.get(sku_for(place), set()) - own:
        return "sku", SkuTaken(pointer="/sku")
    record = place.record
    if record is None:
        return None
    if record.price_currency != currency:
        return "price", CurrencyChanged(CurrencyFacts(held=record.price_currency))
    quantity, allocated = place.variant.quantity, record.num_allocated or 0
    if quantity is not None and quantity < allocated:
        return "quantity", StockBelowAllocation(StockFacts(allocated=allocated))
    return None
