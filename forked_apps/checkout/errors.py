"""Rules of checkout."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


class CurrencyMismatch(DomainError):
    """The confirmed total is in another currency than the cart."""

    code = "currency_mismatch"
    message = _("The cart is in another currency.")


class ShippingMethodUnknown(DomainError):
    """No shipping method of this code is there for this cart."""

    code = "shipping_method_unknown"
    message = _("There is no such way of delivery for this cart.")


class ShippingAddressRequired(DomainError):
    """Something in the cart has to be shipped, and nobody said where to."""

    code = "shipping_address_required"
    message = _("Where shall we deliver to?")


class EmailRequired(DomainError):
    """A guest's order needs an e-mail address."""

    code = "email_required"
    message = _("We need an e-mail address for the confirmation.")


class BillingAddressRequired(DomainError):
    """Nothing is shipped, and the tax goes by the address of the bill, which nobody has said."""

    code = "billing_address_required"
    message = _("We need the address for the bill.")


class CheckoutClosed(DomainError):
    """The checkout has been completed or cancelled, or its cart went into another one."""

    code = "checkout_closed"
    message = _("This checkout is closed.")


@dataclass(frozen=True)
class UnpaidFacts:
    """How many a client may hold."""

    limit: int


class TooManyUnpaidOrders(DomainError):
    """The client holds as many unpaid orders as one may. Nothing was ordered."""

    code = "too_many_unpaid_orders"
    message = _("You have too many unpaid orders: pay or cancel one first.")
