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


@dataclass(frozen=True)
class OrderFacts:
    """How the order stands. `order_status` because `status` is that of the answer."""

    order_status: str
    payment_status: str


class OrderNotPayable(DomainError):
    """Nothing is to be paid: the money is there, put aside or given back, or nothing is wanted any more."""

    code = "order_not_payable"
    message = _("There is nothing to pay for this order.")


class PaymentInProgress(DomainError):
    """Another payment of the order has not ended, or it is not known how it ended."""

    code = "payment_in_progress"
    message = _("Another payment of this order has not ended yet.")


@dataclass(frozen=True)
class PaymentFacts:
    """Where a payment stands. `payment_status` because `status` is that of the answer."""

    payment: str
    payment_status: str


class PaymentDeclined(DomainError):
    """The gateway said no. Nothing was charged; another try, or another method, is free."""

    code = "payment_declined"
    message = _("The payment was declined. Nothing was charged.")


class PaymentUnavailable(DomainError):
    """The gateway could not be reached. Surely nothing was charged."""

    code = "payment_unavailable"
    message = _("This way to pay is not to be reached now. Nothing was charged: try again, or choose another.")


class PaymentStateNotAllowed(DomainError):
    """A payment that is not authorised cannot be captured, one that has ended cannot be voided."""

    code = "payment_state_not_allowed"
    message = _("The payment does not stand where this is possible.")


@dataclass(frozen=True)
class RefundFacts:
    """What may still be given back, as a decimal text in the order's currency."""

    refundable: str


class RefundExceedsPayment(DomainError):
    """More than was captured and not given back yet."""

    code = "refund_exceeds_payment"
    message = _("No more can be given back than was paid.")
