"""Oscar's hook for all reports."""

from typing import Any

from oscar.apps.dashboard.reports.reports import ReportCSVFormatter as OscarReportCSVFormatter

from forked_apps.dashboard.downloads import SafeWriter


class ReportCSVFormatter(OscarReportCSVFormatter):
    """Oscar 4.2.1 writes what customers have typed as it is: a spreadsheet would compute it."""

    def get_csv_writer(self, file_handle: Any, **kwargs: Any) -> SafeWriter:
        """A writer whose cells are texts and figures."""
        return SafeWriter(open_file=file_handle, **kwargs)
