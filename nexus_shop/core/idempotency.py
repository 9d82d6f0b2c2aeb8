"""Idempotency keys: the one outer owner of a request's transaction.

The answer is stored in the transaction of the effect: after a crash there are both or neither. Keys are scoped by
principal and route and live for 24 hours.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar

from django.db import connection
from django.db import transaction as django_transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from .errors import DomainError, KeyInFlight, KeyReused
from .models import IdempotencyRecord
from .transactions import owning

R = TypeVar("R")

LIFETIME: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and bytes of an HTTP answer, as it is stored and replayed."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    is_replay: bool = False


def run_once(
    scope: str,
    key: str,
    *,
    fingerprint: str,
    operation: Callable[[], R],
    render: Callable[[R | DomainError], Answer],
) -> Answer:
    """Run the operation unless this key has been answered; store the answer with its effect.

    `render` maps the result, or the DomainError that the operation raised (its writes are rolled back), to the answer.
    A 5xx is not stored. Locks: an advisory lock on (scope, key), then whatever the operation locks.
    Raises KeyInFlight while the first request runs and KeyReused when `fingerprint` (of the body) differs.
    """
    with owning():
        _lock(scope, key)
        stored = _answers(scope, key).first()
        if stored:
            if stored.fingerprint != fingerprint:
                raise KeyReused
            return Answer(stored.status, bytes(stored.body), stored.headers, is_replay=True)
        answer = _attempt(operation, render)
        if answer.status < 500:
            _store(scope, key, fingerprint, answer)
        return answer


def is_answered(scope: str, key: str, *, fingerprint: str) -> bool:
    """Whether this very request has been answered: `run_once` replays it."""
    return _answers(scope, key).filter(fingerprint=fingerprint).exists()


def refuse_reused(scope: str, key: str, *, fingerprint: str) -> None:
    """Raise KeyReused where the key was answered for another request: before what `run_once` could not take back."""
    if _answers(scope, key).exclude(fingerprint=fingerprint).exists():
        raise KeyReused


def forget(scope: str, key: str, answer: Answer) -> None:
    """Forget a stored answer, so that its key may be used anew; one that has taken its place stays."""
    IdempotencyRecord.objects.filter(scope=scope, key=key, body=answer.body).delete()


def _answers(scope: str, key: str) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(scope=scope, key=key, created_at__gt=Now() - LIFETIME)


def _lock(scope: str, key: str) -> None:
    digest = hashlib.sha256(f"{scope}\0{key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
        if not cursor.fetchone()[0]:
            raise KeyInFlight


def _attempt(operation: Callable[[], R], render: Callable[[R | DomainError], Answer]) -> Answer:
    result: R | DomainError
    try:
        with django_transaction.atomic():
            result = operation()
    except DomainError as error:
        result = error
    return render(result)


def _store(scope: str, key: str, fingerprint: str, answer: Answer) -> None:
    record = {"fingerprint": fingerprint, "status": answer.status, "headers": answer.headers, "body": answer.body}
    # An expired answer of the same key gives way.
    IdempotencyRecord.objects.update_or_create(scope=scope, key=key, defaults={**record, "created_at": Now()})
