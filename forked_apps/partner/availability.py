"""Oscar's hook for availability."""

from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from oscar.apps.partner.availability import Available, Base, Unavailable
from oscar.apps.partner.availability import StockRequired as OscarStockRequired

from .selection import BACKORDER, IN_STOCK, OUT_OF_STOCK, PREORDER, Stock

__all__ = ["Available", "Base", "StockRequired", "Unavailable", "availability_message"]

_WORDS: Final = {
    IN_STOCK: lambda: _("In stock"),
    BACKORDER: lambda: _("On backorder"),
    PREORDER: lambda: _("Pre-order"),
    OUT_OF_STOCK: lambda: _("Out of stock"),
}
_DATED: Final = {
    BACKORDER: lambda: _("On backorder, expected on %(date)s"),
    PREORDER: lambda: _("Pre-order, available from %(date)s"),
}


def availability_message(code: str, expected_on: date | None) -> str:
    """What a shopper reads; a day where one is known, never a figure."""
    if expected_on is not None and code in _DATED:
        return _DATED[code]() % {"date": date_format(expected_on)}
    return _WORDS[code]()


class StockRequired(OscarStockRequired):
    """Oscar 4.2.1 tells every shopper the exact stock, which each sale changes, and knows no backorders."""

    def __init__(self, stock: Stock, *, today: date) -> None:
        super().__init__(stock.free)
        self._code, self._expected_on = stock.availability(today)

    @property
    def code(self) -> str:
        """instock, backorder, preorder or outofstock."""
        return self._code

    @property
    def message(self) -> str:
        """Without a figure."""
        return availability_message(self._code, self._expected_on)

    short_message = message
