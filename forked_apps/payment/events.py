"""What happens to payments."""

from dataclasses import dataclass

from nexus_shop.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(Event):
    """Money for an order was recorded. `amount` is a decimal text in `currency`."""

    order_id: int
    source_id: int
    amount: str
    currency: str
    recorded_by: int | None
