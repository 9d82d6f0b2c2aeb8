"""Apply offers to lines. Pure once the offers are loaded: Oscar's conditions and benefits work on plain stand-ins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from oscar.apps.basket.utils import LineDiscountRegistry
from oscar.apps.offer.applicator import Applicator
from oscar.apps.offer.results import OfferApplications

from nexus_shop.core.money import ZERO, round_money

from .models import ConditionalOffer


@dataclass(frozen=True, slots=True)
class OfferProduct:
    """What a condition asks of a product."""

    id: int
    is_discountable: bool


class Registry(LineDiscountRegistry):
    """Oscar's book of which offer has used how many units of a line.

    Oscar 4.2.1 counts an offer's combinations in the database for every line and offer.
    """

    def available(self, offer: Any = None) -> int:
        """Units that the offer may still use. Exclusive offers share no unit, others only as their lists allow."""
        free, taken = int(self._line.quantity), self._consumptions
        for pk, other in self._offers.items() if offer is not None else ():
            if pk == offer.id or not taken.get(pk):
                continue
            if offer.exclusive != other.exclusive or not offer.combines_with(other):
                return 0
            if offer.exclusive and other.priority >= offer.priority:
                free -= taken[pk]
        return max(0, free - int(self.num_consumed(offer)))


class OfferLine:
    """The part of Oscar's basket line that conditions and benefits touch."""

    def __init__(self, product: OfferProduct, *, quantity: int, unit_price: Decimal, stock_record_id: int) -> None:
        self.product = product
        self.quantity = quantity
        self.unit_effective_price = unit_price
        self.stockrecord_id = self.stockrecord = stock_record_id
        self.discounts = Registry(self)

    def discount(self, amount: Decimal, quantity: int, incl_tax: bool = True, offer: Any = None) -> None:
        """Note a discount on so many units."""
        self.discounts.discount(amount, quantity, incl_tax, offer)

    def consume(self, quantity: int, offer: Any = None) -> int:
        """Mark units as used by an offer."""
        return int(self.discounts.consume(quantity, offer=offer))

    def quantity_with_offer_discount(self, offer: Any) -> int:
        """Units that the offer has used."""
        return int(self.discounts.num_consumed(offer))

    def quantity_without_offer_discount(self, offer: Any) -> int:
        """Units that the offer may still use."""
        return int(self.discounts.available(offer))

    def is_available_for_offer_discount(self, offer: Any) -> bool:
        """Whether the offer may still use a unit."""
        return self.quantity_without_offer_discount(offer) > 0

    def quantity_available_for_offer(self, offer: Any) -> int:
        """Units that the offer has used or may use."""
        return self.quantity_without_offer_discount(offer) + self.quantity_with_offer_discount(offer)


class OfferBasket:
    """The part of Oscar's basket that conditions and benefits touch."""

    id = None

    def __init__(self, lines: Sequence[OfferLine], *, currency: str, owner: Any) -> None:
        self._lines = lines
        self.currency = currency
        self.owner = owner
        self.offer_applications = OfferApplications()

    def all_lines(self) -> Sequence[OfferLine]:
        """The lines, in the cart's order."""
        return self._lines


@dataclass(frozen=True, slots=True)
class Application:
    """One offer at work: what it takes off each line (by position), or off the delivery."""

    offer: ConditionalOffer
    voucher: Any
    frequency: int
    by_line: dict[int, Decimal] = field(default_factory=dict)
    affects_shipping: bool = False
    off_shipping: Decimal = ZERO
    message: str = ""

    @property
    def amount(self) -> Decimal:
        """What it takes off all together: the sum of its parts."""
        return sum(self.by_line.values(), self.off_shipping)


def apply_offers(
    lines: Sequence[OfferLine], offers: Iterable[ConditionalOffer], *, currency: str, owner: Any
) -> list[Application]:
    """What the offers take off the lines, each discount rounded half up; no line falls below zero.

    Amounts are in the terms in which prices are entered (gross or net).
    """
    basket = OfferBasket(lines, currency=currency, owner=owner)
    Applicator().apply_offers(basket, offers)
    applications = []
    left = [line.unit_effective_price * line.quantity for line in lines]
    for entry in basket.offer_applications:
        by_line: dict[int, Decimal] = {}
        for position, line in enumerate(lines):
            given = sum(
                (d.amount for d in line.discounts.all() if d.offer is not None and d.offer.pk == entry["offer"].pk),
                ZERO,
            )
            amount = min(round_money(Decimal(given), currency), left[position])
            if amount:
                by_line[position] = amount
                left[position] -= amount
        result = entry["result"]
        if by_line or result.affects_shipping or result.affects_post_order:
            applications.append(
                Application(
                    offer=entry["offer"],
                    voucher=entry["voucher"],
                    frequency=entry["freq"],
                    by_line=by_line,
                    affects_shipping=result.affects_shipping,
                    message=str(entry["description"] or "") if result.affects_post_order else "",
                )
            )
    return applications
