"""Rules of stock and prices."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True)
class Shortage:
    """One product of which less is free than was asked for."""

    product_id: int
    sku: str | None
    requested: int
    available: int


@dataclass(frozen=True)
class Shortages:
    """Every shortage of the request at once."""

    shortages: list[Shortage]


class InsufficientStock(DomainError):
    """Less is free than was asked for; nothing was taken."""

    code = "insufficient_stock"
    message = _("There is not enough in stock.")


@dataclass(frozen=True)
class StockFacts:
    """What stands against a stock figure."""

    allocated: int


class StockBelowAllocation(DomainError):
    """The stock figure would fall below what is promised to orders."""

    code = "stock_below_allocation"
    message = _("Orders are waiting for more than that: cancel or ship them first.")
