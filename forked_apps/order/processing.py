"""Oscar's hook for order events: everything goes through the one operation."""

from typing import Any, Final

from oscar.apps.order.exceptions import InvalidOrderStatus, InvalidShippingEvent
from oscar.apps.order.processing import EventHandler as OscarEventHandler

from forked_apps.partner.errors import StockNotArrived

from .errors import NothingToRefund, RefundMissing, StatusNotAllowed, TooManyUnits
from .models import Order
from .operations import change_order_status

MOVE_REFUSED: Final = (NothingToRefund, RefundMissing, StatusNotAllowed, StockNotArrived, TooManyUnits)


class EventHandler(OscarEventHandler):
    """Oscar 4.2.1 changes the status unlocked, and neither ships nor gives back stock."""

    def handle_order_status_change(self, order: Order, new_status: str, note_msg: str | None = None) -> None:
        """Move all units of the order that may move."""
        try:
            change_order_status(order.pk, status=new_status, changed_by=self._user_id(), note=note_msg or "")
        except MOVE_REFUSED as refusal:
            raise InvalidOrderStatus(str(refusal.message)) from refusal
        order.refresh_from_db()

    def handle_shipping_event(
        self, order: Order, event_type: Any, lines: Any, line_quantities: Any, **kwargs: Any
    ) -> None:
        """Move the given units to the status that the event is named after."""
        quantities = {line.pk: quantity for line, quantity in zip(lines, line_quantities, strict=True)}
        try:
            change_order_status(
                order.pk,
                status=event_type.code,
                quantities=quantities,
                changed_by=self._user_id(),
                note=kwargs.get("reference") or "",
                restock=bool(kwargs.get("restock")),
            )
        except MOVE_REFUSED as refusal:
            raise InvalidShippingEvent(str(refusal.message)) from refusal

    def _user_id(self) -> int | None:
        return None if self.user is None else self.user.pk
