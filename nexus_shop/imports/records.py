"""The rows of a CSV file, one after the other, with the line where each begins.

A flaw costs the row that has it: a line that is not UTF-8, a quote that is never closed, too few or too many cells.
After a broken row reading goes on at the very next line. Memory holds one row.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from .errors import FileFacts, FileRefused
from .values import Problem

MAX_LINE: Final = 16 * 1024 * 1024  # bytes of one line
MAX_CELL: Final = 1_000_000  # characters of one cell that is read
MAX_LINES: Final = 5_000  # lines of one row: line breaks inside quotes

NOT_UTF8: Final = "is not UTF-8 text: export the file again as UTF-8"
LONG_LINE: Final = "the line is longer than 16 MB"


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the cells that the format reads, without the space around them, by the format's column names."""

    line: int
    cells: Mapping[str, str]
    headings: Mapping[str, str]  # the format's column name -> the heading in this file

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def problem(self, column: str, reason: str, *, is_error: bool = True) -> Problem:
        """A problem of this row; the column is named as this file names it."""
        return Problem(self.line, self.headings.get(column, column), reason, is_error)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    flaw: str


class _Lines:
    """Lines of a binary file as text; those of a broken row but its first can be put back."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._waiting: deque[_Line] = deque()
        self._number = 0

    def next(self) -> _Line | None:
        if self._waiting:
            return self._waiting.popleft()
        raw = self._source.readline(MAX_LINE)
        if not raw:
            return None
        if self._number == 0:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        self._number += 1
        if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            self._skip_line()
            return _Line(self._number, "\n", LONG_LINE)
        try:
            return _Line(self._number, raw.decode(), "")
        except UnicodeDecodeError:
            return _Line(self._number, raw.decode(errors="replace"), f"the line {NOT_UTF8}")

    def put_back(self, lines: list[_Line]) -> None:
        self._waiting.extendleft(reversed(lines))

    def _skip_line(self) -> None:
        while (rest := self._source.readline(MAX_LINE)) and not rest.endswith(b"\n"):
            pass


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one row, and its flaw if it has one."""

    line: int
    cells: list[str]
    flaw: str


def read_records(
    source: BinaryIO, *, columns: Mapping[str, str], required: frozenset[str]
) -> Iterator[Record | Problem]:
    """Every row after the header, or the problem that it has.

    `columns` maps headings in lower case to column names; of the headings that it knows each may come once. A row
    with nothing in its cells is passed over. Raises FileRefused where the header lacks a `required` column.
    """
    lines = _Lines(source)
    before = csv.field_size_limit(MAX_LINE)
    try:
        width, places = _header(lines, columns, required)
        headings = {name: heading for _, name, heading in places}
        while (row := _next_row(lines, width)) is not None:
            if row.flaw:
                yield Problem(row.line, "", row.flaw, is_error=True)
            elif any(map(str.strip, row.cells)):
                cells = {name: row.cells[index].strip() for index, name, _ in places if row.cells[index]}
                record = Record(row.line, cells, headings)
                yield _flaw_of(record) or record
    finally:
        csv.field_size_limit(before)


def ignored_headings(source: BinaryIO, columns: Mapping[str, str]) -> list[str]:
    """The headings of the file that the format does not read."""
    row = _next_row(_Lines(source), None)
    return [heading for heading in map(str.strip, row.cells if row else []) if heading.lower() not in columns]


def _header(
    lines: _Lines, columns: Mapping[str, str], required: frozenset[str]
) -> tuple[int, list[tuple[int, str, str]]]:
    """How many cells a row has, and (place, column name, heading) of those that are read."""
    row = _next_row(lines, None)
    if row is None or not any(row.cells):
        raise FileRefused(FileFacts("the file is empty" if row is None else row.flaw or "the first line is empty"))
    if row.flaw or any("\0" in cell for cell in row.cells):
        raise FileRefused(FileFacts(f"the header {NOT_UTF8}"))
    headings = [heading.strip() for heading in row.cells]
    places: dict[str, tuple[int, str, str]] = {}
    for index, heading in enumerate(headings):
        name = columns.get(heading.lower())
        if name is None:
            continue
        if name in places and places[name][2].lower() == heading.lower():
            raise FileRefused(FileFacts(f"the header has the column {heading} twice"))
        if name not in places or heading.lower() == name.lower():
            places[name] = (index, name, heading)
    if missing := sorted(required - set(places)):
        found = ", ".join(headings)[:200]
        raise FileRefused(FileFacts(f"the header has no column {', '.join(missing)}; it has: {found}"))
    return len(headings), list(places.values())


def _next_row(lines: _Lines, width: int | None) -> _Row | None:
    """The next row. Where the CSV itself is broken only the first line is given up: the second is read anew."""
    taken: list[_Line] = []
    cells: list[str] = []
    broken = ""
    try:
        cells = next(csv.reader(_taking(lines, taken), strict=True), [])
    except csv.Error as error:
        broken = _reason_of(error)
    if not taken:
        return None
    if not broken and width is not None and cells and len(cells) != width:
        broken = f"the row has {len(cells)} cells, the header has {width}"
    flaw = next((line.flaw for line in taken if line.flaw), "")
    if broken:
        lines.put_back(taken[1:])
        return _Row(taken[0].number, [], taken[0].flaw or broken)
    return _Row(taken[0].number, cells, flaw)


def _taking(lines: _Lines, taken: list[_Line]) -> Iterator[str]:
    size = 0
    while len(taken) < MAX_LINES and size < MAX_LINE and (line := lines.next()) is not None:
        taken.append(line)
        size += len(line.text)
        yield line.text


def _reason_of(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "a quote is opened here and not closed"
    return f"this is not CSV: {error}"


def _flaw_of(record: Record) -> Problem | None:
    for name, cell in record.cells.items():
        if "\0" in cell:
            return record.problem(name, "the cell holds a NUL character")
        if len(cell) > MAX_CELL:
            return record.problem(name, f"the cell has {len(cell)} characters, {MAX_CELL} are allowed")
    return None
