"""Rules of vouchers."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True)
class VoucherFacts:
    """The codes that do not count."""

    codes: list[str]


@dataclass(frozen=True)
class LostVoucherFacts(VoucherFacts):
    """And the new totals of the cart that was to be ordered: those without the codes."""

    totals: dict[str, Any]


class VoucherInvalid(DomainError):
    """Unknown, expired, used up, or not for this customer: a guesser is not told which."""

    code = "voucher_invalid"
    message = _("This voucher is not valid here.")


@dataclass(frozen=True)
class Want:
    """What an offer of the voucher wants: so many units (`count`, `coverage`) or so much (`value`) of a range.

    `range` and `required` are None where the condition has a rule of its own.
    """

    offer: str
    type: str
    range: str | None
    required: str | None


@dataclass(frozen=True)
class WantFacts:
    """Why a voucher does nothing for a cart, as `offer.explaining` has it, and what its offers want of the cart.

    `reason` is that of the offer that is nearest to apply; `wants` has those whose condition is not met.
    """

    reason: str
    wants: list[Want]


class VoucherNotApplicable(DomainError):
    """The voucher is valid, but does nothing for this cart as it is."""

    code = "voucher_not_applicable"
    message = _("This voucher does nothing for this cart.")
