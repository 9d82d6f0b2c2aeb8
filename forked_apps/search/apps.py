"""The search fork."""

from oscar.apps.search.apps import SearchConfig as OscarSearchConfig


class SearchConfig(OscarSearchConfig):
    """The read side: one document per product, kept by triggers."""

    name = "forked_apps.search"

    def ready(self) -> None:
        """Let operations rebuild what they wrote, and the worker the rest."""
        from nexus_shop.core.transactions import register_before_commit  # noqa: PLC0415 - models must be loaded
        from nexus_shop.core.worker import register_step  # noqa: PLC0415

        from .operations import rebuild_noted, rebuild_own_notes  # noqa: PLC0415

        super().ready()
        register_before_commit("documents", rebuild_own_notes)
        register_step("documents", rebuild_noted)
