"""Work on many rows: each in a transaction of its own, each with an outcome of its own."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from django.db import DataError, IntegrityError

from .errors import DeletedMeanwhile, DomainError, UnfitValue
from .transactions import refers_to_nothing

logger = logging.getLogger(__name__)

Status = Literal["created", "updated", "unchanged", "refused"]

CREATED: Final = "created"
UPDATED: Final = "updated"
UNCHANGED: Final = "unchanged"
REFUSED: Final = "refused"


#: What is not done by then is refused, to be sent again: nothing is done twice.
SECONDS: Final = 25.0


class Deadline:
    """When the rows of a request are to be done: so many seconds from now."""

    def __init__(self, seconds: float | None = None) -> None:
        self._end = time.monotonic() + (SECONDS if seconds is None else seconds)

    def is_over(self) -> bool:
        """Whether the rows that are left are not to be begun."""
        return time.monotonic() > self._end


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row: the id of its thing, or the rule that stood against it; then the row wrote nothing."""

    status: Status
    id: int | None = None
    refusal: DomainError | None = None


def attempted(operation: Callable[[], tuple[Status, int]]) -> RowOutcome:
    """Run the operation of a row; a broken rule is its outcome, and so is a value that only the database refuses.

    That is logged: it should have been refused before.
    """
    try:
        status, pk = operation()
    except DomainError as refusal:
        return RowOutcome(REFUSED, refusal=refusal)
    except IntegrityError as clash:
        if refers_to_nothing(clash):
            return RowOutcome(REFUSED, refusal=DeletedMeanwhile())
        logger.exception("The database refused a row")
        return RowOutcome(REFUSED, refusal=UnfitValue())
    except DataError:
        logger.exception("The database refused a row")
        return RowOutcome(REFUSED, refusal=UnfitValue())
    return RowOutcome(status, pk)
