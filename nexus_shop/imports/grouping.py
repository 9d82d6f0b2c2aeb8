"""Bring the rows of one product together, in bounded memory.

In practice they stand one after the other. A first pass over the file finds the keys that come again later: it marks
what it has seen in a bitmap of fixed size, so that two keys may share a mark, which costs nothing but a detour. The
second pass hands consecutive rows on as they come and sorts the marked ones in files.
"""

import heapq
import json
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from .records import Record
from .values import Problem

MARKS: Final = 2**26  # bits: 8 MB for each of the two bitmaps
CHUNK: Final = 20_000  # rows that are sorted in memory
CHUNK_CHARACTERS: Final = 16_000_000
MAX_ROWS: Final = 2_500  # of one product; Shopify's own limits are 2,048 variants and 250 pictures
MAX_CHARACTERS: Final = 8_000_000  # of the rows of one product

Rows = Iterator[Record | Problem]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one product, in the order of the file. Not `is_whole`: some were too many and left out."""

    key: str
    records: list[Record]
    is_whole: bool


def grouped(read: Callable[[], Rows], key_column: str) -> Iterator[Group | Problem]:
    """Each product's rows together, and what was wrong with rows in between. `read` is called twice."""
    scattered = _scattered(read(), key_column)
    with tempfile.TemporaryDirectory(prefix="nexus-import-") as folder:
        spool = _Spool(Path(folder))
        consecutive = _set_aside(read(), key_column, scattered, spool)
        yield from _groups(consecutive, key_column)
        yield from _groups(spool.records(key_column), key_column)


class _Marks:
    """A set of texts that may answer yes for a text that was not put in."""

    def __init__(self) -> None:
        self._bits = bytearray(MARKS // 8)

    def add(self, text: str) -> None:
        byte, bit = self._place(text)
        self._bits[byte] |= bit

    def __contains__(self, text: str) -> bool:
        byte, bit = self._place(text)
        return bool(self._bits[byte] & bit)

    @staticmethod
    def _place(text: str) -> tuple[int, int]:
        place = zlib.crc32(text.encode()) % MARKS
        return place // 8, 1 << place % 8


def _scattered(rows: Rows, key_column: str) -> _Marks:
    seen, scattered = _Marks(), _Marks()
    records = (row for row in rows if isinstance(row, Record))
    for key, _ in groupby(records, lambda record: record[key_column]):
        (scattered if key in seen else seen).add(key)
    return scattered


def _set_aside(rows: Rows, key_column: str, scattered: _Marks, spool: "_Spool") -> Rows:
    for row in rows:
        if isinstance(row, Record) and row[key_column] in scattered:
            spool.add(row, row[key_column])
        else:
            yield row


def _groups(rows: Rows, key_column: str) -> Iterator[Group | Problem]:
    group: Group | None = None
    size = 0
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        key = row[key_column]
        if not key:
            yield row.problem(key_column, "the cell is empty: it says which product the row belongs to")
            continue
        if group is None or key != group.key:
            if group is not None:
                yield group
            group, size = Group(key, [], is_whole=True), 0
        size += sum(map(len, row.cells.values()))
        if len(group.records) < MAX_ROWS and size <= MAX_CHARACTERS:
            group.records.append(row)
        else:
            group = Group(key, group.records, is_whole=False)
            yield row.problem("", f"a product may have {MAX_ROWS} rows and {MAX_CHARACTERS} characters")
    if group is not None:
        yield group


class _Spool:
    """Rows sorted by key and line, in files of sorted runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._run: list[tuple[str, int, dict[str, str]]] = []
        self._characters = 0
        self._files: list[Path] = []
        self._headings: dict[str, str] = {}

    def add(self, record: Record, key: str) -> None:
        self._headings = dict(record.headings)
        self._run.append((key, record.line, dict(record.cells)))
        self._characters += sum(map(len, record.cells.values()))
        if len(self._run) >= CHUNK or self._characters >= CHUNK_CHARACTERS:
            self._write()

    def records(self, key_column: str) -> Rows:
        """Every row, by key and line."""
        if self._run:
            self._write()
        for _, line, cells in heapq.merge(*map(_entries, self._files)):
            yield Record(line, cells, self._headings)

    def _write(self) -> None:
        path = self._folder / f"{len(self._files)}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in sorted(self._run, key=lambda entry: entry[:2]))
        self._files.append(path)
        self._run, self._characters = [], 0


def _entries(path: Path) -> Iterable[tuple[str, int, dict[str, str]]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            key, number, cells = json.loads(line)
            yield key, number, cells
