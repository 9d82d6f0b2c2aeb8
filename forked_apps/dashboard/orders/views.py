"""Oscar's hooks for orders: who may see and do what, and every action by an operation.

Oscar 4.2.1 shows partner staff whole orders, changes them for anybody who may look, forgets who shipped, and answers
bad input with a server error.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View
from oscar.apps.dashboard.orders import views as oscar
from oscar.apps.order.exceptions import InvalidOrderStatus, InvalidShippingEvent
from oscar.views import sort_queryset

from forked_apps.dashboard.downloads import no_formula
from forked_apps.order.changes import revoke_order_links
from forked_apps.order.errors import RefundMissing, StatusNotAllowed
from forked_apps.order.lifecycle import RETURNED, movable, status_of_order
from forked_apps.order.models import Line, Order, ShippingAddress, ShippingEventType
from forked_apps.order.operations import change_order_status
from forked_apps.order.processing import EventHandler
from forked_apps.partner.errors import StockNotArrived
from forked_apps.payment.errors import AmountNotOpen, PaymentInProgress, RefundExceedsPayment
from forked_apps.payment.operations import record_manual_payment
from forked_apps.payment.queries import refunds_of, still_due
from forked_apps.payment.refunds import refund_payment
from nexus_shop.accounts.models import User
from nexus_shop.core.errors import DomainError, NotFound
from nexus_shop.core.money import ZERO, Money

from .forms import ONLY_RETURNED, MoveForm, OrderNoteForm, OrderSearchForm, PaymentForm, ReferenceForm, RefundForm
from .operations import correct_address, delete_note, write_note
from .queries import moves_of, search_orders, visible_lines, visible_orders

ORDER_NUMBER: Final = re.compile(r"[A-Z0-9-]{1,64}", re.ASCII)
MAX_BULK: Final = 100  # orders that are moved by one click: each is a transaction of its own


def explained(error: DomainError) -> str:
    """What stands against an action, in a sentence for staff."""
    more = ""
    if isinstance(error, StatusNotAllowed) and error.facts.allowed:
        more = _("From here it can move to: %s.") % ", ".join(error.facts.allowed)
    elif isinstance(error, AmountNotOpen):
        more = _("Open: %s.") % error.facts.open
    elif isinstance(error, RefundExceedsPayment):
        more = _("At most %s can go back.") % error.facts.refundable
    elif isinstance(error, RefundMissing):
        more = _("Still to be given back: %s.") % error.facts.missing
    elif isinstance(error, StockNotArrived):
        more = ", ".join(f"{each.sku}: {each.available} / {each.requested}" for each in error.facts.shortages)
    return f"{error.message} {more}".strip()


def _explained_refusal(refusal: Exception) -> str:
    """The same for an exception of Oscar's that our event handler made of a domain error."""
    cause = refusal.__cause__ or refusal
    return explained(cause) if isinstance(cause, DomainError) else str(refusal)


def may_change(user: User) -> bool:
    """Whether the user may act on orders: staff by permission, partner staff on their own lines."""
    allowed: bool = user.has_perm("order.change_order" if user.is_staff else "partner.dashboard_access")
    return allowed


class Visible(View):
    """Views of an order that the user may see, in part or whole."""

    @property
    def user(self) -> User:
        """Who asks; the routes admit nobody without a login."""
        return cast("User", self.request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Looking is free to whom the route admits; acting needs its own right."""
        if self.acts(request) and not may_change(self.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def acts(self, request: HttpRequest) -> bool:
        """Whether the request is to change something."""
        return request.method not in {"GET", "HEAD", "OPTIONS"}

    @property
    def sees_all(self) -> bool:
        """Whether the user sees whole orders."""
        return self.user.is_staff

    def find_order(self) -> Order:
        """The order of the address; 404 where the user may not see it."""
        number = self.kwargs["number"]
        order = None if "\0" in number else visible_orders(self.user).filter(number=number).first()
        if order is None:
            raise Http404
        return order


class OrderStatsView(Visible, oscar.OrderStatsView):
    """Oscar 4.2.1 adds up whole orders for partner staff."""

    def get_stats(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """Figures of the visible lines; staff see whole orders."""
        if self.sees_all:
            stats: dict[str, Any] = super().get_stats(filters)
            return stats
        orders = visible_orders(self.user).filter(**filters)
        lines = visible_lines(self.user).filter(order__in=orders.values("pk"))
        return {
            "total_orders": orders.count(),
            "total_lines": lines.count(),
            "total_revenue": lines.aggregate(total=Sum("line_price_incl_tax"))["total"] or ZERO,
            "order_status_breakdown": lines.order_by("status").values("status").annotate(freq=Count("pk")),
        }


class OrderListView(Visible, oscar.OrderListView):
    """The orders that the user may see; moving many of them at once."""

    PARTNER_COLUMNS: Final = ("number", "date", "num_items", "status", "shipping_address_name")

    def get_template_names(self) -> list[str]:
        """Partner staff have a list of their own."""
        name = "order_list" if self.sees_all else "partner_order_list"
        return [f"oscar/dashboard/orders/{name}.html"]

    def acts(self, request: HttpRequest) -> bool:
        """A download is posted, but changes nothing."""
        return super().acts(request) and request.POST.get("action") != "download_selected_orders"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead straight to an order whose number was given."""
        number = request.GET.get("order_number", "")
        if ORDER_NUMBER.fullmatch(number) and not self.is_csv_download():
            order = visible_orders(self.user).filter(number=number).first()
            if order is not None:
                return redirect("dashboard:order-detail", number=order.number)
        response: HttpResponse = super(oscar.OrderListView, self).get(request, *args, **kwargs)
        return response

    def get_queryset(self) -> QuerySet[Order]:
        """The orders sought; all of them where the form is empty or wrong."""
        self.form = OrderSearchForm(self.request.GET, user=self.user)
        found = search_orders(self.user, self.form.cleaned_data if self.form.is_valid() else {})
        sorts = ["number", "total_incl_tax"] if self.sees_all else ["number"]
        sorted_orders: QuerySet[Order] = sort_queryset(found, self.request, sorts)
        return sorted_orders

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds what partner staff see of each order."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for order in context["orders"]:
            order.visible_status = self._status_of(order)
        return context

    def _status_of(self, order: Order) -> str:
        return order.status if self.sees_all else status_of_order(line.units for line in order.visible_lines)

    def get_selected_ids(self, request: HttpRequest) -> list[int]:
        """Oscar 4.2.1 looks up whatever was posted."""
        posted = request.POST.getlist("selected_order")
        if request.POST.get(self.select_across_param) == "1":
            chosen: list[int] = super().get_selected_ids(request)
            return chosen
        ids = [int(text) for text in posted if text.isascii() and text.isdigit() and len(text) < 10]
        return list(self.get_queryset().filter(pk__in=ids).values_list("pk", flat=True))

    def get_row_values(self, order: Order) -> dict[str, Any]:
        """A row of the CSV file; texts that a spreadsheet would take for a formula are quoted."""
        row: dict[str, Any] = super().get_row_values(order)
        if not self.sees_all:
            row["status"] = self._status_of(order)
            row["num_items"] = sum(line.quantity for line in order.visible_lines)
            row = {name: row.get(name, "") for name in self.PARTNER_COLUMNS}
        return {name: no_formula(value) for name, value in row.items()}

    def change_order_statuses(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse:
        """Move each order, or the visible lines of each; one message for all that moved, one for each refusal."""
        form = MoveForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose a status to move to."))
        elif len(chosen := list(orders[: MAX_BULK + 1])) > MAX_BULK:
            messages.error(request, _("Choose at most %d orders at once.") % MAX_BULK)
        else:
            status = form.cleaned_data["new_status"]
            moved = [order for order in chosen if self._move(order, status)]
            if moved:
                text = ngettext("%(n)d order moved to '%(s)s'.", "%(n)d orders moved to '%(s)s'.", len(moved))
                messages.success(request, text % {"n": len(moved), "s": status})
        return redirect("dashboard:order-list")

    def _move(self, order: Order, status: str) -> bool:
        handler = EventHandler(self.user)
        try:
            if self.sees_all:
                handler.handle_order_status_change(order, status)
            else:
                units = {line.pk: sum(movable(line.units, status).values()) for line in order.visible_lines}
                quantities = {pk: count for pk, count in units.items() if count}
                change_order_status(order.pk, status=status, quantities=quantities, changed_by=self.user.pk)
        except (InvalidOrderStatus, RefundMissing, StatusNotAllowed, StockNotArrived) as refusal:
            messages.error(self.request, f"#{order.number}: {_explained_refusal(refusal)}")
            return False
        return True


class OrderDetailView(Visible, oscar.OrderDetailView):
    """One order. Partner staff see their lines and where these go, and move them; the rest is for staff."""

    line_actions = ("change_line_statuses", "create_shipping_event")
    STAFF_ACTIONS: Final = (
        *("save_note", "delete_note", "change_order_status", "create_order_payment_event"),
        *("refund_order_payment", "revoke_links"),
    )

    @property
    def order_actions(self) -> tuple[str, ...]:
        """What may be done to the order as a whole."""
        return self.STAFF_ACTIONS if self.sees_all else ()

    def get_template_names(self) -> list[str]:
        """Partner staff have a page of their own."""
        name = "order_detail" if self.sees_all else "partner_order_detail"
        return [f"oscar/dashboard/orders/{name}.html"]

    def get_object(self, queryset: Any = None) -> Order:
        """The order, if the user may see something of it."""
        return self.find_order()

    def get_order_lines(self) -> QuerySet[Line]:
        """The lines that the user may see."""
        return visible_lines(self.user).filter(order=self.object)

    def get_handler(self, user: Any = None, **kwargs: Any) -> EventHandler:
        """The event handler, which knows who acts: Oscar 4.2.1 forgets it for shipping events."""
        return EventHandler(self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the units that a line has still to move, and the form for a payment."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        lines = list(context["lines"])
        for line in lines:
            line.open_units = line.units.get(line.status, line.quantity)
            line.discount = line.line_price_before_discounts_incl_tax - line.line_price_incl_tax
        context |= {
            "lines": lines,
            "may_change": may_change(self.user),
            "may_record_payment": self._may_record_payment(),
            "visible_status": status_of_order(line.units for line in lines),
        }
        return context | self._money() if self.sees_all else context

    def _money(self) -> dict[str, Any]:
        return {
            "payment_form": PaymentForm(currency=self.object.currency),
            "refund_form": RefundForm(currency=self.object.currency, prefix="refund"),
            "refunds": refunds_of(self.object.pk),
            "moves": moves_of(self.object),
            "due": still_due(self.object),
        }

    def _may_record_payment(self) -> bool:
        return self.sees_all and self.user.has_perms(["order.change_order", "payment.add_transaction"])

    def handle_line_action(self, request: HttpRequest, order: Order, action: str) -> HttpResponse:
        """Read which lines and how many units of each; Oscar 4.2.1 fails on what is no number."""
        if action not in self.line_actions:
            return self.reload_page(error=_("Invalid action"))
        posted = request.POST.getlist("selected_line")
        if not posted:
            return self.reload_page(error=_("You must select some lines to act on"))
        lines = {str(line.pk): line for line in self.get_order_lines()}
        if set(posted) - set(lines):
            return self.reload_page(error=_("Invalid lines requested"))
        quantities = {}
        for text in set(posted):
            quantity = _whole_number(request.POST.get(f"selected_line_qty_{text}", ""))
            if quantity is None or not 1 <= quantity <= lines[text].quantity:
                return self.reload_page(error=_("The quantity for '%s' is not valid.") % lines[text].title)
            quantities[lines[text].pk] = quantity
        chosen = sorted((lines[text] for text in set(posted)), key=lambda line: line.pk)
        response: HttpResponse = getattr(self, action)(request, order, chosen, [quantities[each.pk] for each in chosen])
        return response

    def reload_page(self, fragment: str | None = None, error: str | None = None) -> HttpResponse:
        """Back to the order, with the reason where something was refused."""
        if error:
            messages.error(self.request, error)
        url = reverse("dashboard:order-detail", kwargs={"number": self.object.number})
        return HttpResponseRedirect(f"{url}#{fragment}" if fragment else url)

    def change_line_statuses(
        self, request: HttpRequest, order: Order, lines: list[Line], quantities: list[int]
    ) -> HttpResponse:
        """Move the units, all or none."""
        form = MoveForm(request.POST)
        if not form.is_valid():
            return self.reload_page(error=_refusal_of(form))
        units = {line.pk: quantity for line, quantity in zip(lines, quantities, strict=True)}
        try:
            change_order_status(
                order.pk,
                status=form.cleaned_data["new_status"],
                quantities=units,
                changed_by=self.user.pk,
                note=form.cleaned_data["reference"],
                restock=form.cleaned_data["restock"],
            )
        except (RefundMissing, StatusNotAllowed, StockNotArrived, NotFound) as refusal:
            return self.reload_page(error=explained(refusal))
        messages.success(request, _("Moved to '%s'.") % form.cleaned_data["new_status"])
        return self.reload_page()

    def create_shipping_event(
        self, request: HttpRequest, order: Order, lines: list[Line], quantities: list[int]
    ) -> HttpResponse:
        """Record that the units were shipped, delivered or returned."""
        code = request.POST.get("shipping_event_type", "")
        event_type = None if "\0" in code else ShippingEventType.objects.filter(code=code).first()
        if event_type is None:
            return self.reload_page(error=_("Choose what happened to the lines."))
        restock = request.POST.get("restock") == "on"
        if restock and event_type.code != RETURNED:
            return self.reload_page(error=str(ONLY_RETURNED))
        form = ReferenceForm(request.POST)
        if not form.is_valid():
            return self.reload_page(error=_errors_of(form))
        try:
            self.get_handler().handle_shipping_event(
                order, event_type, lines, quantities, reference=form.cleaned_data["reference"], restock=restock
            )
        except InvalidShippingEvent as refusal:
            return self.reload_page(error=_explained_refusal(refusal))
        messages.success(request, _("Recorded: %s.") % event_type.name)
        return self.reload_page()

    def change_order_status(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Move all units of the order that may move."""
        form = MoveForm(request.POST)
        if not form.is_valid():
            return self.reload_page(error=_refusal_of(form))
        status, restock = form.cleaned_data["new_status"], form.cleaned_data["restock"]
        try:
            change_order_status(order.pk, status=status, changed_by=self.user.pk, restock=restock)
        except (RefundMissing, StatusNotAllowed, StockNotArrived) as refusal:
            return self.reload_page(error=explained(refusal))
        messages.success(request, _("Moved to '%s'.") % form.cleaned_data["new_status"])
        return self.reload_page()

    def create_order_payment_event(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Record money that came outside of the shop."""
        if not self._may_record_payment():
            raise PermissionDenied
        form = PaymentForm(request.POST, currency=order.currency)
        if not form.is_valid():
            return self.reload_page(error=_errors_of(form))
        try:
            record_manual_payment(order.pk, recorded_by=self.user.pk, **form.cleaned_data)
        except (AmountNotOpen, PaymentInProgress) as refusal:
            return self.reload_page(error=explained(refusal))
        except NotFound:
            return self.reload_page(error=_("This order is not paid by hand."))
        messages.success(request, _("Payment recorded."))
        return self.reload_page(fragment="payment")

    def refund_order_payment(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Give money back: a gateway is asked by a task, what came by hand was paid out by whoever says so."""
        if not self._may_record_payment():
            raise PermissionDenied
        form = RefundForm(request.POST, currency=order.currency, prefix="refund")
        if not form.is_valid():
            return self.reload_page(error=_errors_of(form))
        values = dict(form.cleaned_data)
        amount = Money(values.pop("amount"), order.currency)
        try:
            refund_payment(order.pk, amount=amount, requested_by=self.user.pk, **values)
        except RefundExceedsPayment as refusal:
            return self.reload_page(error=explained(refusal))
        messages.success(request, _("Refund recorded."))
        return self.reload_page(fragment="payment")

    def revoke_links(self, request: HttpRequest, order: Order) -> HttpResponse:
        """End the links to the order that were mailed."""
        revoke_order_links(order.pk, revoked_by=self.user.pk)
        messages.success(request, _("The links to this order have ended."))
        return self.reload_page()

    def save_note(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Write a note, or change one."""
        form = OrderNoteForm(order, self.user, request.POST)
        if not form.is_valid():
            shown: HttpResponse = self.render_to_response(self.get_context_data(note_form=form, active_tab="notes"))
            return shown
        try:
            write_note(
                order.pk,
                message=form.cleaned_data["message"],
                written_by=self.user.pk,
                note_id=self.kwargs.get("note_id"),
            )
        except NotFound:
            return self.reload_page(error=_("This note cannot be changed any more."))
        messages.success(request, _("Note saved"))
        return self.reload_page(fragment="notes")

    def delete_note(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Delete a fresh note."""
        note_id = _whole_number(request.POST.get("note_id", ""))
        try:
            delete_note(order.pk, note_id=note_id or 0)
        except NotFound:
            return self.reload_page(error=_("This note cannot be deleted."))
        messages.info(request, _("Note deleted"))
        return self.reload_page(fragment="notes")


def _refusal_of(form: MoveForm) -> str:
    if "reference" in form.errors:
        return " ".join(map(str, form.errors["reference"]))
    return str(ONLY_RETURNED) if "restock" in form.errors else _("Choose a status to move to.")


def _errors_of(form: Any) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _whole_number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class LineDetailView(Visible, oscar.LineDetailView):
    """Oscar 4.2.1 shows partner staff every line of an order."""

    def get_object(self, queryset: Any = None) -> Line:
        """The line, if the user may see it."""
        lines = visible_lines(self.user).filter(order__number=self.find_order().number)
        line = lines.filter(pk=self.kwargs["line_id"]).first()
        if line is None:
            raise Http404
        return line


class ShippingAddressUpdateView(Visible, oscar.ShippingAddressUpdateView):
    """Oscar 4.2.1 saves the address before it notes the change, and lets partner staff do it."""

    def get_object(self, queryset: Any = None) -> ShippingAddress:
        """The delivery address of the order."""
        address: ShippingAddress | None = ShippingAddress.objects.filter(order=self.find_order()).first()
        if address is None:
            raise Http404
        return address

    def form_valid(self, form: Any) -> HttpResponse:
        """Correct the address and note what was another."""
        order = self.find_order()
        if correct_address(order.pk, fields=form.cleaned_data, corrected_by=self.user.pk):
            messages.success(self.request, _("Delivery address updated"))
        return HttpResponseRedirect(reverse("dashboard:order-detail", kwargs={"number": order.number}))
