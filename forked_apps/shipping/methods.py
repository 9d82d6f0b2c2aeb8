"""Oscar's hook for shipping methods: its own, and the shop's one flat price."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from oscar.apps.shipping.methods import *  # noqa: F403
from oscar.apps.shipping.methods import Base
from oscar.core.prices import Price as OscarPrice

from nexus_shop.core.money import taxed


class FlatRate(Base):
    """One price for each order, entered like the prices (SHIPPING_FLAT_PRICE)."""

    code = "flat-rate"
    name = _("Standard delivery")
    description = _("One price for the whole order.")

    def calculate(self, basket: Any) -> OscarPrice:
        """The price in the basket's currency."""
        price = taxed(
            settings.SHIPPING_FLAT_PRICE,
            basket.currency,
            rate=settings.TAX_RATE,
            includes_tax=settings.PRICES_INCLUDE_TAX,
        )
        return OscarPrice(currency=price.currency, excl_tax=price.net, incl_tax=price.gross)
