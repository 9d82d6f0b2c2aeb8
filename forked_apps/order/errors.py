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
    """No unit of the order, or of a line that was asked for, may move to that status from where it stands."""

    code = "status_not_allowed"
    message = _("The order cannot move to this status now.")


@dataclass(frozen=True)
class UnitFacts:
    """How many units of a line were to move, and how many may."""

    requested: int
    movable: int


class TooManyUnits(DomainError):
    """Some units of the line may move to that status, but not so many: the others stand elsewhere."""

    code = "too_many_units"
    message = _("Not so many units of this line can move to this status now.")


@dataclass(frozen=True)
class MissingFacts:
    """How much has to go back first, as a decimal text in the order's currency."""

    missing: str


class RefundMissing(DomainError):
    """Units are refunded when their money has gone back: a status moves no money."""

    code = "refund_missing"
    message = _("The money for this has not gone back: give it back first.")


class NothingToRefund(DomainError):
    """Nothing of the order went back, and no more came than the rest of it costs: the units were never paid."""

    code = "nothing_to_refund"
    message = _("This was never paid: there is nothing to refund.")


@dataclass(frozen=True)
class StartedFacts:
    """Where the order stands."""

    current: str


class OrderNotCancellable(DomainError):
    """Some of the order has been shipped: it can be returned, no longer cancelled."""

    code = "order_not_cancellable"
    message = _("Some of this order has been shipped. It can no longer be cancelled.")


class OrderNotChangeable(DomainError):
    """Something of the order was shipped, nothing of it is to be shipped any more, or there is nothing to ship."""

    code = "order_not_changeable"
    message = _("The addresses of this order can no longer be changed.")


class AddressPricedOtherwise(DomainError):
    """The order's way of delivery does not go there, or other taxes are owed there than the order was placed with."""

    code = "address_priced_otherwise"
    message = _("For this address the order would cost another amount: cancel it and order again.")


class CountryChangeRefused(DomainError):
    """Another country may have another charge for delivery, or another tax, than the order was placed with."""

    code = "country_change_refused"
    message = _("An order stays in its country: cancel it and order again.")


@dataclass(frozen=True)
class TotalFacts:
    """The totals as they are now, in the API's shape."""

    totals: dict[str, dict[str, str] | None]


class TotalChanged(DomainError):
    """The total is not the one that the shopper confirmed. Nothing was ordered, and nothing charged."""

    code = "total_changed"
    message = _("The total has changed since you saw it.")
