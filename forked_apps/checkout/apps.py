"""The checkout fork."""

from oscar.apps.checkout.apps import CheckoutConfig as OscarCheckoutConfig


class CheckoutConfig(OscarCheckoutConfig):
    """The only place where basket, order, stock and payment meet."""

    name = "forked_apps.checkout"

    def ready(self) -> None:
        """Register the subscribers."""
        from . import subscribers  # noqa: F401, PLC0415 - models must be loaded

        super().ready()
