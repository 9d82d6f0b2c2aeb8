"""Oscar's hooks for the forms on offers."""

from typing import Any

from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from oscar.apps.dashboard.offers.forms import BenefitForm as OscarBenefitForm
from oscar.apps.dashboard.offers.forms import ConditionForm as OscarConditionForm
from oscar.apps.dashboard.offers.forms import MetaDataForm, OfferSearchForm
from oscar.apps.dashboard.offers.forms import RestrictionsForm as OscarRestrictionsForm

from forked_apps.dashboard.catalogue.edited import refuse_infinite
from forked_apps.dashboard.dates import WithinCalendar

__all__ = ["MetaDataForm", "OfferSearchForm"]


class RestrictionsForm(WithinCalendar, OscarRestrictionsForm):
    """Oscar 4.2.1 fails on what is no date or no offer, and takes a budget below zero."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["max_discount"].validators.append(MinValueValidator(0))
        self.fields["max_discount"].widget.attrs["min"] = "0"
        refuse_infinite(self.fields)

    def clean(self) -> dict[str, Any]:
        """Oscar's rules, on what can be read."""
        self.refuse_dates()
        data: dict[str, Any] = super(OscarRestrictionsForm, self).clean() or self.cleaned_data
        start, end = data.get("start_datetime"), data.get("end_datetime")
        if start and end and end < start:
            self.add_error("end_datetime", _("The end date must be after the start date"))
        if data.get("exclusive") and data.get("combinations"):
            self.add_error("combinations", _("Exclusive offers cannot be combined"))
        return data


class _ReadableOnly:
    """Oscar 4.2.1 takes what cannot be read for what is missing, and says that too, or fails."""

    errors: Any
    cleaned_data: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        """Oscar's rules, where everything could be read."""
        if self.errors:
            return self.cleaned_data
        data: dict[str, Any] = super().clean()  # type: ignore[misc]  # the form's
        return data

    def _post_clean(self) -> None:
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]  # the form's


class ConditionForm(_ReadableOnly, OscarConditionForm):
    """What has to be bought."""


class BenefitForm(_ReadableOnly, OscarBenefitForm):
    """What is given."""
