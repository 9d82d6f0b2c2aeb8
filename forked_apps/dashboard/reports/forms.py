"""Oscar's hooks for the forms on reports."""

from oscar.apps.dashboard.reports.forms import ReportForm as OscarReportForm

from forked_apps.dashboard.dates import WithinCalendar


class ReportForm(WithinCalendar, OscarReportForm):
    """Which report, of which time. Oscar 4.2.1 fails on the ends of the calendar."""
