"""What an order still lacks: the one sum that everybody tells, asks for and takes. Pure: values in, values out.

What is owed is the price of the units that are still wanted, less the money that came and was not given back.
"""

from collections.abc import Iterable
from decimal import Decimal

from nexus_shop.core.money import ZERO

from .lifecycle import CANCELLED, ENDED, EXPIRED, REFUNDED, RETURNED


def price_of_wanted(
    status: str, *, cancel_reason: str, total: Decimal, cancelled: Decimal, returned: Decimal
) -> Decimal:
    """What the order costs in the end, of which all units may have come back.

    One that ran out of time costs what was wanted last: what comes too late may take it back. One that was cancelled
    otherwise costs nothing.
    """
    is_over = status == CANCELLED and cancel_reason != EXPIRED
    return ZERO if is_over or status in {RETURNED, REFUNDED} else total - cancelled - returned


def amount_due(price: Decimal, moved: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """What of the price has not come, or has been given back; `moved` is (came, given back) of each payment source."""
    return max(price - sum((came - back for came, back in moved), ZERO), ZERO)


def is_asked_for(payment_status: str, status: str) -> bool:
    """Whether the customer of such an order is to pay: it is unpaid, and units of it are still wanted."""
    return payment_status == "awaiting" and status not in ENDED
