"""The analytics fork."""

from oscar.core.application import OscarConfig


class AnalyticsConfig(OscarConfig):
    """Counts of views and purchases; fed by events. Oscar's signal receivers count in the order's own transaction."""

    label = "analytics"
    name = "forked_apps.analytics"
    verbose_name = "Analytics"

    def ready(self) -> None:
        """Register the subscribers."""
        from . import subscribers  # noqa: F401, PLC0415 - models must be loaded
