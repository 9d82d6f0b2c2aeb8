"""The dashboard fork."""

from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path
from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig


class DashboardConfig(OscarDashboardConfig):
    """The merchant's dashboard."""

    name = "forked_apps.dashboard"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Oscar's pages, and those on stock."""
        stock: Any = apps.get_app_config("stock_dashboard")
        oscars: list[URLPattern | URLResolver] = super().get_urls()
        return [*oscars, path("stock/", include(stock.urls[0]))]
