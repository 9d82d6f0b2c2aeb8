"""The order fork."""

from oscar.apps.order.apps import OrderConfig as OscarOrderConfig


class OrderConfig(OscarOrderConfig):
    """Orders and their lifecycle."""

    name = "forked_apps.order"
