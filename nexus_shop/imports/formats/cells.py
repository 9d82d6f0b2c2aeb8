"""Read the cells of one row: what does not fit becomes a problem of the row, never an exception."""

import re
from decimal import Decimal
from typing import Final

from nexus_shop.core.money import fits, round_money
from nexus_shop.imports.records import Record
from nexus_shop.imports.values import Problem

AMOUNT: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{0,20})?")
WHOLE: Final = re.compile(r"-?[0-9]{1,20}")
MAX_AMOUNT: Final = Decimal("9999999999.99")  # what a stock record holds
MAX_QUANTITY: Final = 2**31 - 1
FLAGS: Final = {"true": True, "false": False}


class Cells:
    """The cells of one record, with the problems met so far."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.problems: list[Problem] = []

    @property
    def is_refused(self) -> bool:
        """Whether one of the cells read so far keeps the row out."""
        return any(problem.is_error for problem in self.problems)

    def refuse(self, column: str, reason: str) -> None:
        """Keep the row out."""
        self.problems.append(self.record.problem(column, reason))

    def warn(self, column: str, reason: str) -> None:
        """Say something about the row, which is loaded."""
        self.problems.append(self.record.problem(column, reason, is_error=False))

    def text(self, column: str, limit: int) -> str:
        """The text of the cell, which may have so many characters."""
        cell = self.record[column]
        if len(cell) > limit:
            self.refuse(column, f"{len(cell)} characters, {limit} are allowed")
        return cell

    def amount(self, column: str, currency: str) -> Decimal | None:
        """An amount of money to the currency's digits; None for an empty cell."""
        cell = self.record[column]
        if not cell:
            return None
        if not AMOUNT.fullmatch(cell):
            self.refuse(column, f"{_shown(cell)} is not an amount like 12.50")
            return None
        amount = Decimal(cell)
        if amount < 0:
            self.refuse(column, f"{cell} is negative")
        elif amount > MAX_AMOUNT:
            self.refuse(column, f"{cell} is more than {MAX_AMOUNT}")
        elif not fits(amount, currency):
            self.refuse(column, f"{cell} has more decimals than {currency}")
        else:
            return round_money(amount, currency)
        return None

    def whole(self, column: str) -> int | None:
        """A whole number; None for an empty cell."""
        cell = self.record[column]
        if not cell:
            return None
        if not WHOLE.fullmatch(cell):
            self.refuse(column, f"{_shown(cell)} is not a whole number")
            return None
        number = int(cell)
        if number > MAX_QUANTITY:
            self.refuse(column, f"{cell} is more than {MAX_QUANTITY}")
            return None
        return number

    def flag(self, column: str, *, default: bool) -> bool:
        """True or false, in any case of letters; the default for an empty cell."""
        return self.word(column, FLAGS, default=default)

    def word(self, column: str, known: dict[str, bool], *, default: bool) -> bool:
        """What a known word means; the default for an empty cell."""
        cell = self.record[column]
        if not cell:
            return default
        if cell.lower() not in known:
            self.refuse(column, f"{_shown(cell)} is none of {', '.join(known)}")
        return known.get(cell.lower(), default)


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:40]}…")
