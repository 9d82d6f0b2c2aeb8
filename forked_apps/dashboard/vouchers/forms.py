"""Oscar's hooks for the forms on vouchers."""

from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from oscar.apps.dashboard.vouchers.forms import VoucherForm as OscarVoucherForm
from oscar.apps.dashboard.vouchers.forms import VoucherSearchForm, VoucherSetSearchForm
from oscar.apps.dashboard.vouchers.forms import VoucherSetForm as OscarVoucherSetForm

from forked_apps.dashboard.dates import WithinCalendar
from forked_apps.voucher.models import Voucher, VoucherSet

from .operations import LONGEST, name_in, save_set, shortest_code

__all__ = ["VoucherSearchForm", "VoucherSetSearchForm"]

MOST: Final = 10_000  # vouchers of one set


class VoucherForm(WithinCalendar, OscarVoucherForm):
    """A voucher. Oscar 4.2.1 fails on the ends of the calendar."""


class VoucherSetForm(WithinCalendar, OscarVoucherSetForm):
    """Oscar 4.2.1 seeks codes for ever where all of a length are taken, takes any number and length, and makes the
    vouchers one by one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.instance.pk is None
        self.had = 0 if is_new else self.instance.count
        _bound(self.fields["count"], 1 if is_new else min(1, self.had), max(MOST, self.had))
        _bound(self.fields["code_length"], None, LONGEST)

    def clean(self) -> dict[str, Any]:
        """Codes that are hard to guess, and names that no voucher outside of the set has."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        count, length, name = (data.get(field) for field in ("count", "code_length", "name"))
        if count is None:
            return data
        if length is not None and count > self.had and length < (least := shortest_code(count)):
            text = _("Codes this short are used up or guessed: take at least %d characters.")
            self.add_error("code_length", text % least)
        if name:
            names = [name_in(name, place=place) for place in range(1, count + 1)]
            taken = Voucher.objects.filter(name__in=names)
            if self.instance.pk is not None:
                taken = taken.exclude(voucher_set=self.instance.pk)
            if (clash := taken.values_list("name", flat=True).first()) is not None:
                self.add_error("name", _("A voucher of this name exists already: %s.") % clash)
        return data

    def save(self, commit: bool = True) -> VoucherSet:
        """Write the set and its vouchers."""
        if not commit:
            return self.instance
        return save_set(self.instance, usage=self.cleaned_data["usage"], offers=list(self.cleaned_data["offers"]))


def _bound(field: forms.Field, least: int | None, most: int) -> None:
    """Let a field take no less and no more, in the browser too."""
    field.validators = [*field.validators, MaxValueValidator(most)]
    field.widget.attrs["max"] = most
    if least is not None:
        field.validators.append(MinValueValidator(least))
        field.widget.attrs["min"] = least
