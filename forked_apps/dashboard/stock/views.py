"""Stock, its movements, and what holds it. Writes go through the operations; all within the user's partners."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import ListView, TemplateView

from forked_apps.dashboard.selection import number_in
from forked_apps.partner.errors import StockBelowAllocation, StockChanged
from forked_apps.partner.inventory import holdings_of, movements_of, stock_table
from forked_apps.partner.models import StockMovement, StockRecord
from forked_apps.partner.operations import adjust_stock, change_terms
from forked_apps.partner.queries import partners_of
from nexus_shop.accounts.models import User
from nexus_shop.core.errors import DomainError

from .forms import AdjustmentForm, MovementSearchForm, ReservationSearchForm, StockSearchForm, TermsForm

PER_PAGE: Final = 25
MOST_HELD: Final = 200


def may_adjust(user: User) -> bool:
    """Whether the user may write stock: staff by permission, partner staff that of their own."""
    allowed: bool = user.has_perm("partner.change_stockrecord" if user.is_staff else "partner.dashboard_access")
    return allowed


class _Searched(ListView[Any]):
    """A list with a search form."""

    paginate_by = PER_PAGE
    form: Any

    @property
    def user(self) -> User:
        """Who asks."""
        return cast("User", self.request.user)

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """The page that was asked for; a senseless number is the first or the last one."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the form."""
        return super().get_context_data(**kwargs) | {"form": self.form}


class StockListView(_Searched):
    """The table of stock; each row has the forms that change it."""

    template_name = "oscar/dashboard/stock/stock_list.html"
    context_object_name = "records"
    refused: Mapping[tuple[int, type], Any] = MappingProxyType({})
    sent: tuple[StockRecord, ...] = ()

    def get_queryset(self) -> QuerySet[StockRecord]:
        """The stock records that the user may see and has asked for."""
        self.form = StockSearchForm(self.request.GET, partners=partners_of(self.user))
        related = ("product__product_class", "product__parent__product_class")
        return stock_table(self.user, self.form.wanted()).select_related(*related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the forms of each row; one that was refused as it was sent, also where it was not asked for."""
        context = super().get_context_data(**kwargs)
        records = list(context["records"])
        context["may_adjust"] = may_adjust(self.user)
        context["rows"] = [
            {
                "record": record,
                "stock": record.as_stock(),
                "is_counted": record.product.get_product_class().track_stock,
                "adjustment": self.refused.get((record.pk, AdjustmentForm)) or _adjustment(record),
                "terms": self.refused.get((record.pk, TermsForm)) or _terms(record),
            }
            for record in [*(record for record in self.sent if record not in records), *records]
        ]
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Adjust the stock of a record, or change its terms; then show the list again, as it was filtered."""
        if not may_adjust(self.user):
            raise PermissionDenied
        record = self._record(request.POST.get("stock_record", ""))
        forms: dict[str, Any] = {"adjust": AdjustmentForm, "terms": TermsForm}
        kind = request.POST.get("action")
        if kind not in forms:
            raise Http404
        form = forms[kind](request.POST, auto_id=f"id_%s_{record.pk}")
        title = record.product.get_title()
        if form.is_valid() and self._is_written(record, form):
            messages.success(request, _("%s: saved.") % title)
            return HttpResponseRedirect(request.get_full_path())
        messages.error(request, _("%s: not saved, see what is said there.") % title)
        self.sent, self.refused = (record,), {(record.pk, type(form)): form}
        return self.get(request, *args, **kwargs)

    def _record(self, text: str) -> StockRecord:
        number = number_in(text)
        if number is None:
            raise Http404
        record = stock_table(self.user, {"stock_record": number}).first()
        if record is None:
            raise Http404
        return record

    def _is_written(self, record: StockRecord, form: Any) -> bool:
        """Whether the form was written; what stands against it is an error of the form."""
        try:
            if isinstance(form, AdjustmentForm):
                adjust_stock(record.pk, changed_by=self.user.pk, **form.cleaned_data)
            else:
                change_terms(record.pk, changes=form.changes())
        except StockChanged as refusal:
            form.has_shown(refusal.facts.num_in_stock)
            text = _("The stock has changed meanwhile. Now there are %(n)d.")
            form.add_error("num_in_stock", text % {"n": refusal.facts.num_in_stock})
        except StockBelowAllocation as refusal:
            text = _("%(n)d are promised to orders. Cancel or ship them first.")
            form.add_error("num_in_stock", text % {"n": refusal.facts.allocated})
        except DomainError as refusal:
            named = (refusal.pointer or "").removeprefix("/")
            form.add_error(named if named in form.fields else None, refusal.message)
        return not form.errors


def _adjustment(record: StockRecord) -> AdjustmentForm:
    figure = record.num_in_stock or 0
    return AdjustmentForm(initial={"expected": figure, "num_in_stock": figure}, auto_id=f"id_%s_{record.pk}")


def _terms(record: StockRecord) -> TermsForm:
    names = TermsForm.base_fields
    return TermsForm(initial={name: getattr(record, name) for name in names}, auto_id=f"id_%s_{record.pk}")


class MovementListView(_Searched):
    """The ledger."""

    template_name = "oscar/dashboard/stock/movement_list.html"
    context_object_name = "movements"

    def get_queryset(self) -> QuerySet[StockMovement]:
        """The movements that the user may see and has asked for."""
        self.form = MovementSearchForm(self.request.GET)
        wanted = self.form.wanted()
        record = number_in(self.request.GET.get("stock_record", ""))
        if record is not None:
            wanted = wanted | {"stock_record": record}
        return movements_of(self.user, wanted)


class ReservationListView(TemplateView):
    """What holds stock and is not paid yet: the newest of it."""

    template_name = "oscar/dashboard/stock/reservation_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows, and whether there are more."""
        form = ReservationSearchForm(self.request.GET)
        user = cast("User", self.request.user)
        rows = holdings_of(user, sku=form.wanted().get("sku") or None, limit=MOST_HELD + 1)
        more = {"form": form, "holdings": rows[:MOST_HELD], "has_more": len(rows) > MOST_HELD, "most": MOST_HELD}
        return super().get_context_data(**kwargs) | more
