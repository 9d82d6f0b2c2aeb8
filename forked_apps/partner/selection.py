"""Which stock record serves a product, and at what price. Pure: the catalogue's documents and the cart ask the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from nexus_shop.core.money import Price, taxed


@dataclass(frozen=True, slots=True)
class Stock:
    """What matters of a stock record. `price` and `list_price` as entered, in `currency`."""

    id: int
    price: Decimal | None
    list_price: Decimal | None
    currency: str
    num_in_stock: int | None
    num_allocated: int | None

    @property
    def free(self) -> int:
        """Units that can still be promised."""
        return max(0, (self.num_in_stock or 0) - (self.num_allocated or 0))


def choose_stock(records: Iterable[Stock], *, currency: str, tracks_stock: bool) -> Stock | None:
    """The stock record that sells: of those priced in the currency the oldest with goods, else the oldest."""
    candidates = sorted((r for r in records if r.currency == currency and r.price is not None), key=lambda r: r.id)
    if tracks_stock:
        return next((r for r in candidates if r.free), candidates[0] if candidates else None)
    return candidates[0] if candidates else None


def unit_price(entered: Decimal, currency: str, *, rate: Decimal | None) -> Price:
    """The unit price for an amount as entered; `rate` as `nexus_shop.markets.taxes` knows it."""
    return taxed(entered, currency, rate=rate, includes_tax=settings.PRICES_INCLUDE_TAX)
