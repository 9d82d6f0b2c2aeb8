"""What follows a change of stock, after its commit."""

from nexus_shop.core.events import subscribe

from .alerts import review_alert
from .events import StockLow, StockReplenished


@subscribe(StockLow)
def open_alert(event: StockLow) -> None:
    """Oscar's alert, and a mail."""
    review_alert(event.stock_record_id)


@subscribe(StockReplenished)
def close_alert(event: StockReplenished) -> None:
    """There is enough again."""
    review_alert(event.stock_record_id)
