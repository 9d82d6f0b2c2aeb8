"""The communication fork."""

from oscar.apps.communication.apps import CommunicationConfig as OscarCommunicationConfig


class CommunicationConfig(OscarCommunicationConfig):
    """Mails to customers: queued by events, sent by the worker."""

    name = "forked_apps.communication"

    def ready(self) -> None:
        """Let the worker send what is due."""
        from nexus_shop.core.worker import register_step  # noqa: PLC0415 - models must be loaded

        from .operations import send_due_mails  # noqa: PLC0415

        super().ready()
        register_step("mails", send_due_mails)
