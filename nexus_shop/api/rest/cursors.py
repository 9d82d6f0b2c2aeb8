"""Lists by cursor: where a page ends, as a text that the client hands back."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from .errors import ApiError

MAX_ID: Final = 2**63


def cursor_of(*words: object) -> str:
    """The place behind an entry, which these words name; none of them has a bar."""
    return base64.urlsafe_b64encode("|".join(map(str, words)).encode()).decode()


def words_of(cursor: str) -> list[str]:
    """The words that `cursor_of` was given. Raises ApiError."""
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
    except (ValueError, binascii.Error):
        raise refused() from None


def refused() -> ApiError:
    """A cursor that the shop has not handed out."""
    return ApiError("invalid_request", "This cursor is none of ours.", parameter="cursor")


def cursor_text(moment: datetime, *ids: int) -> str:
    """The place behind an entry that a time and ids name."""
    return cursor_of(moment.isoformat(), *ids)


def cursor_place(text: str, *, ids: int) -> tuple[Any, ...]:
    """The place that `cursor_text` wrote of a time and so many ids. Raises ApiError."""
    moment, *rest = words_of(text)
    try:
        at, numbers = datetime.fromisoformat(moment), [int(number) for number in rest]
        if at.tzinfo is None or len(numbers) != ids or not all(0 <= number < MAX_ID for number in numbers):
            raise refused()
        return (at.astimezone(UTC), *numbers)
    except (ValueError, OverflowError):
        raise refused() from None


def next_page(request: Any, cursor: str | None) -> tuple[str | None, dict[str, str]]:
    """The address of the next page, and the headers that name it too."""
    if cursor is None:
        return None, {}
    url = f"{request.path}?{urlencode(request.GET.dict() | {'cursor': cursor})}"
    return url, {"Link": f'<{url}>; rel="next"'}
