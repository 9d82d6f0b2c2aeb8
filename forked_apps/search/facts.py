"""What lists filter by that stands in no column of the product. Pure: rows in, values out."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .sources import AttributeRow, ProductRow

MAX_VALUE: Final = 100  # characters; a longer text is no filter
# Types whose values are compared by what they say, not by how they are written.
NUMBERS: Final = frozenset({"integer", "float"})
# Types whose values nobody would choose from.
UNCHOSEN: Final = frozenset({"richtext", "file", "image", "entity"})


def attribute_tokens(row: ProductRow, rows: Mapping[int, ProductRow]) -> list[str]:
    """`code=value` of the product's attributes: a parent's with its public variants', a variant's with its parent's.

    Of a number `code#value`, the value in its shortest form.
    """
    relatives = [rows[pk] for pk in row.children if rows[pk].is_public]
    if row.parent_id is not None and row.parent_id in rows:
        relatives.append(rows[row.parent_id])
    found = {token for each in (row, *relatives) for token in _tokens(each.attributes)}
    return sorted(found)


def asked_tokens(code: str, value: str) -> list[str]:
    """The tokens that fit a value that is asked for: itself and, where it can be one, the number (`5.0` is `5`)."""
    number = _plain(value)
    return [f"{code}={value}"] if number is None else [f"{code}={value}", f"{code}#{number}"]


def _tokens(attributes: Iterable[AttributeRow]) -> Iterable[str]:
    for attribute in attributes:
        if attribute.type in UNCHOSEN or attribute.value is None:
            continue
        values = attribute.value if isinstance(attribute.value, list) else [attribute.value]
        for value in values:
            text = _text(value)
            number = _plain(text) if attribute.type in NUMBERS else None
            if number is not None:
                yield f"{attribute.code}#{number}"
            elif text and len(text) <= MAX_VALUE:
                yield f"{attribute.code}={text}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")  # as the product shows it
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _plain(text: str) -> str | None:
    """The shortest text of a number; None of any other text."""
    try:
        number = Decimal(text) if text.isascii() and len(text) <= MAX_VALUE else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_VALUE:
        return None
    return f"{number.normalize():f}" if number else "0"
