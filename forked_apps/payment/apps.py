"""The payment fork."""

from oscar.apps.payment.apps import PaymentConfig as OscarPaymentConfig


class PaymentConfig(OscarPaymentConfig):
    """Payment sources and gateways."""

    name = "forked_apps.payment"

    def ready(self) -> None:
        """Register the system checks and the subscribers."""
        from . import checks, subscribers  # noqa: F401, PLC0415 - both register on import

        super().ready()
