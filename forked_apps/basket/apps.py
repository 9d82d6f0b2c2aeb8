"""The basket fork."""

from oscar.apps.basket.apps import BasketConfig as OscarBasketConfig


class BasketConfig(OscarBasketConfig):
    """Carts: by token for guests, one open cart a login, changed under a lock."""

    name = "forked_apps.basket"
