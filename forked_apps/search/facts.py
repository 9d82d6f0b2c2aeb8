"""What lists filter by that stands in no column of the product. Pure: rows in, values out."""

from collections.abc import Iterable, Mapping
from typing import Final

from .sources import AttributeRow, ProductRow
from .values import MAX_VALUE, NUMBERS, shortest, text_of

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
    number = shortest(value)
    return [f"{code}={value}"] if number is None else [f"{code}={value}", f"{code}#{number}"]


def _tokens(attributes: Iterable[AttributeRow]) -> Iterable[str]:
    for attribute in attributes:
        if attribute.type in UNCHOSEN or attribute.value is None:
            continue
        values = attribute.value if isinstance(attribute.value, list) else [attribute.value]
        for value in values:
            text = text_of(value)
            number = shortest(text) if attribute.type in NUMBERS else None
            if number is not None:
                yield f"{attribute.code}#{number}"
            elif text and len(text) <= MAX_VALUE:
                yield f"{attribute.code}={text}"
