"""The shipping fork."""

from oscar.apps.shipping.apps import ShippingConfig as OscarShippingConfig


class ShippingConfig(OscarShippingConfig):
    """Shipping methods."""

    name = "forked_apps.shipping"
