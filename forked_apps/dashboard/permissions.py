"""Oscar's hook for the rights that the dashboard's views ask for."""

from typing import ClassVar

from oscar.apps.dashboard.permissions import DashboardPermission as OscarDashboardPermission


class DashboardPermission(OscarDashboardPermission):
    """Oscar 4.2.1 lets in whoever holds a model's permission; an editor's or a customer's group may hold one too."""

    staff: ClassVar[list[str]] = ["is_staff"]

    @classmethod
    def get(cls, app_label: str, *codenames: str) -> list[str]:
        """Staff with these permissions of the app."""
        return ["is_staff", *(f"{app_label}.{codename}" for codename in codenames)]
