"""Prices that a product had before."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import PriceChange, StockRecord


def had_prices(product: Product, *changes: tuple[float, str | None, str | None, str | None]) -> StockRecord:
    """Rows in the ledger of the product's record, which the factory has opened just now: (days ago, old, new, list)."""
    record = StockRecord.objects.get(product=product)
    list_price: str | None = None
    for days, old, new, after in changes:
        PriceChange.objects.create(
            stock_record=record,
            old_price=None if old is None else Decimal(old),
            new_price=None if new is None else Decimal(new),
            old_list_price=None if list_price is None else Decimal(list_price),
            new_list_price=None if after is None else Decimal(after),
            currency=record.price_currency,
            created_at=timezone.now() - timedelta(days=days),
        )
        list_price = after
    return record
