"""What a format is: which columns it reads, which rows belong together, what they mean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from nexus_shop.imports.records import Record
from nexus_shop.imports.values import Parsed, Problem


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of export. Pure: text in, plain values and problems out."""

    name: str
    columns: Mapping[str, str]  # heading in lower case -> column name
    required: frozenset[str]
    key: str  # the column whose cell is the same in all rows of a product
    fields: Mapping[str, str]  # field of SourceProduct or SourceVariant -> the column that it comes from
    parse: Callable[[Sequence[Record], str, bool], Parsed]  # rows of one product, currency, whether these are all
    # Of a file that is no CSV: its rows, and what of it is not taken over
    read: Callable[[BinaryIO], Iterator[Record | Problem]] | None = None
    ignored: Callable[[BinaryIO], list[str]] | None = None
