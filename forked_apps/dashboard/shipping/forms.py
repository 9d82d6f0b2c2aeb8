"""Forms on shipping methods and tax rates. Oscar 4.2.1 has forms for its own tables alone."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forked_apps.address.models import Country
from forked_apps.catalogue.models import ProductClass
from forked_apps.shipping.drafts import MethodDraft
from forked_apps.shipping.errors import REASONS
from forked_apps.shipping.models import ShippingMethod
from forked_apps.shipping.pricing import Band, Parcel
from nexus_shop.core.errors import DomainError, ListFull, StaleVersion
from nexus_shop.core.money import ZERO
from nexus_shop.markets.queries import RateDraft
from nexus_shop.markets.taxes import Destination

MAX_BANDS = 50
SPARE_BANDS = 4


def _kilograms(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=12, decimal_places=3, **options)


def _amount(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=12, decimal_places=2, **options)


def _text(label: Any, length: int, *, rows: int = 0, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=length, widget=widget, **options)


def _countries(empty: Any) -> list[tuple[str, Any]]:
    rows = Country.objects.order_by("printable_name").values_list("iso_3166_1_a2", "printable_name")
    return [("", empty), *rows]


def _classes(empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *ProductClass.objects.order_by("name").values_list("slug", "name")]


class Refusable(forms.Form):
    """A form that carries the version that was seen, and shows what the operation says against it."""

    version = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def show(self, error: DomainError) -> None:
        """Put the refusal beside the field that is to blame."""
        field = (error.pointer or "/").split("/")[1]
        self.add_error(field if field in self.fields else None, _said(error))


def _said(error: DomainError) -> str:
    if isinstance(error, StaleVersion):
        return gettext("Somebody has changed this meanwhile. Load the page again to see it as it is now.")
    if isinstance(error, ListFull):
        return gettext("There are %(limit)d already: delete one that is not needed.") % error.details()
    return str(REASONS.get(error.details().get("reason", ""), error.message))


class MethodForm(Refusable):
    """A shipping method. Its bands are in a formset beside it."""

    name = _text(_("Name"), 128)
    description = _text(_("Description"), 5000, rows=2, required=False)
    kind = forms.ChoiceField(label=_("How it is charged"), choices=ShippingMethod.Kind.choices)
    price = _amount(_("Price of an order"), initial=ZERO)
    price_per_item = _amount(_("Price of each unit"), initial=ZERO)
    free_over = _amount(
        _("Free from"), required=False, help_text=_("Goods worth so much, after discounts, are sent free.")
    )
    default_weight = _kilograms(
        _("Weight of a product without one (kg)"),
        initial=ZERO,
        help_text=_("A product's weight is its attribute “weight”."),
    )
    countries = forms.ModelMultipleChoiceField(
        Country.objects.order_by("printable_name"),
        label=_("Countries"),
        required=False,
        help_text=_("None is every country that the shop delivers to."),
    )
    postcodes = _text(
        _("Postcodes begin with"),
        3000,
        rows=2,
        required=False,
        help_text=_("Separated by commas; empty is all of its countries."),
    )
    pickup_address = _text(
        _("Where goods are collected"), 500, rows=2, required=False, help_text=_("For click and collect.")
    )
    is_active = forms.BooleanField(label=_("Offered to shoppers"), required=False, initial=True)

    def clean_postcodes(self) -> tuple[str, ...]:
        """The beginnings of postcodes, each of at most 16 characters."""
        parts = tuple(filter(None, (part.strip() for part in self.cleaned_data["postcodes"].split(","))))
        if any(len(part) > 16 for part in parts):
            raise forms.ValidationError(_("A postcode has at most 16 characters; commas separate them."))
        return parts

    def draft(self, bands: tuple[Band, ...]) -> MethodDraft:
        """What the form says."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return MethodDraft(**data | {"countries": tuple(country.pk for country in data["countries"]), "bands": bands})

    @staticmethod
    def initial_of(draft: MethodDraft, version: str) -> dict[str, Any]:
        """How the form shows a method."""
        shown = {name: getattr(draft, name) for name in MethodForm.base_fields if name != "version"}
        return shown | {"version": version, "postcodes": ", ".join(draft.postcodes)}


class BandForm(forms.Form):
    """A band of a method; empty it is none."""

    upper_limit = _kilograms(_("Up to (kg, or total)"), required=False)
    charge = _amount(_("Charge"), required=False)

    def clean(self) -> dict[str, Any]:
        """Both figures, or none."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        given = {name for name in ("upper_limit", "charge") if data.get(name) is not None or name in self.errors}
        if len(given) == 1:
            self.add_error(({"upper_limit", "charge"} - given).pop(), _("This field is required."))
        return data


class BaseBandFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # generic for the checker alone
    """The bands of a method."""

    def kept(self) -> list[Any]:
        """The forms that say something and are not to go."""
        return [form for form in self.forms if _is_said(form.cleaned_data)]

    def bands(self) -> tuple[Band, ...]:
        """What they say."""
        return tuple(Band(form.cleaned_data["upper_limit"], form.cleaned_data["charge"]) for form in self.kept())

    def show(self, error: DomainError) -> None:
        """Put the refusal of one band beside it."""
        _nothing, _bands, position, field = str(error.pointer).split("/")
        self.kept()[int(position)].add_error(field, _said(error))


def _is_said(data: dict[str, Any]) -> bool:
    return data.get("upper_limit") is not None and not data.get("DELETE")


BandFormSet: Any = forms.formset_factory(
    BandForm,
    formset=BaseBandFormSet,
    extra=SPARE_BANDS,
    can_delete=True,
    max_num=MAX_BANDS,
    absolute_max=MAX_BANDS + SPARE_BANDS,
    validate_max=True,
)


class ParcelForm(forms.Form):
    """A parcel to try the methods with."""

    total = _amount(_("Total of the goods"), required=False)
    weight = _kilograms(_("Weight (kg)"), required=False)
    units = forms.IntegerField(label=_("Units"), min_value=1, max_value=10_000, required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    postcode = _text(_("Postcode"), 16, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = _countries(_("Any"))  # type: ignore[attr-defined]

    def parcel(self, currency: str) -> Parcel:
        """The parcel: all its weight in the first unit."""
        units = self.cleaned_data["units"] or 1
        counts = {0: 1, 1: units - 1} if units > 1 else {0: 1}
        weights = {} if self.cleaned_data["weight"] is None else {0: self.cleaned_data["weight"], 1: Decimal(0)}
        return Parcel(currency, True, self.cleaned_data["total"] or ZERO, counts, weights)

    def destination(self) -> Destination | None:
        """Where it goes; None is anywhere."""
        country = self.cleaned_data["country"]
        return Destination(country, "", self.cleaned_data["postcode"]) if country else None


class RateForm(Refusable):
    """A rate of tax."""

    name = _text(_("Name"), 64)
    percent = forms.DecimalField(
        label=_("Rate in percent"),
        min_value=0,
        max_value=100,
        max_digits=6,
        decimal_places=3,
        help_text=_("20 is 20 %."),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    state = _text(_("State or region"), 64, required=False, help_text=_("As addresses have it; empty is all."))
    postcode = _text(_("Postcode begins with"), 16, required=False, help_text=_("Empty is all."))
    product_class = forms.ChoiceField(label=_("Product class"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("country", _countries(_("Everywhere else")))
        self._choose("product_class", _classes(_("All")))

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """What there is to choose from, and what was chosen once though it is gone."""
        held = self.initial.get(name, "")
        gone = [] if any(value == held for value, _label in choices) else [(held, held)]
        self.fields[name].choices = [*choices, *gone]  # type: ignore[attr-defined]

    def draft(self) -> RateDraft:
        """What the form says."""
        return RateDraft(**{name: value for name, value in self.cleaned_data.items() if name != "version"})

    @staticmethod
    def initial_of(draft: RateDraft, version: str) -> dict[str, Any]:
        """How the form shows a rate."""
        return {name: getattr(draft, name) for name in RateForm.base_fields if name != "version"} | {"version": version}


class PlaceForm(forms.Form):
    """A place and a class to look a rate up for."""

    country = forms.ChoiceField(label=_("Country"))
    state = _text(_("State or region"), 64, required=False)
    postcode = _text(_("Postcode"), 16, required=False)
    product_class = forms.ChoiceField(label=_("Product class"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = _countries("–")  # type: ignore[attr-defined]
        self.fields["product_class"].choices = _classes(_("Any other, and delivery"))  # type: ignore[attr-defined]

    def destination(self) -> Destination:
        """The place."""
        return Destination(self.cleaned_data["country"], self.cleaned_data["state"], self.cleaned_data["postcode"])
