"""Oscar's hooks for products and categories: one transaction each, by operations, within one's rights.

Oscar 4.2.1 saves a new product before it looks at the rest of the form, deletes what was ordered, lets partner staff
change and delete what other partners sell too, and answers taken slugs and used product types with a server error.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.dashboard.catalogue import views as oscar

from forked_apps.catalogue.categories import remove_category, save_category
from forked_apps.catalogue.errors import CategoryCycle, CategoryTooDeep, SlugTaken, StillUsed, TranslationRefused
from forked_apps.catalogue.models import Brand, Category, Product
from forked_apps.catalogue.stored_products import products_where
from forked_apps.dashboard.selection import SelectsByNumber
from forked_apps.partner.queries import stock_records_of
from nexus_shop.core.errors import NotFound

from .definition_views import (
    AttributeOptionGroupCreateView,
    AttributeOptionGroupDeleteView,
    AttributeOptionGroupUpdateView,
    OptionCreateView,
    OptionDeleteView,
    OptionUpdateView,
    ProductClassCreateView,
    ProductClassDeleteView,
    ProductClassUpdateView,
)
from .errors import Misplaced, PricesRefused
from .forms import CategoryDeleteForm
from .lookups import ProductLookupView, with_ways
from .operations import ProductEntry, save_product, withdraw_product
from .preview import preview_url
from .product_form import MOVES, SNIPPET_TEXT, SNIPPET_TITLE
from .queries import owns
from .refusals import OVERTAKEN, told

__all__ = [
    "AttributeOptionGroupCreateView",
    "AttributeOptionGroupDeleteView",
    "AttributeOptionGroupUpdateView",
    "OptionCreateView",
    "OptionDeleteView",
    "OptionUpdateView",
    "ProductClassCreateView",
    "ProductClassDeleteView",
    "ProductClassUpdateView",
    "ProductLookupView",
]

MAX_SUGGESTED_BRANDS = 500
MAX_NAMED = 10


class ProductListView(SelectsByNumber, oscar.ProductListView):
    """Oscar 4.2.1 counts the stock records of all partners for each of them, and knows no status."""

    def get_queryset(self) -> QuerySet[Product]:
        """The products with the stock that the user may see, as `visible_stock`."""
        stock = stock_records_of(self.request.user).select_related("partner").order_by("pk")
        products: QuerySet[Product] = super().get_queryset()
        return products.prefetch_related(Prefetch("stockrecords", queryset=stock, to_attr="visible_stock"))

    def apply_search(self, queryset: QuerySet[Product]) -> QuerySet[Product]:
        """By SKU and title as Oscar, and by status."""
        found: QuerySet[Product] = super().apply_search(queryset)
        return products_where(found, self.form.cleaned_data if self.form.is_valid() else {})


class ProductBulkActionConfirmView(oscar.ProductBulkActionConfirmView):
    """Oscar 4.2.1 knows no action that is refused."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it; or show the form again, with what stands against it."""
        response: HttpResponse
        try:
            response = super().post(request, *args, **kwargs)
        except PricesRefused as refusal:
            form = self.get_form(data=request.POST)
            form.add_error(None, f"{refusal.reason} {_some(refusal.titles)}")
            context = self.get_context_data(form=form)
            response = TemplateResponse(request, self.get_template_name(), context)
        return response


def _some(titles: list[str]) -> str:
    more = len(titles) - MAX_NAMED
    named = ", ".join(titles[:MAX_NAMED])
    return f"({named}{' …' if more > 0 else ''})"


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

    def get_object(self, queryset: Any = None) -> Any:
        """Oscar 4.2.1 fails on a variant of a variant."""
        product = super().get_object(queryset)
        if self.parent is not None and self.parent.is_child:
            raise Http404
        return product

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
        if self.request.POST.get("action") == "build-variants":
            return reverse("dashboard:catalogue-product-matrix", kwargs={"pk": self.object.pk})
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
            return Misplaced(form, None, OVERTAKEN)
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
            is_deleted = withdraw_product(product.pk, withdrawn_by=request.user.pk)
        except NotFound:
            is_deleted = True
        except IntegrityError:
            messages.error(request, OVERTAKEN)
            return redirect("dashboard:catalogue-product", pk=product.pk)
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
    """The roots of the tree, or what was searched for. Oscar 4.2.1 asks for the names above each row by itself."""

    def get_queryset(self) -> QuerySet[Category]:
        """With the names above them."""
        return with_ways(super().get_queryset())


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
    """Oscar 4.2.1 deletes all that stands below, and takes the category from its products."""

    form_class = CategoryDeleteForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The category whose contents are to go elsewhere."""
        return {**super().get_form_kwargs(), "category": self.object}

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """How much stands in it."""
        path = self.object.path
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        context["categories"] = Category.objects.filter(path__startswith=path).exclude(pk=self.object.pk).count()
        context["products"] = self.object.product_set.count()
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """Delete by the operation; what stands against it is an error of the form."""
        parent, target = self.object.get_parent(), form.cleaned_data["move_to"]
        try:
            remove_category(self.object.pk, move_to=target.pk if target else None)
        except StillUsed as refusal:
            form.add_error(None, told(refusal))
        except SlugTaken:
            form.add_error("move_to", _("A category of the same slug stands there already: change the slug first."))
        except (CategoryCycle, CategoryTooDeep) as refusal:
            form.add_error("move_to", refusal.message)
        except NotFound:
            form.add_error(None, _("Somebody else has changed the categories at the same time: look again."))
        else:
            messages.info(self.request, _("Category deleted successfully"))
            if parent is None:
                return redirect("dashboard:catalogue-category-list")
            return redirect("dashboard:catalogue-category-detail-list", pk=parent.pk)
        response: HttpResponse = self.form_invalid(form)
        return response
