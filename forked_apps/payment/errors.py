"""Rules of payment."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


class PaymentMethodUnknown(DomainError):
    """The shop offers no payment method of this code."""

    code = "payment_method_unknown"
    message = _("There is no such way to pay.")


@dataclass(frozen=True)
class AmountFacts:
    """What may still be recorded, as a decimal text in the order's currency."""

    open: str


class AmountNotOpen(DomainError):
    """More money, or none, than the order still lacks."""

    code = "amount_not_open"
    message = _("The order does not lack this amount.")
