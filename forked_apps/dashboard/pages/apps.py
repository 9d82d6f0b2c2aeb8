"""The dashboard.pages fork."""

from oscar.apps.dashboard.pages.apps import PagesDashboardConfig as OscarPagesDashboardConfig


class PagesDashboardConfig(OscarPagesDashboardConfig):
    """Oscar's flat pages in the dashboard."""

    name = "forked_apps.dashboard.pages"
