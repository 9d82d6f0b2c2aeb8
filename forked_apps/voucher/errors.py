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
