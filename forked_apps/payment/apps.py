"""The payment fork."""

from oscar.apps.payment.apps import PaymentConfig as OscarPaymentConfig


class PaymentConfig(OscarPaymentConfig):
    """Payment sources and gateways."""

    name = "forked_apps.payment"

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401, PLC0415 - checks register on import

        super().ready()
