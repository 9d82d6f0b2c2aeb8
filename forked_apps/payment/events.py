"""What happens to payments."""

from dataclasses import dataclass

from nexus_shop.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(Event):
    """Money for an order has come. `amount` is a decimal text in `currency`; by hand: `recorded_by` whom."""

    order_id: int
    source_id: int
    amount: str
    currency: str
    recorded_by: int | None


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(Event):
    """Money of an order was given back. `amount` is a decimal text in `currency`."""

    order_id: int
    source_id: int
    amount: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentParked(Event):
    """An attempt was set aside: `problem` says why.

    A charge that was not to be like this (`amount_mismatch`, `currency_mismatch`, `late_authorisation`) is voided by
    itself; on a refund (`refund_declined`, `amount_mismatch`) staff have to decide.
    """

    order_id: int
    attempt_id: int
    problem: str
