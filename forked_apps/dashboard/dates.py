"""Dates that staff may ask for."""

from collections.abc import Collection
from datetime import date
from typing import Any

from nexus_shop.core.days import OUTSIDE, is_within_calendar


class WithinCalendar:
    """Oscar 4.2.1 adds a day, or a time zone, to any date: the first and the last of Python's calendar overflow.

    What was not edited is not judged: it may have come by another door, and is not written.
    """

    #: Fields that may have any date: whoever takes their values judges these.
    any_date: Collection[str] = frozenset()

    fields: dict[str, Any]
    cleaned_data: dict[str, Any]
    changed_data: list[str]

    def clean(self) -> dict[str, Any]:
        """Refuse dates, and moments, that nobody can mean; the rest is the form's."""
        self.refuse_dates()
        cleaned: dict[str, Any] | None = super().clean()  # type: ignore[misc]  # the form's
        return self.cleaned_data if cleaned is None else cleaned

    def refuse_dates(self) -> None:
        """Refuse those outside the calendar at their fields."""
        for name in self.changed_data:
            value = self.cleaned_data.get(name)
            if isinstance(value, date) and name not in self.any_date and not is_within_calendar(value):
                self.add_error(name, OUTSIDE)  # type: ignore[attr-defined]  # the form's
