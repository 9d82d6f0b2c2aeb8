"""The partner fork."""

from oscar.apps.partner.apps import PartnerConfig as OscarPartnerConfig


class PartnerConfig(OscarPartnerConfig):
    """Partners, stock and prices."""

    name = "forked_apps.partner"

    def ready(self) -> None:
        """Register the subscribers. Oscar 4.2.1's receiver opens alerts in every `save()`, and misses all else."""
        from . import subscribers  # noqa: F401, PLC0415 - models must be loaded
