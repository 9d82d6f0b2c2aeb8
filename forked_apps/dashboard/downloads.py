"""Tables that staff download and open in a spreadsheet."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from oscar.core.compat import UnicodeCSVWriter

STARTS_OF_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def no_formula(value: Any) -> Any:
    """The value of a cell; a text that a spreadsheet would compute is marked as text. Customers choose their names."""
    if value is None or isinstance(value, int | float | Decimal):
        return value
    text = str(value)
    return f"'{text}" if len(text) > 1 and text.startswith(STARTS_OF_FORMULAS) else value


class SafeWriter(UnicodeCSVWriter):
    """Oscar 4.2.1 writes names as they are."""

    def writerow(self, row: Iterable[Any]) -> None:
        """Write one row without formulas."""
        super().writerow([no_formula(value) for value in row])
