"""Which of the site's offers speak of a product, whoever asks: what is said of them where products are shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from .book import BOOK, OfferBook, ProductFacts
from .models import ConditionalOffer
from .queries import Customer, is_within, product_facts


@dataclass(frozen=True, slots=True)
class SpokenOf:
    """An offer of the site that is open and not over; it may be yet to begin."""

    id: int
    slug: str
    name: str
    priority: int
    starts_at: datetime | None
    ends_at: datetime | None

    def rank(self) -> tuple[int, int]:
        """What offers are ordered by, the highest priority first."""
        return -self.priority, self.id

    def is_current(self, now: datetime) -> bool:
        """Whether its dates allow it."""
        return is_within(self.starts_at, self.ends_at, now)


def offers_speaking_of(product_ids: Collection[int], *, token: str) -> dict[int, list[SpokenOf]]:
    """Product -> the site's offers whose condition or benefit has a range with it.

    Those that are used up by all are left out, and ranges of a class of their own: only they know what they contain.
    `token` is that of `core.rules`. One statement, whatever the number of products; none where no offer is open.
    """
    book = BOOK.at(token) if product_ids else None
    if book is None or not book.site:
        return {}
    products, counters = product_facts(book.limited(()), [], product_ids, Customer())
    used_up = {
        offer.pk
        for offer in book.site
        if (counter := counters.get(offer.pk)) and offer.is_used_up_by(counter.num_applications, counter.total_discount)
    }
    shown = {
        offer.pk: SpokenOf(offer.pk, offer.slug, offer.name, offer.priority, offer.start_datetime, offer.end_datetime)
        for offer in book.site
        if offer.pk not in used_up
    }
    return {product.id: [shown[pk] for pk in _ids_of(product, book) if pk in shown] for product in products}


def _ids_of(product: ProductFacts, book: OfferBook) -> list[int]:
    return sorted({offer.pk for offer in book.speaking.near([product]) if _has(offer, product, book)})


def _has(offer: ConditionalOffer, product: ProductFacts, book: OfferBook) -> bool:
    rules = (book.ranges[pk] for pk in offer.range_ids)
    return any(not rule.row.proxy_class and rule.contains(product) for rule in rules)
