"""What staff write about an order besides moving it: notes, and a corrected delivery address."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from forked_apps.order.history import STAFF, record_event
from forked_apps.order.models import OrderEvent, OrderNote, ShippingAddress
from forked_apps.order.operations import lock_order
from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import transaction

NOTE_STAYS_OPEN: Final = timedelta(seconds=OrderNote.editable_lifetime)


@transaction
def write_note(order_id: int, *, message: str, written_by: int | None, note_id: int | None = None) -> OrderNote:
    """Add a note, or change one that may still be changed. Locks the order. Raises NotFound."""
    order = lock_order(order_id)
    note: OrderNote
    if note_id is None:
        note = OrderNote.objects.create(order=order, user_id=written_by, message=message)
        return note
    note = _open_note(order_id, note_id)
    note.message = message
    note.save(update_fields=["message", "date_updated"])
    return note


@transaction
def delete_note(order_id: int, *, note_id: int) -> None:
    """Delete a note that may still be changed; the record of what happened to the order stays.

    Locks the order. Raises NotFound.
    """
    lock_order(order_id)
    _open_note(order_id, note_id).delete()


def _open_note(order_id: int, note_id: int) -> OrderNote:
    """The note, if it may still be changed. Oscar 4.2.1 counts its age without the days."""
    note: OrderNote | None = (
        OrderNote.objects.filter(order_id=order_id, pk=note_id, date_updated__gt=timezone.now() - NOTE_STAYS_OPEN)
        .exclude(note_type=OrderNote.SYSTEM)
        .first()
    )
    if note is None:
        raise NotFound
    return note


@transaction
def correct_address(order_id: int, *, fields: Mapping[str, Any], corrected_by: int | None) -> list[str]:
    """Change fields of the delivery address; returns the names of those that are another now, which a note records.

    Locks the order. Raises NotFound where it has no delivery address.
    """
    order = lock_order(order_id)
    address = ShippingAddress.objects.filter(order=order).first()
    if address is None:
        raise NotFound
    changed = [name for name, value in fields.items() if getattr(address, name) != value]
    if not changed:
        return []
    changes = [f"{name}: {getattr(address, name) or '–'} → {fields[name] or '–'}" for name in changed]
    for name in changed:
        setattr(address, name, fields[name])
    address.save()
    note = "Delivery address: " + "; ".join(changes)
    OrderNote.objects.create(order=order, user_id=corrected_by, note_type=OrderNote.SYSTEM, message=note)
    record_event(
        order.pk,
        OrderEvent.Kind.ADDRESS_CHANGED,
        role=STAFF,
        actor_id=corrected_by,
        data={"addresses": ["shipping_address"]},
        note=note,
    )
    order.version += 1
    order.save(update_fields=["version"])
    return changed
