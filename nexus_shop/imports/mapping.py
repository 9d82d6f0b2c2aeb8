"""Files whose products are a JSON list: a small TOML file says which of our columns is which of their fields.

The columns are those of the Shopify format. docs/howto/import-products.md has an example.
"""

import gzip
import html
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from .errors import FileFacts, FileRefused
from .formats.base import Format
from .formats.shopify import SHOPIFY
from .records import Record
from .values import Parsed, Problem

CATEGORY: Final = "Category"  # a column of our own: the names of the categories, root first
SEPARATOR: Final = "\x1f"  # between them in the cell
MAX_FILE: Final = 256 * 1024 * 1024
MAX_DEPTH: Final = 10
MAX_NAME: Final = 255
GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a column comes from: a field, or the group of a pattern in it; a plain text becomes HTML.

    `has_entities`: the field is written as HTML is, though it has no tags (`&#174;`).
    """

    field: str
    pattern: re.Pattern[str] | None = None
    prefix: str = ""
    is_text: bool = False
    has_entities: bool = False

    def cell(self, entry: Mapping[str, Any]) -> str:
        """The text of the cell; empty where the entry has none."""
        value = entry.get(self.field)
        if isinstance(value, list):
            return SEPARATOR.join(str(part) for part in value if part is not None)
        text = "" if value is None else str(value).strip()
        if self.pattern is not None:
            found = self.pattern.search(text)
            text = found[1] if found else ""
        if self.has_entities:
            text = html.unescape(text).strip()
        if self.is_text and text:
            text = "".join(f"<p>{html.escape(part)}</p>" for part in text.splitlines() if part.strip())
        return f"{self.prefix}{text}" if text else ""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """What a mapping file says. `name` begins the code of each product, and so tells sources apart."""

    name: str
    columns: Mapping[str, Source]
    constants: Mapping[str, str]

    def layout(self) -> Format:
        """The format of the file."""
        known = {*SHOPIFY.columns.values(), CATEGORY}
        if strange := sorted({*self.columns, *self.constants} - known):
            raise FileRefused(FileFacts(f"the mapping names columns that there are not: {', '.join(strange)}"))
        if missing := sorted(SHOPIFY.required - {*self.columns, *self.constants}):
            raise FileRefused(FileFacts(f"the mapping has no column {', '.join(missing)}"))
        headings = {name: name for name in (*self.columns, *self.constants)}
        return replace(
            SHOPIFY,
            name=self.name,
            columns={source.field.lower(): name for name, source in self.columns.items()},
            parse=partial(_parse, self.name),
            read=partial(_records, self, headings),
            ignored=partial(_ignored, frozenset(source.field for source in self.columns.values())),
        )


def load_mapping(path: Path) -> FieldMap:
    """The mapping of a TOML file. Raises FileRefused."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        columns = {
            name: Source(
                field=source["field"],
                pattern=re.compile(source["pattern"]) if "pattern" in source else None,
                prefix=source.get("prefix", ""),
                is_text=source.get("is_text", False),
                has_entities=source.get("has_entities", False),
            )
            for name, source in said["columns"].items()
        }
        return FieldMap(re.sub(r"[^a-z0-9-]", "", said["name"]), columns, said.get("constants", {}))
    except OSError as error:
        raise FileRefused(FileFacts(f"the mapping cannot be read: {error.strerror}")) from None
    except (ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        raise FileRefused(FileFacts(f"the mapping is not one: {error}")) from None


def read_entries(source: BinaryIO) -> list[Any]:
    """The JSON list of a file, which may be gzipped. Raises FileRefused."""
    try:
        opened = gzip.GzipFile(fileobj=source) if source.peek(2)[:2] == GZIP else source  # type: ignore[attr-defined]
        content = opened.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise FileRefused(FileFacts("a JSON file may have 256 MB"))
        entries = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError, EOFError, OSError) as error:
        raise FileRefused(FileFacts(f"this is not JSON: {error}")) from None
    if not isinstance(entries, list):
        raise FileRefused(FileFacts("this is not a list of things"))
    return entries


def category_paths(source: BinaryIO) -> list[tuple[str, ...]]:
    """The paths of names of a list of categories, `{"path": [{"name"}, …]}`, ancestors first, each once.

    One without a name in its path is left out. Raises FileRefused.
    """
    paths: dict[tuple[str, ...], None] = {}
    for entry in read_entries(source):
        names = _names(entry.get("path")) if isinstance(entry, dict) else ()
        if len(names) <= MAX_DEPTH:
            paths.update(dict.fromkeys(names[: depth + 1] for depth in range(len(names))))
    return list(paths)


def _names(steps: Any) -> tuple[str, ...]:
    """The names of the steps; none where one has none."""
    found = [step.get("name") if isinstance(step, dict) else None for step in steps] if isinstance(steps, list) else []
    names = tuple(name for name in found if isinstance(name, str) and 0 < len(name) <= MAX_NAME and "\0" not in name)
    return names if len(names) == len(found) else ()


def _records(mapping: FieldMap, headings: Mapping[str, str], source: BinaryIO) -> Iterator[Record | Problem]:
    for number, entry in enumerate(read_entries(source), start=1):
        if not isinstance(entry, dict):
            yield Problem(number, "", "this is not an object", is_error=True)
            continue
        cells = {name: source.cell(entry) for name, source in mapping.columns.items()} | dict(mapping.constants)
        record = Record(number, {name: cell for name, cell in cells.items() if cell}, headings)
        broken = next((name for name, cell in record.cells.items() if "\0" in cell), None)
        yield record.problem(broken, "the text holds a NUL character") if broken else record


def _ignored(known: frozenset[str], source: BinaryIO) -> list[str]:
    first = next((entry for entry in read_entries(source) if isinstance(entry, dict)), {})
    return sorted(set(first) - known)


def _parse(name: str, records: Sequence[Record], currency: str, is_whole: bool) -> Parsed:
    """As Shopify's rows, with the code of this source and the path of categories."""
    parsed = SHOPIFY.parse(records, currency, is_whole)
    product = parsed.product
    if product is None:
        return parsed
    path = tuple(part[:MAX_NAME] for part in records[0][CATEGORY].split(SEPARATOR) if part)[:MAX_DEPTH]
    code = f"{name}:{product.code.partition(':')[2]}"
    return Parsed(replace(product, code=code, category_path=path), parsed.problems)
