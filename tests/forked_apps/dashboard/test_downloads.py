"""Cells of downloads."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from forked_apps.dashboard.downloads import SafeWriter, no_formula


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1"])
def test_formula_becomes_a_text(text: str) -> None:
    assert no_formula(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Ann", "", "-", "a=b", None, -5, Decimal("-5.00"), -0.5])
def test_what_is_no_formula_stays(value: Any) -> None:
    assert no_formula(value) == value


def test_writer_looks_at_every_cell_also_at_things() -> None:
    class Named:
        def __str__(self) -> str:
            return "=named"

    file = StringIO()
    SafeWriter(open_file=file).writerow(["=a", Named(), Decimal("-1.50")])
    assert file.getvalue().lstrip("\ufeff") == "'=a,'=named,-1.50\r\n"
