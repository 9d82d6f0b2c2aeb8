"""The dashboard.users fork."""

from oscar.apps.dashboard.users.apps import UsersDashboardConfig as OscarUsersDashboardConfig


class UsersDashboardConfig(OscarUsersDashboardConfig):
    """Customers and staff in the dashboard; one changes those whose rights one has."""

    name = "forked_apps.dashboard.users"
