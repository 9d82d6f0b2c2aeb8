"""Oscar's hook for the stock of a product."""

from typing import Any

from oscar.apps.dashboard.catalogue.formsets import StockRecordFormSet as OscarStockRecordFormSet

from forked_apps.partner.models import StockRecord
from forked_apps.partner.queries import stock_records_of


class StockRecordFormSet(OscarStockRecordFormSet):
    """Oscar 4.2.1 fails on partner staff's forms of a product not saved yet, and on a body without any."""

    def __init__(self, product_class: Any, user: Any, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        is_saved = instance is not None and instance.pk is not None
        records = stock_records_of(user) if is_saved else StockRecord.objects.none()
        super().__init__(product_class, user, *args, queryset=records.order_by("pk"), **kwargs)

    def set_initial_data(self) -> None:
        """Choose the partner of somebody who works for one only."""
        if self.forms:
            super().set_initial_data()
