"""Addresses of pages, as staff name them: whole ones on the web, or paths of the shop."""

import re
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

NO_ADDRESS: Final = _("An address is a path like /mugs/, or a whole one that begins with http:// or https://.")
_PLAIN: Final = re.compile(r"(https?://|/(?!/))[^\s\\<>\"\x00-\x1f\x7f]*")
_WHOLE: Final = URLValidator(schemes=["http", "https"])


def is_page_address(text: str) -> bool:
    """Whether the text is a path, or an address with a host that can be one and without a login."""
    if not _PLAIN.fullmatch(text):
        return False
    if text.startswith("/"):
        return True
    try:
        _WHOLE(text)
        parts, port = urlsplit(text), urlsplit(text).port
    except (ValidationError, ValueError):  # the latter: a port that is none
        return False
    return port != 0 and "@" not in parts.netloc


def validate_page_address(text: str) -> None:
    """For forms: raises ValidationError."""
    if not is_page_address(text):
        raise ValidationError(NO_ADDRESS, code="invalid")
