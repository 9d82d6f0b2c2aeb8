"""Shipping methods and tax rates: thin, the operations decide."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from forked_apps.address.queries import country_codes
from forked_apps.catalogue.queries import product_class_slugs
from forked_apps.shipping.models import ShippingMethod
from forked_apps.shipping.operations import change_shipping_method, create_shipping_method, delete_shipping_method
from forked_apps.shipping.pricing import Verdict, verdict
from forked_apps.shipping.queries import StoredMethod, method_of, shipping_method, stored_methods
from nexus_shop.core.errors import DomainError, NotFound
from nexus_shop.markets.models import TaxRate
from nexus_shop.markets.operations import Named, change_tax_rate, create_tax_rate, delete_tax_rate
from nexus_shop.markets.queries import StoredRate, percent_of, tax_rate, tax_rates
from nexus_shop.markets.taxes import book_of

from .forms import BandFormSet, MethodForm, ParcelForm, PlaceForm, RateForm


def _values(draft: Any) -> dict[str, Any]:
    return {field.name: getattr(draft, field.name) for field in fields(draft)}


class Page(TemplateView):
    """A page of a thing that may be gone."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """404 for what is not there."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None

    def done(self, text: str, page: str) -> HttpResponse:
        """Say so, and lead to the list."""
        messages.success(self.request, text)
        return redirect(page)


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A method in the list, with what it says to the parcel at hand."""

    method: ShippingMethod
    verdict: Verdict | None


class MethodListView(Page):
    """The shipping methods, and what each would charge for a parcel."""

    template_name = "oscar/dashboard/shipping/method_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows."""
        query = self.request.GET if "total" in self.request.GET else None
        form = ParcelForm(query)
        rows = list(stored_methods())
        verdicts: dict[int, Verdict] = {}
        if form.is_bound and form.is_valid():
            parcel = form.parcel(settings.OSCAR_DEFAULT_CURRENCY)
            verdicts = {row.pk: verdict(method_of(row), parcel, form.destination()) for row in rows}
        return super().get_context_data(
            rows=[MethodRow(row, verdicts.get(row.pk)) for row in rows],
            form=form,
            is_tried=bool(verdicts),
            flat_price=settings.SHIPPING_FLAT_PRICE,
            **kwargs,
        )


class MethodCreateView(Page):
    """A new method."""

    template_name = "oscar/dashboard/shipping/method_form.html"

    def stored(self) -> StoredMethod | None:
        """The method that is edited."""
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The empty forms, or those of the method."""
        stored = self.stored()
        if "form" not in kwargs:
            initial = MethodForm.initial_of(stored.draft, stored.version) if stored else {}
            kwargs["form"] = MethodForm(initial=initial)
            shown = [_values(band) for band in stored.draft.bands] if stored else []
            kwargs["bands"] = BandFormSet(initial=shown, prefix="bands")
        return super().get_context_data(
            stored=stored,
            currency=settings.OSCAR_DEFAULT_CURRENCY,
            new_name=_("New shipping method"),
            list_name=_("Shipping methods"),
            list_url="dashboard:shipping-method-list",
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write the method, or show what stands against it."""
        self.stored()  # 404 comes before what the form says
        form = MethodForm(request.POST)
        bands = BandFormSet(request.POST, prefix="bands")
        if form.is_valid() & bands.is_valid():
            try:
                self.save(form, bands)
            except DomainError as refusal:
                target = bands if (refusal.pointer or "").startswith("/bands/") else form
                target.show(refusal)
            else:
                return self.done(_("Saved."), "dashboard:shipping-method-list")
        return self.render_to_response(self.get_context_data(form=form, bands=bands))

    def save(self, form: MethodForm, bands: Any) -> None:
        """Call the operation."""
        create_shipping_method(form.draft(bands.bands()))


class MethodUpdateView(MethodCreateView):
    """A method that is there."""

    def stored(self) -> StoredMethod:
        """The method."""
        return shipping_method(self.kwargs["pk"])

    def save(self, form: MethodForm, bands: Any) -> None:
        """Call the operation, with the version that the form has shown."""
        changes = _values(form.draft(bands.bands()))
        change_shipping_method(self.kwargs["pk"], changes=changes, version=form.cleaned_data["version"] or None)


class MethodDeleteView(Page):
    """Ask before a method goes."""

    template_name = "oscar/dashboard/shipping/delete.html"
    extra_context: ClassVar[dict[str, Any]] = {"list_url": "dashboard:shipping-method-list"}  # type: ignore[misc]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its name."""
        return super().get_context_data(name=shipping_method(self.kwargs["pk"]).draft.name, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete it."""
        delete_shipping_method(self.kwargs["pk"])
        return self.done(_("Deleted. Orders keep what they had."), "dashboard:shipping-method-list")


class RateListView(Page):
    """The table of tax rates, and which of them applies somewhere."""

    template_name = "oscar/dashboard/shipping/rate_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rates, and the answer to the question that was asked."""
        form = PlaceForm(self.request.GET if "country" in self.request.GET else None)
        is_asked = form.is_bound and form.is_valid()
        found = None
        if is_asked:
            book = book_of(TaxRate.objects.all())
            found = book.rule(form.cleaned_data["product_class"], form.destination())
        return super().get_context_data(
            rates=tax_rates(),
            form=form,
            is_asked=is_asked,
            found=found,
            found_percent=None if found is None else percent_of(found.rate),
            is_by_address=settings.TAX_BY_ADDRESS,
            one_percent=percent_of(settings.TAX_RATE),
            **kwargs,
        )


class RateCreateView(Page):
    """A new rate."""

    template_name = "oscar/dashboard/shipping/form.html"

    def stored(self) -> StoredRate | None:
        """The rate that is edited."""
        return None

    def form(self, data: Any = None) -> RateForm:
        """The form, empty or of the rate."""
        stored = self.stored()
        return RateForm(data, initial=RateForm.initial_of(stored.draft, stored.version) if stored else {})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form."""
        form = kwargs.pop("form", None) or self.form()
        return super().get_context_data(
            form=form,
            stored=self.stored(),
            new_name=_("New tax rate"),
            list_name=_("Tax rates"),
            list_url="dashboard:tax-rate-list",
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write the rate, or show what stands against it."""
        form = self.form(request.POST)
        if form.is_valid():
            try:
                self.save(form)
            except DomainError as refusal:
                form.show(refusal)
            else:
                return self.done(_("Saved."), "dashboard:tax-rate-list")
        return self.render_to_response(self.get_context_data(form=form))

    def save(self, form: RateForm) -> None:
        """Call the operation."""
        create_tax_rate(form.draft(), named=_named())


class RateUpdateView(RateCreateView):
    """A rate that is there."""

    def stored(self) -> StoredRate:
        """The rate."""
        return tax_rate(self.kwargs["pk"])

    def save(self, form: RateForm) -> None:
        """Call the operation, with the version that the form has shown."""
        version = form.cleaned_data["version"] or None
        change_tax_rate(self.kwargs["pk"], changes=_values(form.draft()), named=_named(), version=version)


class RateDeleteView(Page):
    """Ask before a rate goes."""

    template_name = "oscar/dashboard/shipping/delete.html"
    extra_context: ClassVar[dict[str, Any]] = {"list_url": "dashboard:tax-rate-list"}  # type: ignore[misc]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its name."""
        return super().get_context_data(name=tax_rate(self.kwargs["pk"]).draft.name, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete it."""
        delete_tax_rate(self.kwargs["pk"])
        return self.done(_("Deleted. Orders keep the tax that they were placed with."), "dashboard:tax-rate-list")


def _named() -> Named:
    return Named(country_codes(), product_class_slugs())
