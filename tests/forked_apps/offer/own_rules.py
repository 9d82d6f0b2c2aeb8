"""A range, a condition and a benefit with classes of their own, as a shop's code may have them (`proxy_class`)."""

from decimal import Decimal
from typing import Any, ClassVar

from django.test.utils import isolate_apps
from oscar.apps.offer.results import BasketDiscount

from forked_apps.offer.models import Benefit, Condition


class Chosen:
    """A range of the products that it is told."""

    name = "Chosen"
    ids: ClassVar[set[int]] = set()

    def contains_product(self, product: Any) -> bool:
        """Whether it is one of them."""
        return product.id in self.ids


with isolate_apps("forked_apps.offer"):

    class TwoKinds(Condition):
        """Two lines, whatever they are."""

        class Meta:
            proxy = True
            app_label = "offer"

        name = description = "Two kinds"

        def is_satisfied(self, offer: Any, basket: Any) -> bool:
            """Whether there are two lines."""
            return len(basket.all_lines()) == 2

        def can_apply_condition(self, line: Any) -> bool:
            """Any."""
            return True

        def consume_items(self, offer: Any, basket: Any, affected_lines: Any) -> None:
            """Nothing is used."""

    class PennyOff(Benefit):
        """A penny off the first unit of each line."""

        class Meta:
            proxy = True
            app_label = "offer"

        name = description = "A penny off each kind"

        def apply(self, basket: Any, condition: Any, offer: Any, **options: Any) -> Any:
            """Take it off."""
            fresh = [line for line in basket.all_lines() if not line.quantity_with_offer_discount(offer)]
            for line in fresh:
                line.discount(Decimal("0.01"), 1, incl_tax=False, offer=offer)
                line.consume(1, offer)
            return BasketDiscount(Decimal("0.01") * len(fresh))
