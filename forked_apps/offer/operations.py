"""Uses of offers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.db.models import Case, F, Q, Value, When

from nexus_shop.core.transactions import transaction_required

from .errors import OfferFacts, OfferUsedUp
from .models import ConditionalOffer
from .queries import Customer, locked_uses

# To Oscar, 0 is no limit.
UNLIMITED: Final = Q(max_global_applications=None) | Q(max_global_applications=0)
NO_BUDGET: Final = Q(max_discount=None) | Q(max_discount=0)


@transaction_required
def take_capped_offers(uses: Mapping[int, tuple[int, Decimal]]) -> None:
    """Count uses of offers that have a cap: offer id -> (applications, amount in the shop's currency).

    Locks them in primary-key order and judges by what stands behind the locks: rivals wait, and only as many pass as
    the cap allows. A new order's offers without a cap do not belong here: it waits for no other's row, their counters
    follow the outbox. One that has none, or none any more, is counted all the same. Raises OfferUsedUp with every offer
    that has reached its cap; then none is counted.
    """
    if not uses:
        return
    locked = list(ConditionalOffer.objects.filter(pk__in=uses).order_by("pk").select_for_update(no_key=True))
    used_up = [offer.name for offer in locked if not offer.has_room(*uses[offer.pk])]
    if used_up:
        raise OfferUsedUp(OfferFacts(offers=used_up))
    for offer in locked:
        frequency, amount = uses[offer.pk]
        count_offer_use(offer.pk, frequency=frequency, amount=amount)


@transaction_required
def check_customers_limits(uses: Mapping[int, int], *, customer: Customer) -> None:
    """Refuse more applications (offer id -> how many) than the offers allow to each customer.

    Locks the customer, where one of the offers has such a limit. Raises OfferUsedUp with every offer that has.
    """
    limited = {offer.pk: offer for offer in ConditionalOffer.objects.filter(pk__in=uses, max_user_applications__gt=0)}
    used = locked_uses(sorted(limited), customer=customer)
    above = [
        offer.name for pk, offer in limited.items() if used.get(pk, 0) + uses[pk] > (offer.max_user_applications or 0)
    ]
    if above:
        raise OfferUsedUp(OfferFacts(offers=above))


def count_offer_use(offer_id: int, *, frequency: int, amount: Decimal) -> None:
    """Count a use of an offer, whatever its cap: of one that had none when it was ordered, or that has room."""
    ConditionalOffer.objects.filter(pk=offer_id).update(
        num_applications=F("num_applications") + frequency,
        total_discount=F("total_discount") + amount,
        num_orders=F("num_orders") + 1,
    )


@transaction_required
def return_offer_uses(uses: Mapping[int, tuple[int, Decimal]]) -> None:
    """Give uses back: the reverse of `take_capped_offers`, in the same order of rows. No counter falls below zero.

    An offer that Oscar has marked as consumed is open again if its caps leave room now.
    """
    for offer_id in sorted(uses):
        frequency, amount = uses[offer_id]
        free = UNLIMITED | Q(max_global_applications__gt=F("num_applications") - frequency)
        in_budget = NO_BUDGET | Q(max_discount__gt=F("total_discount") - amount)
        reopens = When(free & in_budget & Q(status=ConditionalOffer.CONSUMED), then=Value(ConditionalOffer.OPEN))
        ConditionalOffer.objects.filter(pk=offer_id, num_applications__gte=frequency, num_orders__gte=1).update(
            num_applications=F("num_applications") - frequency,
            total_discount=F("total_discount") - amount,
            num_orders=F("num_orders") - 1,
            status=Case(reopens, default=F("status")),
        )
