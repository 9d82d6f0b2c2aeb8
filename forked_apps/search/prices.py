"""What documents say of prices beside the price itself: the lowest before a reduction, and the price of a unit."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from forked_apps.partner.selection import Stock, unit_price

from .named_offers import moments
from .sources import ProductRow

JsonPrice = dict[str, str | None]


def lowest_price(row: ProductRow, stock: Stock, now: datetime, rate: Decimal | None) -> JsonPrice | None:
    """The lowest price of the 30 days before the reduction that is shown; None where none is."""
    reduction = row.reductions.get(stock.id)
    lowest = reduction.lowest_shown(stock, now) if reduction else None
    return None if lowest is None else unit_price(lowest, stock.currency, rate=rate).as_json()


def price_per_unit(row: ProductRow, parent: ProductRow | None, stock: Stock, rate: Decimal | None) -> Any:
    """The price of a kilogram, a litre …; a child without a unit of its own has its parent's."""
    unit = row.unit or (parent.unit if parent else None)
    if unit is None or stock.price is None:
        return None
    entered = stock.price * unit.reference / unit.content
    price = unit_price(entered, stock.currency, rate=rate).as_json()
    return {"price": price, "measure": unit.measure, "reference": f"{unit.reference.normalize():f}"}


def fresh_until(sold: Iterable[tuple[ProductRow, Stock | None]], now: datetime) -> datetime | None:
    """The first moment at which the clock alone makes what is shown of these stale: of their prices, or of the offers
    that they are in. None for never.
    """
    found: list[datetime | None] = []
    for row, stock in sold:
        found.extend(moments(row, now))
        if stock is not None and stock.id in row.reductions:
            found.append(row.reductions[stock.id].shown_until(stock, now))
    return min((moment for moment in found if moment is not None), default=None)
