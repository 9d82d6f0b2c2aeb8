"""The basket fork."""

from oscar.apps.basket.apps import BasketConfig as OscarBasketConfig


class BasketConfig(OscarBasketConfig):
    """Carts: by token for guests, one open cart a login, changed under a lock."""

    name = "forked_apps.basket"

    def ready(self) -> None:
        """Register what looks after lines whose stock record is deleted."""
        super().ready()
        from . import losing  # noqa: F401, PLC0415 - models must be loaded
