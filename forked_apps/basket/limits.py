"""How much one cart, and so one order, may hold."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.conf import settings

from forked_apps.partner.selection import Stock, unit_price
from nexus_shop.core.money import ZERO

from .errors import QuantityFacts, QuantityLimit

MAX_LINES: Final = 100
MAX_TOTAL: Final = Decimal("9999999999.99")  # what the columns of an order hold


@dataclass(slots=True)
class Held:
    """What a cart holds so far: units by stock record, and about what they are worth with tax."""

    units: dict[int, int] = field(default_factory=dict)
    worth: Decimal = ZERO

    def take(self, stock: Stock, quantity: int, *, extra: Decimal = ZERO, pointer: str) -> int:
        """Hold more units of a priced stock record; returns those of it together. Raises QuantityLimit.

        `extra` is what the shopper's options add to each unit, as entered.
        """
        limit = settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD
        if sum(self.units.values()) + quantity > limit:
            raise QuantityLimit(QuantityFacts(limit=limit), pointer=pointer)
        assert stock.price is not None
        unit = unit_price(stock.price + extra, stock.currency, rate=settings.TAX_RATE)
        worth = self.worth + unit.shown * quantity
        check_total(worth, pointer=pointer)
        self.worth = worth
        self.units[stock.id] = self.units.get(stock.id, 0) + quantity
        return self.units[stock.id]


def check_total(amount: Decimal, *, pointer: str | None = None) -> None:
    """Raise QuantityLimit for an amount that no order can hold; its limit is then that amount's whole part."""
    if amount > MAX_TOTAL:
        raise QuantityLimit(QuantityFacts(limit=int(MAX_TOTAL)), pointer=pointer)
