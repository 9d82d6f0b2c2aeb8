"""The dashboard.offers fork."""

from oscar.apps.dashboard.offers.apps import OffersDashboardConfig as OscarOffersDashboardConfig


class OffersDashboardConfig(OscarOffersDashboardConfig):
    """Offers in the dashboard; their uses are those that count."""

    name = "forked_apps.dashboard.offers"
