"""Rules of vouchers."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True)
class VoucherFacts:
    """The codes that do not count."""

    codes: list[str]


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
    """What the offers of a voucher want of a cart."""

    wants: list[Want]


class VoucherNotApplicable(DomainError):
    """The voucher is valid, but does nothing for this cart as it is."""

    code = "voucher_not_applicable"
    message = _("This voucher does nothing for this cart.")
