"""The dashboard.partners fork."""

from oscar.apps.dashboard.partners.apps import PartnersDashboardConfig as OscarPartnersDashboardConfig


class PartnersDashboardConfig(OscarPartnersDashboardConfig):
    """Partners in the dashboard; none goes while it has stock."""

    name = "forked_apps.dashboard.partners"
