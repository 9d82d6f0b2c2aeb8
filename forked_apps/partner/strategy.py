"""Oscar's hook for price and stock."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from oscar.apps.partner import strategy as oscar
from oscar.apps.partner.prices import FixedPrice
from oscar.apps.partner.prices import Unavailable as UnavailablePrice

from .availability import StockRequired
from .models import StockRecord
from .selection import choose_stock, unit_price


class Selector:
    """Oscar 4.2.1's default charges no tax and takes any stock record, of any currency, in no order."""

    def strategy(self, request: Any = None, user: Any = None, **kwargs: Any) -> "Default":
        """The one strategy of the shop."""
        return Default(request)


class Default(oscar.StockRequired, oscar.Structured):
    """The shop's currency, its one tax rate, goods only while there are some."""

    def select_stockrecord(self, product: Any) -> StockRecord | None:
        """The stock record that `choose_stock` names."""
        records = {record.pk: record for record in product.stockrecords.all()}
        chosen = choose_stock(
            (record.as_stock() for record in records.values()),
            currency=settings.OSCAR_DEFAULT_CURRENCY,
            tracks_stock=product.get_product_class().track_stock,
        )
        return records[chosen.id] if chosen else None

    def pricing_policy(self, product: Any, stockrecord: StockRecord | None) -> Any:
        """Net, tax and gross by the shop's settings."""
        if stockrecord is None or stockrecord.price is None:
            return UnavailablePrice()
        price = unit_price(stockrecord.price, stockrecord.price_currency, rate=settings.TAX_RATE)
        return FixedPrice(currency=price.currency, excl_tax=price.net, tax=price.tax)

    def parent_pricing_policy(self, product: Any, children_stock: Any) -> Any:
        """The cheapest child's price."""
        priced = [record for _, record in children_stock if record is not None and record.price is not None]
        cheapest = min(priced, key=lambda record: record.price, default=None)
        return self.pricing_policy(product, cheapest)

    def availability_policy(self, product: Any, stockrecord: StockRecord | None) -> Any:
        """As Oscar, with backorders and pre-orders, and without the stock figure in the message."""
        if stockrecord is None or not product.get_product_class().track_stock:
            return super().availability_policy(product, stockrecord)
        return StockRequired(stockrecord.as_stock(), today=timezone.localdate())
