"""Rows of SKU and quantity, as buyers paste them. Pure."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MAX_ROWS: Final = 100
MAX_QUANTITY: Final = 100_000
COLUMNS: Final = ("sku", "quantity")
_DIGITS: Final = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts from 1, the header left out; `fault` is the code of what cannot be read of it."""

    number: int
    sku: str
    quantity: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    pointer: str = ""
    fault: str = ""


def rows_of_csv(text: str, *, pointer: str) -> list[Row]:
    """The rows of a text with commas, semicolons or tabs; its first line may name the columns.

    Without a quantity it is one. Raises ValueError for a text with no row, with too many, or with other columns.
    """
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip(" \t,;")]
    if not lines:
        raise ValueError("no rows")
    separator = max(";\t,", key=lines[0].count)
    try:
        cells = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator, strict=True)]
    except csv.Error as unreadable:
        raise ValueError("unreadable") from unreadable
    columns: Sequence[str] = COLUMNS
    if "sku" in (names := [name.lower() for name in cells[0]]):
        columns, cells = names, cells[1:]
    if not set(columns) <= set(COLUMNS) or len(set(columns)) < len(columns):
        raise ValueError("unknown columns")
    if not 0 < len(cells) <= MAX_ROWS:
        raise ValueError("too many rows")
    return [_row(number, columns, row, pointer) for number, row in enumerate(cells, 1)]


def _row(number: int, columns: Sequence[str], cells: Sequence[str], pointer: str) -> Row:
    values = dict(zip(columns, cells, strict=False))
    sku, quantity = values.get("sku", ""), values.get("quantity") or "1"
    if len(cells) > len(columns) or not sku:
        return Row(number, sku[:64], pointer=pointer, fault="invalid_row")
    if not _DIGITS.fullmatch(quantity) or not 0 < int(quantity) <= MAX_QUANTITY:
        return Row(number, sku[:64], pointer=pointer, fault="invalid_quantity")
    return Row(number, sku, int(quantity), pointer=pointer)
