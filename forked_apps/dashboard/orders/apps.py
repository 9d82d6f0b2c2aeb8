"""The dashboard.orders fork."""

from oscar.apps.dashboard.orders.apps import OrdersDashboardConfig as OscarOrdersDashboardConfig


class OrdersDashboardConfig(OscarOrdersDashboardConfig):
    """Orders in the dashboard; actions call the operations."""

    name = "forked_apps.dashboard.orders"
