"""Rules of orders."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True)
class StatusFacts:
    """Where things stand, what was asked for, and what may follow."""

    current: str
    requested: str
    allowed: list[str]


class StatusNotAllowed(DomainError):
    """The order, or the units asked for, may not move to that status from where they stand."""

    code = "status_not_allowed"
    message = _("The order cannot move to this status now.")
