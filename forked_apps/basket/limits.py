"""How much one cart, and so one order, may hold."""

from collections.abc import Mapping
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
    """What a cart holds so far: units by stock record, about what they are worth with tax, references of its lines.

    `own`: units that its payment session has of the stock, by stock record; they are free for this cart.
    """

    units: dict[int, int] = field(default_factory=dict)
    worth: Decimal = ZERO
    lines: set[str] = field(default_factory=set)
    own: Mapping[int, int] = field(default_factory=dict)

    def take(self, stock: Stock, quantity: int, *, extra: Decimal = ZERO, pointer: str) -> int:
        """Hold more units of a priced stock record; returns those of it together. Raises QuantityLimit.

        `extra` is what the shopper's options add to each unit, as entered.
        """
        limit = settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD
        if sum(self.units.values()) + quantity > limit:
            raise QuantityLimit(QuantityFacts(limit=limit), pointer=pointer)
        worth = self.worth + _unit_worth(stock, extra) * quantity
        check_total(worth, pointer=pointer)
        self.worth = worth
        self.units[stock.id] = self.units.get(stock.id, 0) + quantity
        return self.units[stock.id]

    def put_back(self, stock: Stock, quantity: int, *, extra: Decimal = ZERO) -> None:
        """Hold so many units less: the reverse of `take`."""
        self.units[stock.id] -= quantity
        self.worth -= _unit_worth(stock, extra) * quantity

    def check_line(self, reference: str, *, pointer: str | None = None) -> None:
        """Raise QuantityLimit where the cart has no room for a line of this reference."""
        if reference not in self.lines and len(self.lines) >= MAX_LINES:
            raise QuantityLimit(QuantityFacts(limit=MAX_LINES), pointer=pointer)

    def room(self, stock: Stock) -> int:
        """Units of a priced stock record, without extras, that may still be held, whatever its stock."""
        worth = _unit_worth(stock, ZERO)
        units: int = settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD - sum(self.units.values())
        return max(0, min(units, int((MAX_TOTAL - self.worth) // worth) if worth else units))


def _unit_worth(stock: Stock, extra: Decimal) -> Decimal:
    assert stock.price is not None
    return unit_price(stock.price + extra, stock.currency, rate=settings.TAX_RATE).shown


def check_total(amount: Decimal, *, pointer: str | None = None) -> None:
    """Raise QuantityLimit for an amount that no order can hold; its limit is then that amount's whole part."""
    if amount > MAX_TOTAL:
        raise QuantityLimit(QuantityFacts(limit=int(MAX_TOTAL)), pointer=pointer)
