"""Oscar's offers, able to work on what was loaded for them beforehand."""

from decimal import Decimal
from functools import cache
from typing import Any, Final

from django.db import transaction
from oscar.apps.offer.abstract_models import (
    AbstractBenefit,
    AbstractCondition,
    AbstractConditionalOffer,
    AbstractRange,
    AbstractRangeProduct,
    AbstractRangeProductFileUpload,
)

COUNTERS: Final = ("num_applications", "num_orders", "total_discount")


def _with_range(original: Any, proxy: Any) -> Any:
    """Hand the loaded range on to the proxy, which Oscar makes of the columns alone."""
    if proxy is not original and type(original).range.is_cached(original):
        proxy.range = original.range
    return proxy


class ConditionalOffer(AbstractConditionalOffer):
    """Oscar's conditional offer."""

    #: Uses by the customer at hand, when `offers_for` has loaded them.
    customer_applications: int | None = None
    #: Ids of the offers that this one names as combinable and of those that name it, when `offers_for` has loaded them.
    names: frozenset[int] = frozenset()
    named_by: frozenset[int] = frozenset()
    #: The ranges that it speaks of, of its condition and of its benefit, when `offers_for` has loaded them.
    range_ids: frozenset[int] = frozenset()

    @property
    def has_cap(self) -> bool:
        """Whether its uses over all orders are limited, by number or by budget. To Oscar, 0 is no limit."""
        return bool(self.max_global_applications or self.max_discount)

    @property
    def budget(self) -> Decimal | None:
        """What the offer may still take off, over all orders; None where it has no limit."""
        return max(Decimal(0), self.max_discount - self.total_discount) if self.max_discount else None

    def has_room(self, frequency: int, amount: Decimal) -> bool:
        """Whether its caps leave room for so many applications that take so much."""
        limit, most = self.max_global_applications, self.max_discount
        return (not limit or self.num_applications + frequency <= limit) and (
            not most or self.total_discount + amount <= most
        )

    def is_used_up_by(self, applications: int, amount: Decimal) -> bool:
        """Whether its caps let nothing more pass after so many applications that took so much."""
        limit, most = self.max_global_applications, self.max_discount
        return bool((limit and applications >= limit) or (most and amount >= most))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 writes the counters back as they were loaded, and judges by them whether the offer is used up.

        Orders count while staff edit: here the counters of a stored offer are read behind its lock and never written.
        """
        if self._state.adding:
            super().save(*args, **kwargs)
            return
        fields = kwargs.pop("update_fields", None) or [field.name for field in self._meta.local_concrete_fields]
        with transaction.atomic(using=self._state.db):
            locked = ConditionalOffer.objects.using(self._state.db).select_for_update().filter(pk=self.pk)
            for name, value in (locked.values(*COUNTERS).first() or {}).items():
                setattr(self, name, value)
            kept = [name for name in fields if name not in COUNTERS and name != self._meta.pk.name]
            super().save(*args, update_fields=kept, **kwargs)

    def record_usage(self, discount: Any) -> None:
        """Oscar 4.2.1 adds to what was loaded and saves the row."""
        from .operations import count_offer_use  # noqa: PLC0415 - operations build on these models

        count_offer_use(self.pk, frequency=discount["freq"], amount=discount["discount"])
        self.refresh_from_db(fields=COUNTERS)

    def combines_with(self, other: "ConditionalOffer") -> bool:
        """Whether the two may meet on one unit as far as their lists of combinations go; without lists they may."""
        return not (self.names or other.names) or other.pk in self.names | self.named_by

    def get_num_user_applications(self, user: Any) -> int:
        """Oscar 4.2.1 asks the database for each offer."""
        if self.customer_applications is not None:
            return self.customer_applications
        return int(super().get_num_user_applications(user))


@cache
def _classes_of(kind: Any) -> dict[str, Any]:
    """Oscar's classes by type. Oscar 4.2.1 looks for each of them in the forked app whenever it is asked."""
    found: dict[str, Any] = kind.proxy_map.fget(kind)
    return found


class Benefit(AbstractBenefit):
    """Oscar's benefit."""

    @property
    def proxy_map(self) -> dict[str, Any]:
        """Looked for once."""
        return _classes_of(AbstractBenefit)

    def proxy(self) -> Any:
        """Oscar 4.2.1 forgets the loaded range, and imports eight classes to see that a proxy is one."""
        return _with_range(self, super().proxy()) if type(self) is Benefit else self


class Condition(AbstractCondition):
    """Oscar's condition."""

    @property
    def proxy_map(self) -> dict[str, Any]:
        """Looked for once."""
        return _classes_of(AbstractCondition)

    def proxy(self) -> Any:
        """Oscar 4.2.1 forgets the loaded range, and imports three classes to see that a proxy is one."""
        return _with_range(self, super().proxy()) if type(self) is Condition else self


class Range(AbstractRange):
    """Oscar's range."""

    #: Ids of the products at hand that are in the range, when `offers_for` has loaded them.
    loaded_members: frozenset[int] | None = None

    def contains_product(self, product: Any) -> bool:
        """Oscar 4.2.1 asks the database for each product and offer."""
        if self.loaded_members is not None and not self.proxy:
            return product.id in self.loaded_members
        return bool(super().contains_product(product))


class RangeProduct(AbstractRangeProduct):
    """Oscar's product in a range."""


class RangeProductFileUpload(AbstractRangeProductFileUpload):
    """Oscar's upload of products of a range."""


from oscar.apps.offer.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
