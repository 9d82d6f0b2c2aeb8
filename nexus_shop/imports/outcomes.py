"""What became of the rows of one product."""

from dataclasses import dataclass, field
from typing import Final

from .errors import Refusal

UNCHANGED: Final = "unchanged"
UPDATED: Final = "updated"
CREATED: Final = "created"
RANKS: Final = (UNCHANGED, UPDATED, CREATED)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that the merchant should know about a row that was loaded; `field` as in `values`."""

    line: int
    field: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """Line -> what was done, the rows that a rule stood against, and what else there is to say."""

    is_new: bool = False
    results: dict[int, str] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def mark(self, line: int, result: str) -> None:
        """A row that says several things has the strongest of their results."""
        self.results[line] = max(result, self.results.get(line, UNCHANGED), key=RANKS.index)

    def remark(self, line: int, field: str, reason: str) -> None:
        """Say something about a row."""
        self.remarks.append(Remark(line, field, reason))
