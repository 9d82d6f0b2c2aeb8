"""Which stock record serves a product, and at what price. Pure: the catalogue's documents and the cart ask the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.conf import settings

from nexus_shop.core.money import Price, taxed

IN_STOCK: Final = "instock"
BACKORDER: Final = "backorder"
PREORDER: Final = "preorder"
OUT_OF_STOCK: Final = "outofstock"
AT_ONCE: Final = frozenset({IN_STOCK, "available"})  # what can be sent today


@dataclass(frozen=True, slots=True)
class Stock:
    """What matters of a stock record. `price` and `list_price` as entered, in `currency`."""

    id: int
    price: Decimal | None
    list_price: Decimal | None
    currency: str
    num_in_stock: int | None
    num_allocated: int | None
    backorder_limit: int = 0
    expected_on: date | None = None
    is_preorder: bool = False

    @property
    def on_shelf(self) -> int:
        """Units on the shelf that nobody was promised."""
        return max(0, (self.num_in_stock or 0) - (self.num_allocated or 0))

    @property
    def free(self) -> int:
        """Units that can still be promised, those to come included."""
        return max(0, (self.num_in_stock or 0) + self.backorder_limit - (self.num_allocated or 0))

    def availability(self, today: date) -> tuple[str, date | None]:
        """How it is sold, and the day to name with it. A day that has passed is named no more, and ends a pre-order."""
        day = self.expected_on if self.expected_on is not None and self.expected_on > today else None
        if not self.free:
            return OUT_OF_STOCK, None
        if self.is_preorder and (day is not None or self.expected_on is None):
            return PREORDER, day
        return (IN_STOCK, None) if self.on_shelf else (BACKORDER, day)


def choose_stock(records: Iterable[Stock], *, currency: str, tracks_stock: bool) -> Stock | None:
    """The stock record that sells: of those priced in the currency the oldest with goods, else one that takes
    backorders, else the oldest.
    """
    candidates = sorted((r for r in records if r.currency == currency and r.price is not None), key=lambda r: r.id)
    if tracks_stock:
        candidates.sort(key=lambda r: 0 if r.on_shelf else 1 if r.free else 2)
    return candidates[0] if candidates else None


def unit_price(entered: Decimal, currency: str, *, rate: Decimal | None) -> Price:
    """The unit price for an amount as entered; `rate` as `nexus_shop.markets.taxes` knows it."""
    return taxed(entered, currency, rate=rate, includes_tax=settings.PRICES_INCLUDE_TAX)
