"""Cells of a row: what fits, and what is said about the rest."""

from decimal import Decimal

import pytest

from nexus_shop.imports.formats.cells import Cells
from nexus_shop.imports.records import Record
from nexus_shop.imports.values import Problem


def cells_with(text: str) -> Cells:
    return Cells(Record(5, {"A": text}, {"A": "Column A"}))


def refusal(reason: str) -> list[Problem]:
    return [Problem(5, "Column A", reason, is_error=True)]


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12", "GBP", "12.00"),
        ("12.5", "GBP", "12.50"),
        ("12.500", "GBP", "12.50"),
        ("12.", "GBP", "12.00"),
        ("0", "GBP", "0.00"),
        ("9999999999.99", "GBP", "9999999999.99"),
        ("1200.00", "JPY", "1200"),
    ],
)
def test_amount(text: str, currency: str, amount: str) -> None:
    cells = cells_with(text)
    assert str(cells.amount("A", currency)) == amount
    assert cells.problems == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-1", "-1 is negative"),
        ("12.505", "12.505 has more decimals than GBP"),
        ("10000000000", "10000000000 is more than 9999999999.99"),
        ("1,299.00", "'1,299.00' is not an amount like 12.50"),
        ("£5", "'£5' is not an amount like 12.50"),
        ("NaN", "'NaN' is not an amount like 12.50"),
        ("Infinity", "'Infinity' is not an amount like 12.50"),
        ("1e3", "'1e3' is not an amount like 12.50"),
        ("１２", "'１２' is not an amount like 12.50"),
        ("=1+1", "'=1+1' is not an amount like 12.50"),
        ("x" * 50, f"'{'x' * 40}…' is not an amount like 12.50"),
    ],
)
def test_amount_refused(text: str, reason: str) -> None:
    cells = cells_with(text)
    assert cells.amount("A", "GBP") is None
    assert cells.problems == refusal(reason)
    assert cells.is_refused


def test_empty_cells_say_nothing() -> None:
    cells = cells_with("")
    assert (cells.text("A", 5), cells.amount("A", "GBP"), cells.whole("A"), cells.flag("A", default=True)) == (
        "",
        None,
        None,
        True,
    )
    assert cells.problems == []


def test_amount_is_exact() -> None:
    assert cells_with("0.10").amount("A", "GBP") == Decimal("0.10")


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("12", 12), ("-3", -3), ("2147483647", 2147483647)])
def test_whole(text: str, number: int) -> None:
    assert cells_with(text).whole("A") == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.0", "'1.0' is not a whole number"),
        ("ten", "'ten' is not a whole number"),
        ("2147483648", "2147483648 is more than 2147483647"),
    ],
)
def test_whole_refused(text: str, reason: str) -> None:
    cells = cells_with(text)
    assert cells.whole("A") is None
    assert cells.problems == refusal(reason)


def test_flag_in_any_case_of_letters() -> None:
    assert cells_with("TRUE").flag("A", default=False) is True
    assert cells_with("False").flag("A", default=True) is False


def test_flag_of_an_unknown_word_is_refused() -> None:
    cells = cells_with("perhaps")
    cells.flag("A", default=True)
    assert cells.problems == refusal("'perhaps' is none of true, false")


def test_text_that_is_too_long_is_refused() -> None:
    cells = cells_with("abcdef")
    cells.text("A", 5)
    assert cells.problems == refusal("6 characters, 5 are allowed")


def test_warning_does_not_refuse() -> None:
    cells = cells_with("x")
    cells.warn("A", "look")
    assert cells.problems == [Problem(5, "Column A", "look", is_error=False)]
    assert not cells.is_refused
