"""Prices and stock of many products in one table: each row written by itself, with a result of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from forked_apps.catalogue.models import Brand
from forked_apps.dashboard.selection import number_in
from forked_apps.dashboard.stock.views import may_adjust
from forked_apps.partner.errors import StockBelowAllocation
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import MAX_FIGURE
from nexus_shop.accounts.models import User
from nexus_shop.core.errors import DomainError, NotFound, StaleVersion
from nexus_shop.core.rows import REFUSED, UPDATED, RowOutcome, attempted

from .edited import refuse_infinite
from .figures import Figures
from .operations import edit_figures
from .queries import category_choices, priced_records

PER_PAGE: Final = 50
FIELD: Final = {"class": "form-control"}
SMALL: Final = {"class": "form-control form-control-sm"}


class TableSearchForm(forms.Form):
    """Which rows; a senseless question is none."""

    text = forms.CharField(
        label=gettext_lazy("Title or SKU"), max_length=128, required=False, widget=forms.TextInput(attrs=FIELD)
    )
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    brand = forms.ModelChoiceField(
        Brand.objects.all(), label=gettext_lazy("Brand"), required=False, empty_label=gettext_lazy("– all –")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["category"]).choices = [("", _("– all –")), *category_choices()]
        for name in ("category", "brand"):
            self.fields[name].widget.attrs["class"] = "form-control no-widget-init"

    def wanted(self) -> dict[str, Any]:
        """What was asked for, as far as it makes sense."""
        return self.cleaned_data if self.is_valid() else {}


class FiguresForm(Figures, forms.Form):
    """The figures of one stock record."""

    price = forms.DecimalField(max_digits=12, decimal_places=2)
    list_price = forms.DecimalField(max_digits=12, decimal_places=2, required=False)
    num_in_stock = forms.IntegerField(min_value=0, max_value=MAX_FIGURE)

    LABELS: ClassVar = {
        "price": gettext_lazy("Price"),
        "list_price": gettext_lazy("List price"),
        "num_in_stock": gettext_lazy("In stock"),
    }

    def __init__(self, record: StockRecord, data: Any = None) -> None:
        initial = {name: getattr(record, name) for name in self.FIGURES}
        super().__init__(data, initial=initial, prefix=f"row-{record.pk}")
        self.record = record
        self.currency = record.price_currency
        self.fields["price"].required = record.price is not None
        self.is_counted = record.product.get_product_class().track_stock
        if not self.is_counted:
            del self.fields["num_in_stock"]
        title = record.product.get_title()
        for name, field in self.fields.items():
            field.label = self.LABELS[name]
            field.show_hidden_initial = True
            field.widget.attrs |= SMALL | {"aria-label": f"{self.LABELS[name]}: {title} ({record.partner_sku})"}
        self.bound_figures()
        refuse_infinite(self.fields)

    def wanted(self) -> dict[str, Any]:
        """What was edited."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; `outcome` is None where nothing was edited."""

    form: FiguresForm
    outcome: RowOutcome | None = None
    now: Mapping[str, Any] | None = None

    @property
    def is_saved(self) -> bool:
        """Whether its figures were written."""
        return self.outcome is not None and self.outcome.status == UPDATED


class PriceTableView(TemplateView):
    """The table: staff by permission, partner staff for their own."""

    template_name = "oscar/dashboard/catalogue/price_table.html"

    @property
    def user(self) -> User:
        """Who asks."""
        return cast("User", self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page that was asked for; a senseless number is the first or the last one."""
        form = TableSearchForm(self.request.GET)
        page = Paginator(priced_records(self.user, form.wanted()), PER_PAGE).get_page(self.request.GET.get("page"))
        rows = kwargs.pop("rows", None)
        return super().get_context_data(**kwargs) | {
            "form": form,
            "page_obj": page,
            "paginator": page.paginator,
            "is_paginated": page.has_other_pages(),
            "rows": _rows(page) if rows is None else rows,
            "may_write": may_adjust(self.user),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write the rows that were edited, then show the same rows with what became of each."""
        if not may_adjust(self.user):
            raise PermissionDenied
        ids = [number_in(text) for text in request.POST.getlist("record")[:PER_PAGE]]
        records = priced_records(self.user, {}).in_bulk([pk for pk in ids if pk is not None])
        if len(records) < len(ids):
            messages.error(request, NotFound.message)
        rows = [self._written(records[pk]) for pk in dict.fromkeys(ids) if pk in records]
        self._tell(rows)
        return self.render_to_response(self.get_context_data(rows=_fresh(self.user, rows)))

    def _written(self, record: StockRecord) -> Row:
        form = FiguresForm(record, self.request.POST)
        if not form.has_changed():
            return Row(FiguresForm(record))
        if not form.is_valid():
            return Row(form, RowOutcome(REFUSED))
        shown = {name: form.shown(name) for name in form.changed_data}
        edit = partial(edit_figures, record.pk, shown=shown, wanted=form.wanted(), edited_by=self.user)
        outcome = attempted(edit)
        if outcome.refusal is not None:
            field, reason = _blame(outcome.refusal)
            form.add_error(field if field in form.fields else None, reason)
        return Row(form, outcome)

    def _tell(self, rows: list[Row]) -> None:
        saved = sum(row.is_saved for row in rows)
        refused = sum(row.outcome is not None and row.outcome.status == REFUSED for row in rows)
        if saved:
            messages.success(self.request, ngettext("%(n)d row saved.", "%(n)d rows saved.", saved) % {"n": saved})
        if refused:
            text = ngettext(
                "%(n)d row was not saved: see what is said there.",
                "%(n)d rows were not saved: see what is said there.",
                refused,
            )
            messages.error(self.request, text % {"n": refused})
        if not saved and not refused:
            messages.info(self.request, _("Nothing was edited."))


def _rows(page: Page[StockRecord]) -> list[Row]:
    return [Row(FiguresForm(record)) for record in page.object_list]


def _blame(refusal: DomainError) -> tuple[str | None, Any]:
    """The field that a refusal is about, and what to say."""
    if isinstance(refusal, StaleVersion):
        return None, _("This has changed since it was shown: nothing of the row was saved.")
    if isinstance(refusal, StockBelowAllocation):
        text = _("%(n)d are promised to orders: cancel or ship them first.")
        return "num_in_stock", text % {"n": refusal.facts.allocated}
    return (refusal.pointer or "").removeprefix("/") or None, refusal.message


def _fresh(user: User, rows: list[Row]) -> list[Row]:
    """The rows as they are to be shown: what was written as it is stored, what was refused as it was typed.

    A refused row is shown with the figures of now: who sends it again has seen them.
    """
    stored = priced_records(user, {}).in_bulk([row.form.record.pk for row in rows if row.outcome is not None])
    return [_shown_again(row, stored.get(row.form.record.pk)) for row in rows]


def _shown_again(row: Row, stored: StockRecord | None) -> Row:
    if row.outcome is None or stored is None:
        return row
    if row.outcome.status != REFUSED:
        return Row(FiguresForm(stored), row.outcome)
    form = row.form
    now = {name: getattr(stored, name) for name in form.changed_data}
    shown = {form.add_initial_prefix(name): "" if figure is None else str(figure) for name, figure in now.items()}
    form.data = {**form.data.dict(), **shown}  # type: ignore[attr-defined]  # a QueryDict
    return Row(form, row.outcome, now)
