"""Oscar's hook for availability."""

from django.utils.translation import gettext_lazy as _
from oscar.apps.partner.availability import Available, Base, Unavailable
from oscar.apps.partner.availability import StockRequired as OscarStockRequired

__all__ = ["Available", "Base", "StockRequired", "Unavailable"]


class StockRequired(OscarStockRequired):
    """Oscar 4.2.1 tells every shopper the exact stock; a competitor reads it, and each sale changes the page."""

    @property
    def message(self) -> str:
        """In stock or not, without a figure."""
        return str(_("In stock") if self.num_available > 0 else _("Out of stock"))
