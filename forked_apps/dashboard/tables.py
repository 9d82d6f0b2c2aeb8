"""Oscar's hook for all tables."""

from typing import Any, Final

from django.conf import settings
from oscar.apps.dashboard.tables import DashboardTable as OscarDashboardTable

CONTROLS: Final = ("checkbox", "actions")


class DashboardTable(OscarDashboardTable):
    """Oscar 4.2.1 sorts by columns that hold no data where an address asks for it, and fails; so it does on a page of
    less than one row, and shows any number of them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CONTROLS:
            if name in self.columns:
                self.columns[name].column.orderable = False

    def paginate(self, *args: Any, per_page: int | None = None, **kwargs: Any) -> Any:
        """At most as many rows as a page has unasked."""
        most = settings.OSCAR_DASHBOARD_ITEMS_PER_PAGE
        rows = per_page if per_page is not None and 0 < per_page <= most else most
        return super().paginate(*args, per_page=rows, **kwargs)

    class Meta(OscarDashboardTable.Meta):
        pass
