"""The demo's offers, and the voucher that newcomers are told of."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from forked_apps.catalogue.models import Category
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.voucher.models import Voucher
from nexus_shop.core.transactions import transaction_required

CANDLES: Final = "One candle free with three"
GARDEN: Final = "Garden weeks: 15 % off"
WELCOME: Final = "Welcome: 10 % off"
WELCOME_CODE: Final = "WELCOME10"
#: A voucher needs dates: this one is always good.
ALWAYS: Final = {
    "start_datetime": datetime(2024, 1, 1, tzinfo=UTC),
    "end_datetime": datetime(2099, 12, 31, tzinfo=UTC),
}


@transaction_required
def add_offers() -> int:
    """Add the offers and the voucher that are missing; returns how many."""
    return sum((_add_candles(), _add_garden(), _add_welcome()))


def _add_candles() -> bool:
    candles = _range("Candles", category="demo-candles")
    return _add_offer(
        CANDLES,
        description="<p>Put three candles or more into the cart, in any mixture: the cheapest one is free.</p>",
        condition=Condition(range=candles, type=Condition.COUNT, value=3),
        benefit=Benefit(range=candles, type=Benefit.MULTIBUY),
        priority=20,
    )


def _add_garden() -> bool:
    garden = _range("Garden", category="demo-garden")
    return _add_offer(
        GARDEN,
        description="<p>Everything for the garden at fifteen per cent less.</p>",
        condition=Condition(range=garden, type=Condition.COUNT, value=1),
        benefit=Benefit(range=garden, type=Benefit.PERCENTAGE, value=Decimal(15)),
        priority=10,
    )


def _add_welcome() -> bool:
    everything = _range("Everything", category=None)
    is_new = _add_offer(
        WELCOME,
        description="<p>Ten per cent off what is not on offer already.</p>",
        condition=Condition(range=everything, type=Condition.COUNT, value=1),
        benefit=Benefit(range=everything, type=Benefit.PERCENTAGE, value=Decimal(10)),
        offer_type=ConditionalOffer.VOUCHER,
    )
    if Voucher.objects.filter(code=WELCOME_CODE).exists():
        return is_new
    voucher = Voucher.objects.create(name=WELCOME, code=WELCOME_CODE, usage=Voucher.MULTI_USE, **ALWAYS)
    voucher.offers.add(ConditionalOffer.objects.get(name=WELCOME))
    return True


def _range(name: str, *, category: str | None) -> Range:
    """The products of a category and those below it; all products where there is none."""
    found: Range | None = Range.objects.filter(name=f"Demo: {name}").first()
    if found is None:
        found = Range.objects.create(name=f"Demo: {name}", includes_all_products=not category)
        found.included_categories.set(Category.objects.filter(code=category))
    return found


def _add_offer(
    name: str,
    *,
    description: str,
    condition: Condition,
    benefit: Benefit,
    priority: int = 0,
    offer_type: str = ConditionalOffer.SITE,
) -> bool:
    """Offers exclude each other on one item, the higher priority first: the voucher takes what they leave."""
    if ConditionalOffer.objects.filter(name=name).exists():
        return False
    condition.save()
    benefit.save()
    ConditionalOffer.objects.create(
        name=name,
        description=description,
        condition=condition,
        benefit=benefit,
        priority=priority,
        offer_type=offer_type,
    )
    return True
