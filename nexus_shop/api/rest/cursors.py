"""Lists by cursor: where a page ends, as a text that the client hands back.

Where a list is of what belongs to somebody, the text is sealed: the ids in it would tell how many orders the shop has.
"""

import base64
import binascii
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

from .errors import ApiError

MAX_ID: Final = 2**63
SALT: Final = "nexus_shop.api.rest.cursors"
BLOCK: Final = 32  # texts are filled up to a multiple of it: the length tells nothing of an id


def cursor_of(*words: object) -> str:
    """The place behind an entry, which these words name; none of them has a bar."""
    return base64.urlsafe_b64encode("|".join(map(str, words)).encode()).decode()


def words_of(cursor: str) -> list[str]:
    """The words that `cursor_of` was given. Raises ApiError."""
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
    except (ValueError, binascii.Error):
        raise refused() from None


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESSIV:
    """The same place has the same text as long as the secret is the same."""
    return AESSIV(salted_hmac(SALT, "key", secret=secret, algorithm="sha512").digest())


def sealed(*words: object) -> str:
    """As `cursor_of`, and nobody else can read it."""
    text = "|".join(map(str, words)).encode()
    text = text.ljust(-(-len(text) // BLOCK) * BLOCK)
    return base64.urlsafe_b64encode(_cipher(settings.SECRET_KEY).encrypt(text, None)).decode()


def unsealed(cursor: str) -> list[str]:
    """The words that `sealed` was given. Raises ApiError."""
    try:
        text = _cipher(settings.SECRET_KEY).decrypt(base64.urlsafe_b64decode(cursor.encode()), None)
        return text.decode().rstrip().split("|")
    except (ValueError, binascii.Error, InvalidTag):
        raise refused() from None


def refused() -> ApiError:
    """A cursor that the shop has not handed out."""
    return ApiError("invalid_request", "This cursor is none of ours.", parameter="cursor")


def cursor_text(moment: datetime, *ids: int) -> str:
    """The place behind an entry that a time and ids name, sealed."""
    return sealed(moment.isoformat(), *ids)


def cursor_place(text: str, *, ids: int) -> tuple[Any, ...]:
    """The place that `cursor_text` wrote of a time and so many ids. Raises ApiError."""
    moment, *rest = unsealed(text)
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
