"""The dashboard fork."""

from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig


class DashboardConfig(OscarDashboardConfig):
    """The merchant's dashboard."""

    name = "forked_apps.dashboard"
