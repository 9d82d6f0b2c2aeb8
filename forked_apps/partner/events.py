"""What happens to stock and prices."""

from dataclasses import dataclass

from nexus_shop.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PriceChanged(Event):
    """A stock record's price or list price is another, its first, or gone with the record (the new ones are null).

    Amounts are decimal texts as entered, in `currency`.
    """

    stock_record_id: int
    product_id: int
    currency: str
    old_price: str | None
    new_price: str | None
    old_list_price: str | None
    new_list_price: str | None
    changed_by: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class StockAdjusted(Event):
    """The number in stock was set by hand or import, or is 0 as its record is deleted. Sales are not adjustments."""

    stock_record_id: int
    product_id: int
    old_num_in_stock: int | None
    new_num_in_stock: int | None
    changed_by: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class StockLow(Event):
    """What is free on the shelf has fallen below the record's threshold."""

    stock_record_id: int
    product_id: int


@dataclass(frozen=True, kw_only=True)
class StockReplenished(Event):
    """What is free on the shelf has reached the record's threshold again."""

    stock_record_id: int
    product_id: int


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event):
    """The last unit that a stock record could promise is promised, or there is one again. Backorders count."""

    stock_record_id: int
    product_id: int
    is_available: bool
