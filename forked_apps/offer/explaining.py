"""Why an offer does something for a cart, or not. Pure once the offers are loaded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from oscar.apps.offer.benefits import FixedPriceBenefit, ShippingBenefit
from oscar.apps.offer.conditions import CoverageCondition, ValueCondition

from nexus_shop.core.money import ZERO

from .models import ConditionalOffer
from .pricing import Application, OfferBasket, OfferLine

#: The nearest to apply first.
REASONS: Final = ("applied", "condition", "taken", "nothing_to_discount", "customer_limit", "used_up")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an offer does for a cart.

    `reason`: one of REASONS: applied, condition (what is missing stands beside it), taken (its units, or the delivery,
    are in other offers), nothing_to_discount, customer_limit or used_up (by all). Amounts as entered.
    """

    offer: ConditionalOffer
    reason: str
    application: Application | None = None
    missing_quantity: int | None = None
    missing_amount: Decimal | None = None
    message: str = ""


def explain_offers(
    lines: Sequence[OfferLine],
    offers: Iterable[ConditionalOffer],
    applied: Mapping[int, Application],
    *,
    is_shipping_idle: bool,
    currency: str,
    owner: Any,
) -> list[Explanation]:
    """One for each offer, in their order. `lines` are fresh: no offer has used them. `applied`: by the offer's id.

    `is_shipping_idle`: a shipping offer had its units, and found nothing to take off the delivery.
    """
    basket = OfferBasket(lines, currency=currency, owner=owner)
    return [_explained(offer, basket, applied.get(offer.pk), is_shipping_idle=is_shipping_idle) for offer in offers]


def _explained(
    offer: ConditionalOffer, basket: OfferBasket, application: Application | None, *, is_shipping_idle: bool
) -> Explanation:
    if application is not None:
        return Explanation(offer, "applied", application)
    if not offer.get_max_applications():
        return Explanation(offer, "used_up")
    if not offer.get_max_applications(basket.owner):
        return Explanation(offer, "customer_limit")
    if offer.is_condition_satisfied(basket):
        benefit = offer.benefit.proxy()
        lines = basket.all_lines()
        if isinstance(benefit, ShippingBenefit):
            is_taken = bool(lines) and not is_shipping_idle
        else:
            is_taken = any(_can_reduce(offer, benefit, line) for line in lines)
        return Explanation(offer, "taken" if is_taken else "nothing_to_discount")
    quantity, amount = _missing(offer.condition.proxy(), basket)
    message = str(offer.get_upsell_message(basket) or "")
    return Explanation(offer, "condition", missing_quantity=quantity, missing_amount=amount, message=message)


def _can_reduce(offer: ConditionalOffer, benefit: Any, line: OfferLine) -> bool:
    """Whether the benefit speaks of the line, and there is something to take. A fixed price is the condition's."""
    goods = offer.condition.range if isinstance(benefit, FixedPriceBenefit) else offer.benefit.range
    if goods is None or not line.unit_effective_price:
        return False
    return bool(goods.contains_product(line.product) and benefit.can_apply_benefit(line))


def _missing(condition: Any, basket: OfferBasket) -> tuple[int | None, Decimal | None]:
    """Units or money; a condition with a class of its own says nothing of either."""
    if condition.value is None or condition.proxy_class:
        return None, None
    matching = [line for line in basket.all_lines() if condition.can_apply_condition(line)]
    if isinstance(condition, ValueCondition):
        worth = sum((line.unit_effective_price * line.quantity for line in matching), ZERO)
        return None, max(ZERO, condition.value - worth)
    if isinstance(condition, CoverageCondition):
        found = len({line.product.id for line in matching})
    else:
        found = sum(line.quantity for line in matching)
    return max(0, int(condition.value) - found), None
