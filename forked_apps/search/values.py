"""What the values of attributes are as texts: one text for lists to filter by and for people to read. Pure."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

MAX_VALUE: Final = 100  # characters; a longer text is no filter
# Types whose values are compared by what they say, not by how they are written.
NUMBERS: Final = frozenset({"integer", "float"})


def text_of(value: Any) -> str:
    """A value as a text that can be asked for."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")  # as the product shows it
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def shortest(text: str) -> str | None:
    """The shortest text of a number; None of any other text."""
    try:
        number = Decimal(text) if text.isascii() and len(text) <= MAX_VALUE else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_VALUE:
        return None
    return f"{number.normalize():f}" if number else "0"


def displayed(kind: str, value: Any) -> str:
    """What people read for the value of an attribute of that type; of a file its address, of yes and no an English word
    that the reader's language stands in for.
    """
    if value is None:
        return ""
    if kind == "multi_option":
        return ", ".join(value)
    if kind == "boolean":
        return "Yes" if value else "No"
    text = text_of(value)
    return (shortest(text) if kind in NUMBERS else None) or text
