"""Rules of the markets."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


class TaxRateExists(DomainError):
    """Two rates for the same place and class would contradict each other."""

    code = "rate_exists"
    message = _("There is a rate for this place and product class already.")


@dataclass(frozen=True, slots=True)
class RateFacts:
    """Why: `country_missing` (a state or postcode needs its country) or `percent` (0 to 100, three decimals)."""

    reason: str


class TaxRateRefused(DomainError):
    """The rate says nothing that could be applied."""

    code = "tax_rate_refused"
    message = _("A rate is 0 to 100 %, and a state or a postcode needs its country.")
