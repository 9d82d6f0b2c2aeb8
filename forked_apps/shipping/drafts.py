"""A shipping method as merchants describe it, and whether it can be charged like that. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from nexus_shop.core.money import ZERO, fits
from nexus_shop.markets.taxes import compact

from .errors import MethodFacts, ShippingMethodRefused
from .pricing import Band

BANDED: Final = frozenset({"weight", "total"})
GRAM: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class MethodDraft:
    """What a merchant says of a method. Amounts as entered, weights in kg; no country is all of them."""

    name: str
    description: str = ""
    kind: str = "flat"
    price: Decimal = ZERO
    price_per_item: Decimal = ZERO
    free_over: Decimal | None = None
    default_weight: Decimal = ZERO
    countries: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    pickup_address: str = ""
    is_active: bool = True


def tidied(draft: MethodDraft) -> MethodDraft:
    """The draft in the order in which it is stored: bands ascend, nothing stands twice, postcodes are compact."""
    return replace(
        draft,
        name=" ".join(draft.name.split()),
        countries=tuple(sorted(set(draft.countries))),
        postcodes=tuple(dict.fromkeys(filter(None, map(compact, draft.postcodes)))),
        bands=tuple(sorted(draft.bands, key=lambda band: band.upper_limit)),
    )


def check_draft(draft: MethodDraft, *, currency: str) -> None:
    """Raise ShippingMethodRefused, with the pointer of what is at fault, unless the method can be charged like this."""
    _check_amounts(
        [("/price", draft.price), ("/price_per_item", draft.price_per_item), ("/free_over", draft.free_over)], currency
    )
    if not _is_weight(draft.default_weight):
        raise _refused("limit", "/default_weight")
    if draft.kind in BANDED and not draft.bands:
        raise _refused("bands_missing", "/bands")
    if draft.kind not in BANDED and draft.bands:
        raise _refused("bands_not_used", "/bands")
    _check_bands(draft, currency)
    if draft.kind == "collect" and not draft.pickup_address.strip():
        raise _refused("pickup_address_missing", "/pickup_address")


def _check_bands(draft: MethodDraft, currency: str) -> None:
    seen: set[Decimal] = set()
    for position, band in enumerate(draft.bands):
        pointer = f"/bands/{position}/upper_limit"
        if band.upper_limit <= 0 or not _is_weight(band.upper_limit):
            raise _refused("limit", pointer)
        if band.upper_limit in seen:
            raise _refused("limit_twice", pointer)
        seen.add(band.upper_limit)
        amounts = [(f"/bands/{position}/charge", band.charge)]
        if draft.kind == "total":
            amounts.append((pointer, band.upper_limit))
        _check_amounts(amounts, currency)


def _check_amounts(amounts: Iterable[tuple[str, Decimal | None]], currency: str) -> None:
    for pointer, amount in amounts:
        if amount is not None and (amount < 0 or not fits(amount, currency)):
            raise _refused("amount", pointer)


def _is_weight(kilograms: Decimal) -> bool:
    return kilograms >= 0 and kilograms == kilograms.quantize(GRAM)


def _refused(reason: str, pointer: str) -> ShippingMethodRefused:
    return ShippingMethodRefused(MethodFacts(reason), pointer=pointer)
