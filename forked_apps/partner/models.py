"""Oscar's partners and stock records, plus the compare-at price and what the database itself refuses."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from oscar.apps.address.abstract_models import AbstractPartnerAddress
from oscar.apps.partner.abstract_models import AbstractPartner, AbstractStockAlert, AbstractStockRecord


class Partner(AbstractPartner):
    """Oscar's partner: who owns stock and ships it."""


class PartnerAddress(AbstractPartnerAddress):
    """Oscar's address of a partner."""


class StockRecord(AbstractStockRecord):
    """Oscar's stock record. 0 <= allocated <= in stock: a CHECK says it again after the guarded statements.

    `price` and `list_price` are as the merchant entered them (PRICES_INCLUDE_TAX), in `price_currency`.
    """

    list_price = models.DecimalField(
        _("List price"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("The price before a reduction, shown struck through. Nothing is ever sold at it."),
    )

    class Meta(AbstractStockRecord.Meta):
        constraints = [
            models.CheckConstraint(
                name="allocated_within_stock",
                condition=Q(num_allocated=None)
                | Q(num_allocated__gte=0, num_allocated__lte=Coalesce(F("num_in_stock"), 0)),
            ),
            models.CheckConstraint(name="price_not_negative", condition=Q(price=None) | Q(price__gte=0)),
            models.CheckConstraint(name="list_price_not_negative", condition=Q(list_price=None) | Q(list_price__gte=0)),
        ]

    def allocate(self, quantity: int) -> None:
        """Oscar 4.2.1 allocates without an upper bound."""
        from .operations import allocate_stock  # noqa: PLC0415 - operations build on these models

        if self.can_track_allocations:
            allocate_stock({self.pk: quantity})
            self.refresh_from_db(fields=["num_allocated"])

    def consume_allocation(self, quantity: int) -> None:
        """Oscar 4.2.1 checks, then acts."""
        from .operations import consume_stock  # noqa: PLC0415

        if self.can_track_allocations:
            consume_stock({self.pk: quantity})
            self.refresh_from_db(fields=["num_allocated", "num_in_stock"])

    def cancel_allocation(self, quantity: int) -> None:
        """Oscar 4.2.1 silently clamps a release of more than was allocated."""
        from .operations import release_stock  # noqa: PLC0415

        if self.can_track_allocations:
            release_stock({self.pk: quantity})
            self.refresh_from_db(fields=["num_allocated"])


class StockAlert(AbstractStockAlert):
    """Oscar's low-stock alert."""


from oscar.apps.partner.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
