"""Oscar's hooks for products and categories: one transaction each, by operations, within one's rights.

Oscar 4.2.1 saves a new product before it looks at the rest of the form, deletes what was ordered, lets partner staff
change and delete what other partners sell too, and answers taken slugs and used product types with a server error.
"""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Prefetch, ProtectedError, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.dashboard.catalogue import views as oscar

from forked_apps.catalogue.categories import delete_category, save_category
from forked_apps.catalogue.errors import SlugTaken, TranslationRefused
from forked_apps.catalogue.models import Brand, Product
from forked_apps.dashboard.selection import SelectsByNumber
from forked_apps.partner.queries import stock_records_of
from nexus_shop.core.errors import NotFound

from .errors import Misplaced
from .lookups import ProductLookupView
from .operations import ProductEntry, save_product, withdraw_product
from .preview import preview_url
from .product_form import MOVES, SNIPPET_TEXT, SNIPPET_TITLE
from .queries import owns

__all__ = ["ProductLookupView"]

MAX_SUGGESTED_BRANDS = 500


class ProductListView(SelectsByNumber, oscar.ProductListView):
    """Oscar 4.2.1 counts the stock records of all partners for each of them."""

    def get_queryset(self) -> QuerySet[Product]:
        """The products with the stock that the user may see, as `visible_stock`."""
        stock = stock_records_of(self.request.user).select_related("partner").order_by("pk")
        products: QuerySet[Product] = super().get_queryset()
        return products.prefetch_related(Prefetch("stockrecords", queryset=stock, to_attr="visible_stock"))


class ProductCreateUpdateView(oscar.ProductCreateUpdateView):
    """The product form. Who sells what others sell too changes only the own stock."""

    object: Any

    @property
    def may_edit_content(self) -> bool:
        """Whether texts, pictures and categories are the user's to change."""
        return self.creating or owns(self.request.user, self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds what the template needs besides Oscar's."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["may_edit_content"] = self.may_edit_content
        context["brands"] = Brand.objects.values_list("name", flat=True)[:MAX_SUGGESTED_BRANDS]
        context["snippet_lengths"] = {"title": SNIPPET_TITLE, "text": SNIPPET_TEXT}
        if not self.creating:
            context["preview_url"] = preview_url(self.object.pk)
        return context

    def get_form(self, form_class: Any = None) -> Any:
        """The form; to look at only where the content is not the user's."""
        form = super().get_form(form_class)
        if not self.may_edit_content:
            for field in form.fields.values():
                field.disabled = True
        return form

    def process_all_forms(self, form: Any) -> HttpResponse:
        """Validate everything, then write everything, or nothing."""
        user, post, files = self.request.user, self.request.POST, self.request.FILES
        formsets = {
            name: formset(self.product_class, user, post, files, instance=form.instance)
            for name, formset in self.formsets.items()
        }
        checked = formsets if self.may_edit_content else {"stockrecord_formset": formsets["stockrecord_formset"]}
        verdicts = [formset.is_valid() for formset in checked.values()]  # each says what is wrong with it
        if all(verdicts) and (form.is_valid() or not self.may_edit_content):
            refusal = self._save(form, checked)
            if refusal is None:
                return HttpResponseRedirect(self.get_success_url())
            refusal.form.add_error(refusal.field, refusal.reason)
        if self.creating:
            form.instance.pk = None
        else:
            self.object = self.get_object()  # the page links to what is stored, not to what was typed
        response: HttpResponse = self.forms_invalid(form, formsets)
        return response

    form_valid = form_invalid = process_all_forms

    def get_success_url(self) -> str:
        """Who has pressed a button of the publication stays on the page and sees what became of it."""
        url: str = super().get_success_url()
        if self.request.POST.get("action") in MOVES:
            return reverse("dashboard:catalogue-product", kwargs={"pk": self.object.pk})
        return url

    def _save(self, form: Any, formsets: dict[str, Any]) -> Misplaced | None:
        entry = ProductEntry(
            stock=formsets["stockrecord_formset"],
            form=form if self.may_edit_content else None,
            others=tuple(formset for name, formset in formsets.items() if name != "stockrecord_formset"),
            product_id=None if self.creating else self.object.pk,
            parent_id=self.parent.pk if self.creating and self.parent else None,
        )
        try:
            self.object = save_product(entry, saved_by=self.request.user.pk)
        except Misplaced as refusal:
            return refusal
        except (IntegrityError, NotFound):
            return Misplaced(form, None, _("Somebody else has changed this at the same time: look again."))
        return None


class ProductDeleteView(oscar.ProductDeleteView):
    """Delete what was never ordered; hide what was."""

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Withdraw the product."""
        product = self.object = self.get_object()
        if not owns(request.user, product):  # type: ignore[arg-type]
            raise PermissionDenied
        title = product.get_title()
        try:
            is_deleted = withdraw_product(product.pk)
        except NotFound:
            is_deleted = True
        if is_deleted:
            messages.success(request, _("'%s' was deleted.") % title)
        else:
            messages.warning(
                request, _("'%s' was ordered before, so it cannot be deleted. It is hidden from the shop now.") % title
            )
        if product.parent_id is not None:
            return redirect("dashboard:catalogue-product", pk=product.parent_id)
        return redirect("dashboard:catalogue-product-list")


class StockAlertListView(oscar.StockAlertListView):
    """Oscar 4.2.1 has no words for a list that was asked for by a senseless status, and fails."""

    description = gettext_lazy("All alerts")


class _SavesCategory:
    """Writes the category form by the operation."""

    object: Any
    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Save; what the tree refuses becomes an error of the form."""
        reference = form.cleaned_data.get("treebeard_ref_node")
        try:
            self.object = save_category(
                form.columns(),
                category_id=form.instance.pk,
                position=form.cleaned_data["treebeard_position"],
                reference_id=reference.pk if reference else None,
                is_moved=form.is_moved,
                texts=form.texts(),
            )
        except (SlugTaken, TranslationRefused) as refusal:
            place, reason = form.blame(refusal)
            form.add_error(place or "slug", reason if place else _("Another category beside this one has this slug."))
        except (NotFound, IntegrityError):
            form.add_error(None, _("Somebody else has changed the categories at the same time: look again."))
        else:
            return HttpResponseRedirect(self.get_success_url())  # type: ignore[attr-defined]
        return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again; the page links to what is stored, not to what was typed."""
        if form.instance.pk is not None:
            self.object = self.get_object()  # type: ignore[attr-defined]
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        return response


class CategoryListView(SelectsByNumber, oscar.CategoryListView):
    """The roots of the tree, or what was searched for."""


class CategoryDetailListView(SelectsByNumber, oscar.CategoryDetailListView):
    """What stands below a category."""


class CategoryCreateView(_SavesCategory, oscar.CategoryCreateView):
    """A new category. Oscar 4.2.1 knows the name of the parent field of an older treebeard."""

    def get_initial(self) -> dict[str, Any]:
        """The parent of the address."""
        initial: dict[str, Any] = super().get_initial()
        if "parent" in self.kwargs:
            initial["treebeard_ref_node"] = self.kwargs["parent"]
        return initial


class CategoryUpdateView(_SavesCategory, oscar.CategoryUpdateView):
    """Change a category, or its place."""


class CategoryDeleteView(oscar.CategoryDeleteView):
    """Delete a category with those below it."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Delete by the operation."""
        parent = self.object.get_parent()
        with suppress(NotFound):  # somebody else was faster
            delete_category(self.object.pk)
        messages.info(self.request, _("Category deleted successfully"))
        if parent is None:
            return redirect("dashboard:catalogue-category-list")
        return redirect("dashboard:catalogue-category-detail-list", pk=parent.pk)


class ProductClassDeleteView(oscar.ProductClassDeleteView):
    """Oscar 4.2.1 asks for the type's own form again, so that it never deletes one, and would fail on one in use."""

    form_class = Form

    def form_valid(self, form: Any) -> HttpResponse:
        """Delete the type, if nothing is of it."""
        try:
            response: HttpResponse = super().form_valid(form)
        except ProtectedError:
            messages.error(self.request, _("Products are still of this type: it cannot be deleted."))
            return HttpResponseRedirect(reverse("dashboard:catalogue-class-list"))
        return response
