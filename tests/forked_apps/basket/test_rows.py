"""Rows of SKU and quantity."""

import pytest

from forked_apps.basket.rows import Row, rows_of_csv


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("A,2", [Row(1, "A", 2, pointer="/csv")]),
        ("sku\tquantity\nA\t2\n", [Row(1, "A", 2, pointer="/csv")]),
        ("Quantity;SKU\n2;A", [Row(1, "A", 2, pointer="/csv")]),
        ("A\n\n ,\nB", [Row(1, "A", 1, pointer="/csv"), Row(2, "B", 1, pointer="/csv")]),
        ('"A, B";3', [Row(1, "A, B", 3, pointer="/csv")]),
        (" A , 2 ", [Row(1, "A", 2, pointer="/csv")]),
        ("A,1e3", [Row(1, "A", pointer="/csv", fault="invalid_quantity")]),
        ("A,100001", [Row(1, "A", pointer="/csv", fault="invalid_quantity")]),
        ("A,1,1", [Row(1, "A", pointer="/csv", fault="invalid_row")]),
        (",1\n", [Row(1, "", pointer="/csv", fault="invalid_row")]),
    ],
)
def test_rows_of_csv(text: str, rows: list[Row]) -> None:
    assert rows_of_csv(text, pointer="/csv") == rows


@pytest.mark.parametrize("text", ["", "\n", "sku", "sku,sku\nA,B", "sku,colour\nA,red", '"A', "A\n" * 101])
def test_text_without_rows(text: str) -> None:
    with pytest.raises(ValueError, match=r"rows|columns|unreadable"):
        rows_of_csv(text, pointer="/csv")
