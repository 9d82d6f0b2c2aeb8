"""Webhooks of gateways: kept first, then followed. Replay and reordering change nothing."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils import timezone

from nexus_shop.core.tasks import enqueue
from nexus_shop.core.transactions import transaction

from .gateways.base import ChargeResult, IncomingEvent, NextAction
from .models import GatewayEvent, PaymentAttempt
from .operations import settle_attempt

UNMATCHED = "unmatched"


@transaction
def record_gateway_event(gateway: str, *, event: IncomingEvent) -> bool:
    """Keep a verified event and have it followed by a task; False where it is there already (and nothing is done)."""
    row, is_new = GatewayEvent.objects.get_or_create(
        gateway=gateway,
        event_id=event.id[:255],
        defaults={
            "type": event.type[:128],
            "payload": dict(event.payload),
            "key": event.key[:64],
            "result": None if event.result is None else _plain(event.result),
            "applied_at": timezone.now() if event.result is None else None,
        },
    )
    if is_new and event.result is not None:
        from .tasks import apply_gateway_event_task  # noqa: PLC0415 - tasks call what calls this

        enqueue(apply_gateway_event_task, event_id=row.pk)
    return is_new


def apply_gateway_event(event_id: int) -> bool:
    """Settle the attempt that a kept event is about; False where there is none (it is marked so, for staff)."""
    event = GatewayEvent.objects.get(pk=event_id)
    if event.applied_at is not None or event.result is None:
        return True
    result = _result(event.result)
    attempts = PaymentAttempt.objects.filter(method=event.gateway)
    found = attempts.filter(idempotency_key=event.key).first() if event.key else None
    if found is None and result.reference:
        found = attempts.filter(reference=result.reference).first()
    if found is None:
        GatewayEvent.objects.filter(pk=event_id).update(problem=UNMATCHED)
        return False
    settle_attempt(found.pk, result=result)
    GatewayEvent.objects.filter(pk=event_id).update(applied_at=timezone.now(), problem="")
    return True


def _plain(result: ChargeResult) -> dict[str, Any]:
    return asdict(result) | {"amount": None if result.amount is None else str(result.amount)}


def _result(stored: dict[str, Any]) -> ChargeResult:
    action = stored["next_action"]
    amount = None if stored["amount"] is None else Decimal(stored["amount"])
    return ChargeResult(**stored | {"amount": amount, "next_action": NextAction(**action) if action else None})
