"""Oscar's addresses, addressed by handles."""

from oscar.apps.address.abstract_models import AbstractCountry, AbstractUserAddress

from nexus_shop.core.handles import HandleField


class UserAddress(AbstractUserAddress):
    """Oscar's entry of a customer's address book."""

    handle = HandleField()


class Country(AbstractCountry):
    """Oscar's country."""


from oscar.apps.address.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
