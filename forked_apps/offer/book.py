"""The shop's offers as a process keeps them: loaded with all that applying them needs, until a rule changes.

What one cart's products have to do with them is another thing: which ranges list a product, and where it stands in the
tree of categories, is read for each cart.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.base import ModelState
from django.db.models.functions import Now

from nexus_shop.core.rules import Rules

from .models import ConditionalOffer, Range


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What ranges ask of a product: its class, its categories with their ancestors, the ranges that list it.

    `excluded_by` are the ranges that exclude the product itself, `any_excluded_by` also those that exclude its parent.
    """

    id: int
    class_id: int | None
    category_ids: frozenset[int]
    listed_in: frozenset[int]
    excluded_by: frozenset[int]
    any_excluded_by: frozenset[int]


@dataclass(frozen=True, slots=True)
class RangeRule:
    """What a range contains, by Oscar's rules of `Range.product_queryset`, but for the products that it lists."""

    row: Range
    class_ids: frozenset[int]
    included: frozenset[int]
    excluded: frozenset[int]

    def contains(self, product: ProductFacts) -> bool:
        """Whether the product is in the range."""
        pk = self.row.id
        if self.row.includes_all_products:
            return pk not in product.excluded_by and self.excluded.isdisjoint(product.category_ids)
        return pk not in product.any_excluded_by and (
            pk in product.listed_in
            or product.class_id in self.class_ids
            or not self.included.isdisjoint(product.category_ids)
        )


@dataclass(frozen=True, slots=True)
class SiteIndex:
    """The site's offers by ranges: of hundreds few have to do with a cart.

    `by_range` has them by the ranges that matter, None for those that only the condition knows. Ranges stand under the
    categories and classes that they include; `everywhere` are those that any product may be in.
    """

    by_range: dict[int | None, tuple[ConditionalOffer, ...]] = field(default_factory=dict)
    by_category: dict[int, frozenset[int]] = field(default_factory=dict)
    by_class: dict[int | None, frozenset[int]] = field(default_factory=dict)
    everywhere: frozenset[int] = frozenset()
    limited: tuple[ConditionalOffer, ...] = ()

    def near(self, products: Collection[ProductFacts]) -> Iterator[ConditionalOffer]:
        """The offers with a range that one of the products may be in."""
        found = set(self.everywhere)
        for product in products:
            found |= product.listed_in | self.by_class.get(product.class_id, frozenset())
            for category in product.category_ids:
                found |= self.by_category.get(category, frozenset())
        return chain.from_iterable(self.by_range.get(key, ()) for key in (None, *found))


@dataclass(frozen=True, slots=True)
class OfferBook:
    """The site's open offers, highest priority first, and those of vouchers as carts have asked for them.

    `index` has the site's by the range of the condition, `speaking` by that of the benefit too. They are everybody's:
    take copies.
    """

    site: tuple[ConditionalOffer, ...]
    of_vouchers: dict[int, ConditionalOffer] = field(default_factory=dict)
    ranges: dict[int, RangeRule] = field(default_factory=dict)
    index: SiteIndex = field(default_factory=SiteIndex)
    speaking: SiteIndex = field(default_factory=SiteIndex)

    def offers(self, voucher_offer_ids: Collection[int]) -> list[ConditionalOffer]:
        """The site's offers and the open ones of those ids."""
        named = self.named(voucher_offer_ids)
        return _by_priority([*self.site, *named]) if named else list(self.site)

    def near(self, products: Collection[ProductFacts], voucher_offer_ids: Collection[int]) -> list[ConditionalOffer]:
        """Those of `offers` that the products may have to do with."""
        return _by_priority([*self.index.near(products), *self.named(voucher_offer_ids)])

    def limited(self, voucher_offer_ids: Collection[int]) -> list[ConditionalOffer]:
        """Those of `offers` that may be used only so often, or for so much."""
        return _by_priority([*self.index.limited, *filter(_is_limited, self.named(voucher_offer_ids))])

    def named(self, voucher_offer_ids: Collection[int]) -> list[ConditionalOffer]:
        """The open offers of those ids."""
        missing = [pk for pk in voucher_offer_ids if pk not in self.of_vouchers]
        if missing:
            found, ranges = _loaded(ConditionalOffer.objects.filter(pk__in=missing, status=ConditionalOffer.OPEN))
            self.ranges.update(ranges)
            self.of_vouchers.update({offer.pk: offer for offer in found})
        return [self.of_vouchers[pk] for pk in voucher_offer_ids if pk in self.of_vouchers]


def _by_priority(offers: Iterable[ConditionalOffer]) -> list[ConditionalOffer]:
    """Each once, the highest priority first."""
    together = {offer.pk: offer for offer in offers}
    return sorted(together.values(), key=lambda offer: (-offer.priority, offer.pk))


def _is_limited(offer: ConditionalOffer) -> bool:
    return offer.has_cap or offer.max_user_applications is not None


def _load() -> OfferBook:
    current = Q(end_datetime=None) | Q(end_datetime__gte=Now())
    site, ranges = _loaded(
        ConditionalOffer.objects.filter(current, offer_type=ConditionalOffer.SITE, status=ConditionalOffer.OPEN)
    )
    return OfferBook(
        site=tuple(site),
        ranges=ranges,
        index=_index(site, ranges, _asked),
        speaking=_index(site, ranges, attrgetter("range_ids")),
    )


def _asked(offer: ConditionalOffer) -> set[int | None]:
    return {offer.condition.range_id if offer.condition.value else None}


def _index(
    offers: Iterable[ConditionalOffer],
    ranges: dict[int, RangeRule],
    ranges_that_matter: Callable[[ConditionalOffer], Collection[int | None]],
) -> SiteIndex:
    by_range: dict[int | None, list[ConditionalOffer]] = defaultdict(list)
    for offer in offers:
        for key in ranges_that_matter(offer):
            by_range[key].append(offer)
    rules = [ranges[pk] for pk in by_range if pk is not None]
    return SiteIndex(
        by_range={key: tuple(found) for key, found in by_range.items()},
        by_category=_frozen((category, rule.row.pk) for rule in rules for category in rule.included),
        by_class=_frozen((class_id, rule.row.pk) for rule in rules for class_id in rule.class_ids),
        everywhere=frozenset(rule.row.pk for rule in rules if rule.row.includes_all_products or rule.row.proxy),
        limited=tuple(filter(_is_limited, offers)),
    )


def _frozen(pairs: Iterable[tuple[Any, int]]) -> dict[Any, frozenset[int]]:
    return {key: frozenset(found) for key, found in _pairs(pairs).items()}


BOOK = Rules(_load)


def _loaded(query: QuerySet[ConditionalOffer]) -> tuple[list[ConditionalOffer], dict[int, RangeRule]]:
    offers = list(query.select_related("condition__range", "benefit__range").order_by("-priority", "pk"))
    if not offers:
        return [], {}
    names, named_by = _combinations()
    for offer in offers:
        offer.condition, offer.benefit = offer.condition.proxy(), offer.benefit.proxy()
        offer.range_ids = frozenset({offer.condition.range_id, offer.benefit.range_id} - {None})
        offer.names, offer.named_by = frozenset(names[offer.pk]), frozenset(named_by[offer.pk])
    rows = {part.range_id: part.range for offer in offers for part in (offer.condition, offer.benefit)}
    rows.pop(None, None)
    classes, included, excluded = (
        _pairs(through.objects.filter(range_id__in=rows).values_list("range_id", column))
        for through, column in (
            (Range.classes.through, "productclass_id"),
            (Range.included_categories.through, "category_id"),
            (Range.excluded_categories.through, "category_id"),
        )
    )
    return offers, {
        pk: RangeRule(row, frozenset(classes[pk]), frozenset(included[pk]), frozenset(excluded[pk]))
        for pk, row in rows.items()
    }


def _combinations() -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    pairs = ConditionalOffer.combinations.through.objects.values_list(
        "from_conditionaloffer_id", "to_conditionaloffer_id"
    )
    found = list(pairs)
    return _pairs(found), _pairs((other, one) for one, other in found)


def _pairs(rows: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in rows:
        found[one].add(other)
    return found


def copy_offer(offer: ConditionalOffer, ranges: dict[int, Range]) -> ConditionalOffer:
    """The offer for one cart: with its own condition and benefit, and the ranges as this cart knows them."""
    own = _copy(offer)
    parts = own._state.fields_cache  # noqa: SLF001 - thousands in a second: the descriptors would cost as much as the rest
    for name in ("condition", "benefit"):
        part = parts[name] = _copy(parts[name])
        if part.range_id is not None:
            part._state.fields_cache["range"] = ranges[part.range_id]  # noqa: SLF001
    return own


def copy_range(row: Range, members: frozenset[int] | None) -> Range:
    """The range as one cart knows it: with those of its products that it contains, None where only Oscar can say."""
    own = _copy(row)
    own.loaded_members = members
    return own


def _copy(row: Any) -> Any:
    """A copy that shares no state. Python's way to copy a model goes through its constructor."""
    own, state = object.__new__(type(row)), object.__new__(ModelState)
    kept = row._state  # noqa: SLF001 - Django has no other name for it
    facts = state.__dict__ = kept.__dict__.copy()
    facts["fields_cache"] = kept.fields_cache.copy()
    values = own.__dict__ = row.__dict__.copy()
    values["_state"] = state
    return own
