"""Rows of a CSV file, whatever is wrong with some of them."""

import csv
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus_shop.imports import records
from nexus_shop.imports.errors import FileRefused
from nexus_shop.imports.records import Record, ignored_headings, read_records
from nexus_shop.imports.values import Problem

COLUMNS = {"name": "Name", "product name": "Name", "price": "Price"}
REQUIRED = frozenset({"Name"})


def read(content: bytes) -> list[tuple[int, dict[str, str]] | Problem]:
    found = read_records(BytesIO(content), columns=COLUMNS, required=REQUIRED)
    return [(row.line, dict(row.cells)) if isinstance(row, Record) else row for row in found]


def reason_of(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read(content)
    return str(refused.value.details()["reason"])


def test_records_have_the_line_where_they_begin() -> None:
    assert read(b'Name,Price\nA,1\n"B\n\nb",2\n\nC,\n') == [
        (2, {"Name": "A", "Price": "1"}),
        (3, {"Name": "B\n\nb", "Price": "2"}),
        (7, {"Name": "C"}),
    ]


def test_records_with_byte_order_mark_and_windows_line_ends() -> None:
    assert read(b"\xef\xbb\xbfName,Price\r\n A ,1\r\n") == [(2, {"Name": "A", "Price": "1"})]


def test_records_with_other_headings_and_unread_columns() -> None:
    assert read("Colour,PRODUCT NAME\nréd,A\n".encode()) == [(2, {"Name": "A"})]


def test_record_names_columns_as_the_file_does() -> None:
    row = next(read_records(BytesIO(b"product name\nA\n"), columns=COLUMNS, required=REQUIRED))
    assert isinstance(row, Record)
    assert row.problem("Name", "bad") == Problem(2, "product name", "bad", is_error=True)
    assert row["Price"] == ""


def test_heading_that_comes_in_both_spellings_is_read_once() -> None:
    assert read(b"product name,Name\nA,B\n") == [(2, {"Name": "B"})]
    assert read(b"Name,product name\nA,B\n") == [(2, {"Name": "A"})]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the first line is empty"),
        (b"Title;Price\nA;1\n", "the header has no column Name; it has: Title;Price"),
        (b"Name,Price,name\n", "the header has the column name twice"),
        (b"N\xe4me\n", "the header is not UTF-8 text: export the file again as UTF-8"),
        ("Name,Price\n".encode("utf-16"), "the header is not UTF-8 text: export the file again as UTF-8"),
        (b"PK\x03\x04\x00\x00", "the header is not UTF-8 text: export the file again as UTF-8"),
        (b'"Name', "a quote is opened here and not closed"),
    ],
)
def test_file_refused(content: bytes, reason: str) -> None:
    assert reason_of(content) == reason


def test_line_in_another_encoding_costs_its_row() -> None:
    assert read(b"Name,Price\nA,1\nB\xe4r,2\nC,3\n") == [
        (2, {"Name": "A", "Price": "1"}),
        Problem(3, "", "the line is not UTF-8 text: export the file again as UTF-8", is_error=True),
        (4, {"Name": "C", "Price": "3"}),
    ]


def test_unclosed_quote_costs_its_row() -> None:
    assert read(b'Name,Price\n"A,1\nB,2\nC,3\n') == [
        Problem(2, "", "a quote is opened here and not closed", is_error=True),
        (3, {"Name": "B", "Price": "2"}),
        (4, {"Name": "C", "Price": "3"}),
    ]


def test_quote_that_closes_in_a_later_row_costs_its_row() -> None:
    assert read(b'Name,Price\n"A,1\nB,2\n"C",3\n') == [
        Problem(2, "", "this is not CSV: ',' expected after '\"'", is_error=True),
        (3, {"Name": "B", "Price": "2"}),
        (4, {"Name": "C", "Price": "3"}),
    ]


def test_row_with_too_few_or_too_many_cells() -> None:
    assert read(b"Name,Price\nA\nB,2,3\nC,3\n") == [
        Problem(2, "", "the row has 1 cells, the header has 2", is_error=True),
        Problem(3, "", "the row has 3 cells, the header has 2", is_error=True),
        (4, {"Name": "C", "Price": "3"}),
    ]


def test_nul_character_costs_its_row() -> None:
    assert read(b"Name,Price\nA\0,1\nB,2\n") == [
        Problem(2, "Name", "the cell holds a NUL character", is_error=True),
        (3, {"Name": "B", "Price": "2"}),
    ]


def test_line_of_five_megabytes_costs_its_row() -> None:
    found = read(b"Name,Price\nA,1\n" + b"x" * 5_000_000 + b",1\nB,2\n")
    assert found == [
        (2, {"Name": "A", "Price": "1"}),
        Problem(3, "Name", "the cell has 5000000 characters, 1000000 are allowed", is_error=True),
        (4, {"Name": "B", "Price": "2"}),
    ]


def test_line_beyond_the_limit_is_passed_over_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_LINE", 1000)
    found = read(b"Name,Price\nA,1\n" + b"x" * 5_000 + b",1\nB,2\n")
    assert found == [
        (2, {"Name": "A", "Price": "1"}),
        Problem(3, "", "the line is longer than 16 MB", is_error=True),
        (4, {"Name": "B", "Price": "2"}),
    ]


def test_row_of_endless_lines_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_LINES", 3)
    assert read(b'Name,Price\n"A\n\n\n\n",1\nB,2\n')[-1] == (7, {"Name": "B", "Price": "2"})


def test_field_limit_of_the_process_is_left_as_it_was() -> None:
    before = csv.field_size_limit()
    read(b"Name\nA\n")
    assert csv.field_size_limit() == before


def test_ignored_headings() -> None:
    assert ignored_headings(BytesIO(b"Name, Colour ,price\nA,B,C\n"), COLUMNS) == ["Colour"]


@given(st.binary(max_size=300))
def test_any_bytes_after_the_header_are_rows_or_problems(content: bytes) -> None:
    for row in read_records(BytesIO(b"Name,Price\n" + content), columns=COLUMNS, required=REQUIRED):
        assert isinstance(row, Record | Problem)
