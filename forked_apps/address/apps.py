"""The address fork."""

from oscar.apps.address.apps import AddressConfig as OscarAddressConfig


class AddressConfig(OscarAddressConfig):
    """Addresses, checked by the rules of their country."""

    name = "forked_apps.address"
