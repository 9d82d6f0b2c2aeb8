"""Work on many rows: each in a transaction of its own, each with an outcome of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from django.db import IntegrityError

from .errors import DeletedMeanwhile, DomainError
from .transactions import refers_to_nothing

Status = Literal["created", "updated", "unchanged", "refused"]

CREATED: Final = "created"
UPDATED: Final = "updated"
UNCHANGED: Final = "unchanged"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row: the id of its thing, or the rule that stood against it; then the row wrote nothing."""

    status: Status
    id: int | None = None
    refusal: DomainError | None = None


def attempted(operation: Callable[[], tuple[Status, int]]) -> RowOutcome:
    """Run the operation of a row; a broken rule is its outcome."""
    try:
        status, pk = operation()
    except DomainError as refusal:
        return RowOutcome(REFUSED, refusal=refusal)
    except IntegrityError as clash:
        if not refers_to_nothing(clash):
            raise
        return RowOutcome(REFUSED, refusal=DeletedMeanwhile())
    return RowOutcome(status, pk)
