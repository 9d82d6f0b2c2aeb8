"""Dates that staff may ask for."""

from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.forms import DateField, DateTimeField
from django.utils.translation import gettext as _

FIRST: Final = date(1900, 1, 1)
LAST: Final = date(2999, 12, 31)


def check_within_calendar(value: date) -> None:
    """Raise ValidationError for a date, or a moment, that nobody can mean."""
    day = value.date() if isinstance(value, datetime) else value
    if not FIRST <= day <= LAST:
        raise ValidationError(_("Dates go from 1900 to 2999."), code="out_of_range")


class WithinCalendar:
    """Oscar 4.2.1 adds a day, or a time zone, to any date: the first and the last of Python's calendar overflow."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, DateField | DateTimeField):
                field.validators = [*field.validators, check_within_calendar]
