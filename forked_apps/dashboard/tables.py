"""Oscar's hook for all tables."""

from typing import Any, Final

from oscar.apps.dashboard.tables import DashboardTable as OscarDashboardTable

CONTROLS: Final = ("checkbox", "actions")


class DashboardTable(OscarDashboardTable):
    """Oscar 4.2.1 sorts by columns that hold no data where an address asks for it, and fails."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CONTROLS:
            if name in self.columns:
                self.columns[name].column.orderable = False

    class Meta(OscarDashboardTable.Meta):
        pass
