"""The lifecycle of an order: one table of transitions, for each unit of each line. Pure: values in, values out."""

from collections.abc import Iterable, Mapping
from typing import Final

PENDING: Final = "pending"
PROCESSING: Final = "processing"
SHIPPED: Final = "shipped"
DELIVERED: Final = "delivered"
CANCELLED: Final = "cancelled"
RETURNED: Final = "returned"
REFUNDED: Final = "refunded"

# What may follow what. Stock is allocated in pending and processing, consumed on the way to shipped, given back on the
# way to cancelled.
PIPELINE: Final[dict[str, tuple[str, ...]]] = {
    PENDING: (PROCESSING, CANCELLED),
    PROCESSING: (SHIPPED, CANCELLED),
    SHIPPED: (DELIVERED, RETURNED),
    DELIVERED: (RETURNED,),
    RETURNED: (REFUNDED,),
    REFUNDED: (),
    CANCELLED: (),
}
STATUSES: Final = tuple(PIPELINE)
# Beside the table: what ran out of time before its payment came goes on, if all of it can be had again (reopening.py).
EXPIRED: Final = "payment_expired"  # the reason of such a cancellation
REOPENS_TO: Final = PROCESSING
HOLDS_STOCK: Final = frozenset({PENDING, PROCESSING})
# A line or an order stands where its least advanced unit stands, of those that are still to reach the customer.
_PROGRESS: Final = (PENDING, PROCESSING, SHIPPED, DELIVERED)
ENDED: Final = (RETURNED, REFUNDED, CANCELLED)

Units = Mapping[str, int]


def has_started(units: Units) -> bool:
    """Whether fulfilment has begun: a unit has left the house, wherever it is now."""
    return any(count for now, count in units.items() if now not in HOLDS_STOCK and now != CANCELLED)


def is_begun(units: Units) -> bool:
    """Whether staff have begun with it: a unit was moved on from pending, and not by being cancelled."""
    return any(count for now, count in units.items() if now not in {PENDING, CANCELLED})


def given_up(units: Units) -> int:
    """How many units the customer does not have, and is not to get: cancelled or sent back."""
    return sum(units.get(status, 0) for status in ENDED)


def movable(units: Units, status: str) -> dict[str, int]:
    """How many units may move to `status`, by where they stand now."""
    return {now: count for now, count in units.items() if count and status in PIPELINE[now]}


def move(units: Units, status: str, quantity: int) -> tuple[dict[str, int], dict[str, int]]:
    """Move `quantity` units to `status`, the most advanced first; returns the new units and what left where.

    Raises ValueError when fewer units may move: the caller has asked `movable` before.
    """
    candidates = movable(units, status)
    if quantity < 1 or quantity > sum(candidates.values()):
        raise ValueError(f"{quantity} units cannot move to {status} from {dict(units)}")
    result, left, missing = dict(units), dict[str, int](), quantity
    for now in sorted(candidates, key=STATUSES.index, reverse=True):
        taken = min(missing, candidates[now])
        if taken:
            result[now] -= taken
            left[now] = taken
            missing -= taken
    result[status] = result.get(status, 0) + quantity
    return {name: count for name, count in result.items() if count}, left


def status_of(units: Units) -> str:
    """The status of a line: its least advanced unit not ended; with none left, how the last ones ended."""
    for status in (*_PROGRESS, *ENDED):
        if units.get(status):
            return status
    return PENDING


def status_of_order(lines: Iterable[Units]) -> str:
    """The status of an order: that of all its units taken together."""
    together: dict[str, int] = {}
    for units in lines:
        for status, count in units.items():
            together[status] = together.get(status, 0) + count
    return status_of(together)
