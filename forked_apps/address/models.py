"""Oscar's addresses, addressed by handles."""

from django.db import models
from oscar.apps.address.abstract_models import AbstractCountry, AbstractUserAddress

from nexus_shop.core.handles import HandleField


class UserAddress(AbstractUserAddress):
    """Oscar's entry of a customer's address book; at most one is the default for shipping, and one for billing."""

    handle = HandleField()

    class Meta(AbstractUserAddress.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default_for_shipping=True),
                name="one_default_for_shipping",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default_for_billing=True),
                name="one_default_for_billing",
            ),
        )


class Country(AbstractCountry):
    """Oscar's country."""


from oscar.apps.address.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
