"""What happens to orders."""

from dataclasses import dataclass

from nexus_shop.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """An order was written, its stock promised. It awaits payment."""

    order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderStatusChanged(Event):
    """An order, or some units of it, moved. `old` and `new` are the order's; `moved_to` is where the units went.

    `history_id` is the row of the order's history that says which units. `freed` is what of the order's money was not
    needed any more once these units were cancelled while others stay, a decimal text in its currency. Both are None in
    events of older versions.
    """

    order_id: int
    old: str
    new: str
    moved_to: str
    changed_by: int | None
    history_id: int | None = None
    freed: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """The last units of an order were cancelled: stock, vouchers and offers were given back.

    `history_id` is the row of the order's history; None in events of older versions.
    """

    order_id: int
    history_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class OrderReopened(Event):
    """An order that was cancelled as unpaid goes on: its payment came late, and all of it could be had again.

    `history_id` is the row of the order's history; None in events of older versions.
    """

    order_id: int
    history_id: int | None = None
