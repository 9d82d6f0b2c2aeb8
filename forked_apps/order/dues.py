"""What an order still lacks: the one sum that everybody tells, asks for and takes. Pure: values in, values out.

What is owed is the price of the units that are still wanted, less the money that came and was not given back.
"""

from collections.abc import Iterable
from decimal import Decimal

from nexus_shop.core.money import ZERO

from .lifecycle import ENDED, REFUNDED, RETURNED


def price_of_wanted(status: str, *, total: Decimal, cancelled: Decimal, returned: Decimal) -> Decimal:
    """What the order costs in the end, of which all units may have come back.

    A cancelled order's is that of what was wanted last: what came too late for it may take it back.
    """
    return ZERO if status in {RETURNED, REFUNDED} else total - cancelled - returned


def amount_due(price: Decimal, moved: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """What of the price has not come, or has been given back; `moved` is (came, given back) of each payment source."""
    return max(price - sum((came - back for came, back in moved), ZERO), ZERO)


def is_asked_for(payment_status: str, status: str) -> bool:
    """Whether the customer of such an order is to pay: it is unpaid, and units of it are still wanted."""
    return payment_status == "awaiting" and status not in ENDED
