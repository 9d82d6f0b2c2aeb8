"""The dashboard.reports fork."""

from oscar.apps.dashboard.reports.apps import ReportsDashboardConfig as OscarReportsDashboardConfig


class ReportsDashboardConfig(OscarReportsDashboardConfig):
    """Reports; no cell of a download is computed by a spreadsheet."""

    name = "forked_apps.dashboard.reports"
