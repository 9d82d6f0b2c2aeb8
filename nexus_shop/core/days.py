"""The days that a shop plans with."""

from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

FIRST: Final = date(1900, 1, 1)
LAST: Final = date(2999, 12, 31)
OUTSIDE: Final = _("Dates go from 1900 to 2999.")


def is_within_calendar(value: date) -> bool:
    """Whether somebody can mean the date, or the moment: days may be added to it, and time zones."""
    day = value.date() if isinstance(value, datetime) else value
    return FIRST <= day <= LAST
