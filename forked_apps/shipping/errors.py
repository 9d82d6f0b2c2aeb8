"""Rules of shipping methods."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """Why a method cannot be as it was put: one of `REASONS`."""

    reason: str


#: Reason -> what it means, for people.
REASONS: Final = {
    "amount": _("An amount is zero or more, with no more digits than the currency has."),
    "limit": _("A limit is above zero, with at most three decimals."),
    "limit_twice": _("Two bands have the same limit."),
    "bands_missing": _("A method by weight or by total needs a band."),
    "bands_not_used": _("Only methods by weight or by total have bands."),
    "pickup_address_missing": _("Say where goods are collected."),
}


class ShippingMethodRefused(DomainError):
    """The strategy and its figures do not go together."""

    code = "shipping_method_refused"
    message = _("The method cannot be charged like this.")
