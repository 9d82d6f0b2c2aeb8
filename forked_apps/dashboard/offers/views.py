"""Oscar's hooks for offers."""

from typing import Any

from oscar.apps.dashboard.offers import views as oscar

from forked_apps.order.lifecycle import CANCELLED


class OfferDetailView(oscar.OfferDetailView):
    """An offer and the orders that used it, as a page and as a table to download.

    Oscar 4.2.1 lists cancelled orders too, whose uses the offer has back.
    """

    def get_queryset(self) -> Any:
        """The uses that the offer's counters count."""
        return super().get_queryset().exclude(order__status=CANCELLED)
