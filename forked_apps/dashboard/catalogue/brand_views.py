"""Brands: a list with a search, and forms by the operations of the API."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from django_tables2 import SingleTableView

from forked_apps.catalogue.brands import StoredBrand, change_brand, create_brand, delete_brand, stored_brand
from forked_apps.catalogue.models import Brand
from nexus_shop.core.errors import DomainError, NotFound, StaleVersion

from .definitions import refused
from .edited import check_words
from .product_form import checked_slug
from .tables import BrandTable

LIST = "dashboard:catalogue-brand-list"


class BrandSearchForm(forms.Form):
    """Which brands."""

    name = forms.CharField(max_length=128, required=False, label=gettext_lazy("Name"))


class BrandForm(forms.Form):
    """A brand. `version` is that of the brand which the form has shown."""

    name = forms.CharField(max_length=128, label=gettext_lazy("Name"))
    slug = forms.SlugField(
        max_length=128,
        label=gettext_lazy("Slug"),
        required=False,
        help_text=gettext_lazy("Part of the address. Empty: made from the name of a new brand, and kept."),
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        """Words without markup."""
        name: str = self.cleaned_data["name"]
        check_words(name)
        return name

    def clean_slug(self) -> str:
        """A slug that may address a brand."""
        return checked_slug(self.cleaned_data["slug"])


class BrandListView(SingleTableView):
    """The brands, with the number of their products."""

    model = Brand
    template_name = "oscar/dashboard/catalogue/brand_list.html"
    table_class = BrandTable
    context_table_name = "brands"

    def get_queryset(self) -> QuerySet[Brand]:
        """Those whose name has the words; a senseless question is none."""
        self.form = BrandSearchForm(self.request.GET)
        name = self.form.cleaned_data["name"] if self.form.is_valid() else ""
        return Brand.objects.filter(name__icontains=name).annotate(held=Count("products"))

    def get_table_pagination(self, table: Any) -> dict[str, int]:
        """As many rows as Oscar's lists have."""
        return {"per_page": settings.OSCAR_DASHBOARD_ITEMS_PER_PAGE}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the search form."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"form": self.form}


class _BrandForm(FormView):  # type: ignore[type-arg]  # it takes none at run time
    template_name = "oscar/dashboard/catalogue/brand_form.html"
    form_class = BrandForm

    def write(self, values: dict[str, Any], version: str) -> None:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        values = {name: form.cleaned_data[name] for name in ("name", "slug") if form.cleaned_data[name]}
        try:
            self.write(values, form.cleaned_data["version"])
        except StaleVersion:
            form.add_error(None, _("Somebody else has changed the brand since you opened the form: look again."))
        except DomainError as refusal:
            name = (refusal.pointer or "").removeprefix("/")
            form.add_error(name if name in form.fields else None, refusal.message)
        else:
            messages.success(self.request, _("The brand was saved."))
            return redirect(LIST)
        return self.form_invalid(form)


class BrandCreateView(_BrandForm):
    """A new brand."""

    def write(self, values: dict[str, Any], version: str) -> None:
        """Make it."""
        create_brand(values)


class _OfBrand:
    """A page of a brand; 404 where there is none."""

    kwargs: dict[str, Any]
    brand: StoredBrand

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Look for the brand first."""
        try:
            self.brand = stored_brand(kwargs["pk"])
        except NotFound:
            raise Http404 from None
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # the view's
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the brand."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # the view's
        return context | {"brand": self.brand}


class BrandUpdateView(_OfBrand, _BrandForm):
    """Rename a brand, or change its slug."""

    def get_initial(self) -> dict[str, Any]:
        """What is stored."""
        return {"name": self.brand.name, "slug": self.brand.slug, "version": self.brand.version}

    def write(self, values: dict[str, Any], version: str) -> None:
        """Change it, if it is the one that was shown."""
        change_brand(self.brand.id, changes=values, version=version or None)


class BrandDeleteView(_OfBrand, TemplateView):
    """Delete a brand without products."""

    template_name = "oscar/dashboard/catalogue/brand_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its name, and where to go back to."""
        return super().get_context_data(name=self.brand.name, list_url=LIST, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete it, or say what stands against it."""
        refusal = refused(lambda: delete_brand(self.brand.id))
        if refusal is not None:
            messages.error(request, refusal)
        else:
            messages.success(request, _("'%s' was deleted.") % self.brand.name)
        return redirect(LIST)
