"""The dashboard.catalogue fork."""

from oscar.apps.dashboard.catalogue.apps import CatalogueDashboardConfig as OscarCatalogueDashboardConfig


class CatalogueDashboardConfig(OscarCatalogueDashboardConfig):
    """Products in the dashboard; stock and prices go through the operations."""

    name = "forked_apps.dashboard.catalogue"
