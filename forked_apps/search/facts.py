"""What lists filter by that stands in no column of the product. Pure: rows in, values out."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .sources import AttributeRow, ProductRow

MAX_VALUE: Final = 100  # characters; a longer text is no filter
# Types whose values nobody would choose from.
UNCHOSEN: Final = frozenset({"richtext", "file", "image", "entity"})


def attribute_tokens(row: ProductRow, rows: Mapping[int, ProductRow]) -> list[str]:
    """`code=value` of the product's attributes: a parent's with its public variants', a variant's with its parent's."""
    relatives = [rows[pk] for pk in row.children if rows[pk].is_public]
    if row.parent_id is not None and row.parent_id in rows:
        relatives.append(rows[row.parent_id])
    found = {token for each in (row, *relatives) for token in _tokens(each.attributes)}
    return sorted(found)


def token(code: str, value: str) -> str:
    """An attribute's value as it is compared: numbers by what they say (`5.0` is `5`)."""
    return f"{code}={_plain(value)}"


def _tokens(attributes: Iterable[AttributeRow]) -> Iterable[str]:
    for attribute in attributes:
        if attribute.type in UNCHOSEN or attribute.value is None:
            continue
        values = attribute.value if isinstance(attribute.value, list) else [attribute.value]
        for value in values:
            text = _text(value)
            if text and len(text) <= MAX_VALUE:
                yield token(attribute.code, text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value).strip()


def _plain(text: str) -> str:
    """The shortest text of a number, any other text as it is."""
    try:
        number = Decimal(text) if text.isascii() and len(text) <= MAX_VALUE else None
    except InvalidOperation:
        return text
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_VALUE:
        return text
    return f"{number.normalize():f}" if number else "0"
