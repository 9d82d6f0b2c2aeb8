"""The dashboard.ranges fork."""

from oscar.apps.dashboard.ranges.apps import RangesDashboardConfig as OscarRangesDashboardConfig


class RangesDashboardConfig(OscarRangesDashboardConfig):
    """Ranges of products in the dashboard."""

    name = "forked_apps.dashboard.ranges"
