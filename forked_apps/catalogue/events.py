"""What happens to products."""

from dataclasses import dataclass

from nexus_shop.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ProductPublished(Event):
    """A product became public, by hand or by the clock. A variant is seen only where its parent is public, too."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductUnpublished(Event):
    """A product is public no more: hidden, scheduled anew, or its time is over. Archiving it is another event."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class OptionPriceChanged(Event):
    """What an option, or a choice of an option group, adds to the price is another; it is new (no old price), or gone.

    Amounts are decimal texts as entered, in `currency`.
    """

    option_id: int | None
    choice_id: int | None
    option_group_id: int | None
    currency: str
    old_price: str | None
    new_price: str | None
    changed_by: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ProductArchived(Event):
    """A product was put away. Its orders keep it; it can be restored."""

    product_id: int
