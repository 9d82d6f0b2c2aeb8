"""Rules of offers."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True)
class OfferFacts:
    """The offers that were used up by others in the meantime."""

    offers: list[str]


@dataclass(frozen=True)
class LostOfferFacts(OfferFacts):
    """And the new totals of what was to be ordered."""

    totals: dict[str, Any]


class OfferUsedUp(DomainError):
    """An offer that the shown total counted on has reached its limit."""

    code = "offer_used_up"
    message = _("An offer has just been used up.")
