"""What staff ask for and say about stock."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forked_apps.dashboard.catalogue.edited import check_words
from forked_apps.dashboard.dates import WithinCalendar
from forked_apps.partner.models import Partner, StockMovement
from forked_apps.partner.operations import MAX_FIGURE

BY_HAND = [choice for choice in StockMovement.Kind.choices if choice[0] not in {"initial", "shipment"}]
FIELD = {"class": "form-control"}
SMALL = {"class": "form-control form-control-sm"}


class _SearchForm(WithinCalendar, forms.Form):
    """Filters by SKU; a senseless question is none."""

    sku = forms.CharField(label=_("SKU"), max_length=64, required=False, widget=forms.TextInput(attrs=FIELD))

    def wanted(self) -> dict[str, Any]:
        """What was asked for, as far as it makes sense."""
        return self.cleaned_data if self.is_valid() else {}


class StockSearchForm(_SearchForm):
    """Which stock records."""

    partner = forms.ModelChoiceField(Partner.objects.none(), label=_("Partner"), required=False)
    low = forms.BooleanField(label=_("Only what is low"), required=False)

    def __init__(self, *args: Any, partners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = partners


class MovementSearchForm(_SearchForm):
    """Which movements."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "–"), *StockMovement.Kind.choices], required=False)
    date_from = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=FIELD | {"type": "date"}))
    date_to = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs=FIELD | {"type": "date"}))


class ReservationSearchForm(_SearchForm):
    """Which reservations."""


class AdjustmentForm(forms.Form):
    """A new figure for one stock record, with the one that was shown, and why."""

    expected = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), _("Open the page again: it is not whole.")),
    )
    num_in_stock = forms.IntegerField(
        label=_("In stock"), min_value=0, max_value=MAX_FIGURE, widget=forms.NumberInput(attrs=SMALL)
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=BY_HAND,
        widget=forms.Select(attrs=SMALL | {"class": "no-widget-init form-control form-control-sm"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=255,
        validators=[check_words],
        widget=forms.TextInput(attrs=SMALL | {"placeholder": _("Reason")}),
    )

    def has_shown(self, figure: int) -> None:
        """Whoever sends the form again has seen this figure."""
        self.data = {**self.data.dict(), "expected": str(figure)}  # type: ignore[attr-defined]  # a QueryDict


class TermsForm(WithinCalendar, forms.Form):
    """How a stock record is sold and watched. What was not edited is not written."""

    low_stock_threshold = forms.IntegerField(
        label=_("Warn below"),
        min_value=0,
        max_value=MAX_FIGURE,
        required=False,
        show_hidden_initial=True,
        widget=forms.NumberInput(attrs=SMALL),
    )
    backorder_limit = forms.IntegerField(
        label=_("Backorders"),
        min_value=0,
        max_value=MAX_FIGURE,
        show_hidden_initial=True,
        widget=forms.NumberInput(attrs=SMALL),
    )
    expected_on = forms.DateField(
        label=_("Expected on"),
        required=False,
        show_hidden_initial=True,
        widget=forms.DateInput(format="%Y-%m-%d", attrs=SMALL | {"type": "date"}),
    )
    is_preorder = forms.BooleanField(label=_("Pre-order"), required=False, show_hidden_initial=True)

    def changes(self) -> dict[str, Any]:
        """What was edited."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
