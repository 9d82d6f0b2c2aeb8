"""The offers that a card names. They act on carts: no price shows what they take off."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from forked_apps.offer.naming import SpokenOf

from .sources import ProductRow

MAX_NAMED: Final = 10


def named_offers(sold: Iterable[ProductRow], now: datetime) -> list[dict[str, Any]]:
    """The open offers that speak of what is sold (of a parent: its variants), the first ten, the weightiest first."""
    found = {offer.slug: offer for row in sold for offer in row.offers if offer.is_current(now)}
    first = sorted(found.values(), key=SpokenOf.rank)[:MAX_NAMED]
    return [{"slug": offer.slug, "name": offer.name, "ends_at": offer.ends_at} for offer in first]


def moments(row: ProductRow, now: datetime) -> Iterator[datetime]:
    """When offers that speak of the product begin or end, from now on. One that ends now is open yet."""
    for offer in row.offers:
        if offer.starts_at is not None and offer.starts_at > now:
            yield offer.starts_at
        if offer.ends_at is not None and offer.ends_at >= now:
            yield offer.ends_at
