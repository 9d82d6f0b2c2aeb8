"""Lists by cursor: where a page ends, as a text that the client hands back."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from .errors import ApiError

MAX_ID: Final = 2**63


def cursor_text(moment: datetime, *ids: int) -> str:
    """The place behind an entry."""
    return base64.urlsafe_b64encode("|".join([moment.isoformat(), *map(str, ids)]).encode()).decode()


def cursor_place(text: str, *, ids: int) -> tuple[Any, ...]:
    """The place that `cursor_text` wrote of a time and so many ids. Raises ApiError."""
    refused = ApiError("invalid_request", "This cursor is none of ours.", parameter="cursor")
    try:
        moment, *rest = base64.urlsafe_b64decode(text.encode()).decode().split("|")
        at, numbers = datetime.fromisoformat(moment), [int(number) for number in rest]
        if at.tzinfo is None or len(numbers) != ids or not all(0 <= number < MAX_ID for number in numbers):
            raise refused
        return (at.astimezone(UTC), *numbers)
    except (ValueError, OverflowError, binascii.Error):
        raise refused from None


def next_page(request: Any, cursor: str | None) -> tuple[str | None, dict[str, str]]:
    """The address of the next page, and the headers that name it too."""
    if cursor is None:
        return None, {}
    url = f"{request.path}?{urlencode(request.GET.dict() | {'cursor': cursor})}"
    return url, {"Link": f'<{url}>; rel="next"'}
