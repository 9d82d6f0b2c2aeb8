"""The dashboard fork."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path
from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig


class Directions(dict[str, Mapping[str, str]]):
    """Ways to sort; one that is unknown is the usual one."""

    def __missing__(self, direction: str) -> Mapping[str, str]:
        return self[""]


class DashboardConfig(OscarDashboardConfig):
    """The merchant's dashboard."""

    name = "forked_apps.dashboard"

    def ready(self) -> None:
        """Let lists be asked for in a direction that is none: Oscar 4.2.1 fails on it in the head of each table."""
        from oscar.templatetags import sorting_tags  # noqa: PLC0415 - reads the settings

        super().ready()
        sorting_tags.sort_directions = Directions(sorting_tags.sort_directions)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Oscar's pages, and those on stock."""
        stock: Any = apps.get_app_config("stock_dashboard")
        oscars: list[URLPattern | URLResolver] = super().get_urls()
        return [*oscars, path("stock/", include(stock.urls[0]))]
