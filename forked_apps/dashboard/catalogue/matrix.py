"""The option matrix: the combinations of chosen options, those that are variants and those that are to become some."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from oscar.core.utils import slugify

from forked_apps.catalogue.models import AttributeOption, Product, ProductAttribute, ProductAttributeValue
from forked_apps.catalogue.variants import MAX_AXES
from forked_apps.dashboard.selection import number_in
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.operations import MAX_FIGURE
from forked_apps.partner.products import NewVariant, Opening, build_chosen_variants, taken_skus
from forked_apps.partner.queries import products_of
from nexus_shop.accounts.models import User
from nexus_shop.core.errors import DomainError

from .edited import check_words
from .figures import Figures

MAX_ROWS: Final = 150  # of one page: each has five fields
SMALL: Final = {"class": "form-control form-control-sm"}

Combination = tuple[AttributeOption, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """An attribute with options; `chosen` are those that are to be combined."""

    attribute: ProductAttribute
    options: Sequence[AttributeOption]
    chosen: Sequence[AttributeOption]

    @property
    def name(self) -> str:
        """The name of its fields."""
        return f"axis-{self.attribute.pk}"


class OpeningForm(Figures, forms.Form):
    """How new variants are sold, where their rows say nothing else."""

    partner = forms.ModelChoiceField(Partner.objects.all(), label=gettext_lazy("Partner"))
    price = forms.DecimalField(label=gettext_lazy("Price"), max_digits=12, decimal_places=2, required=False)
    list_price = forms.DecimalField(label=gettext_lazy("List price"), max_digits=12, decimal_places=2, required=False)
    num_in_stock = forms.IntegerField(
        label=gettext_lazy("In stock"), min_value=0, max_value=MAX_FIGURE, required=False, initial=0
    )
    is_public = forms.BooleanField(label=gettext_lazy("Public at once"), required=False, initial=True)

    def __init__(self, data: Any = None) -> None:
        partner = Partner.objects.filter(code=slugify(settings.DEFAULT_PARTNER)).values_list("pk", flat=True).first()
        super().__init__(data, prefix="all", initial={"partner": partner})
        self.currency = settings.OSCAR_DEFAULT_CURRENCY
        self.bound_figures()
        for name in ("price", "list_price", "num_in_stock"):
            self.fields[name].widget.attrs |= {"class": "form-control"}
        self.fields["partner"].widget.attrs |= {"class": "form-control no-widget-init"}


class VariantForm(Figures, forms.Form):
    """One new variant; what is left empty is as `OpeningForm` has it."""

    make = forms.BooleanField(required=False, initial=True)
    sku = forms.CharField(max_length=64, required=False)
    price = forms.DecimalField(max_digits=12, decimal_places=2, required=False)
    list_price = forms.DecimalField(max_digits=12, decimal_places=2, required=False)
    num_in_stock = forms.IntegerField(min_value=0, max_value=MAX_FIGURE, required=False)

    LABELS: Final = {
        "make": gettext_lazy("Make"),
        "sku": gettext_lazy("SKU"),
        "price": gettext_lazy("Price"),
        "list_price": gettext_lazy("List price"),
        "num_in_stock": gettext_lazy("In stock"),
    }

    def __init__(self, combination: Combination, *, sku: str, data: Any = None) -> None:
        prefix = "-".join(["new", *(str(option.pk) for option in combination)])
        super().__init__(data, prefix=prefix, initial={"sku": sku})
        self.combination = combination
        self.defaults: dict[str, Any] = {}
        self.currency = settings.OSCAR_DEFAULT_CURRENCY
        self.bound_figures()
        words = ", ".join(option.option for option in combination)
        for name, field in self.fields.items():
            field.label = self.LABELS[name]
            field.widget.attrs["aria-label"] = f"{self.LABELS[name]}: {words}"
            if name != "make":
                field.widget.attrs |= SMALL

    def clean_sku(self) -> str:
        """A text that can be stored and shown."""
        sku: str = self.cleaned_data["sku"]
        check_words(sku)
        return sku

    def clean(self) -> dict[str, Any]:
        """Empty figures are those of all; a row that is not to be made is not looked at."""
        data = self.cleaned_data
        if not data.get("make"):
            self._errors = forms.utils.ErrorDict()
            return data
        for name, value in self.defaults.items():
            if name not in self.errors and data.get(name) is None:
                data[name] = value
        if "price" not in self.errors and data.get("price") is None:
            self.add_error("price", _("Say a price here or above."))
        return super().clean()

    def variant(self, partner: Partner) -> NewVariant:
        """What the row asks for."""
        data = self.cleaned_data
        opening = Opening(data["price"], data["list_price"], data["num_in_stock"] or 0, partner.pk)
        return NewVariant(tuple(option.option for option in self.combination), opening, data["sku"])


@dataclass(frozen=True, slots=True)
class Row:
    """A combination: the variant that has it, or the form that makes one."""

    combination: Combination
    variant: Product | None
    form: VariantForm | None


class ProductMatrixView(TemplateView):
    """Chosen options are in the address: `axis-7=3`, the attribute's id and the option's."""

    template_name = "oscar/dashboard/catalogue/product_matrix.html"
    opening: OpeningForm
    rows: list[Row]

    def _prepare(self, data: Any = None) -> None:
        user = cast("User", self.request.user)
        mine = products_of(user).exclude(structure=Product.CHILD).select_related("product_class")
        self.product = get_object_or_404(mine, pk=self.kwargs["pk"])
        self.can_have_variants, self.reason = self.product.can_be_parent(give_reason=True)
        self.variants = _variants(self.product)
        self.axes = self._axes()
        used = [axis for axis in self.axes if axis.chosen]
        self.used = used[:MAX_AXES]
        self.total = math.prod(len(axis.chosen) for axis in self.used) if self.used else 0
        self.opening = OpeningForm(data)
        self.rows = self._rows(data) if 0 < self.total <= MAX_ROWS else []

    def _axes(self) -> list[Axis]:
        """The attributes with options; what was not asked for is chosen as the variants have it."""
        attributes = ProductAttribute.objects.filter(
            product_class=self.product.product_class_id, type=ProductAttribute.OPTION, option_group__isnull=False
        )
        is_asked = any(name.startswith("axis-") for name in self.request.GET)
        held = {pk for values in self.variants for pk in values[1]}
        axes = []
        for attribute in attributes.prefetch_related("option_group__options").order_by("pk"):
            options = sorted(attribute.option_group.options.all(), key=lambda option: option.pk)
            asked = {number_in(text) for text in self.request.GET.getlist(f"axis-{attribute.pk}")}
            wanted = asked if is_asked else {pk for code, pk in held if code == attribute.pk}
            axes.append(Axis(attribute, options, [option for option in options if option.pk in wanted]))
        return axes

    def _rows(self, data: Any) -> list[Row]:
        ids = [axis.attribute.pk for axis in self.used]
        known = {tuple(dict(values).get(pk) for pk in ids): variant for variant, values in self.variants}
        rows = []
        for combination in itertools.product(*(axis.chosen for axis in self.used)):
            variant = known.get(tuple(option.pk for option in combination))
            form = None
            if variant is None:
                words = [self.product.upc or self.product.slug, *(slugify(option.option) for option in combination)]
                form = VariantForm(combination, sku="-".join(words).upper()[:64], data=data)
            rows.append(Row(combination, variant, form))
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The axes, and the rows of what was chosen."""
        return super().get_context_data(**kwargs) | {
            "product": self.product,
            "axes": self.axes,
            "used": self.used,
            "rows": self.rows,
            "missing": sum(row.form is not None for row in self.rows),
            "total": self.total,
            "most": MAX_ROWS,
            "opening": self.opening,
            "can_have_variants": self.can_have_variants,
            "reason": self.reason,
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The matrix."""
        self._prepare()
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make what is ticked, all of it or nothing; errors stand at their rows."""
        self._prepare(request.POST)
        forms_of_rows = [row.form for row in self.rows if row.form is not None]
        if self.opening.is_valid():
            for form in forms_of_rows:
                form.defaults = {name: self.opening.cleaned_data[name] for name in Figures.FIGURES}
        chosen = [form for form in forms_of_rows if form["make"].data]
        verdicts = [form.is_valid() for form in chosen]
        _refuse_taken([form for form in chosen if form.is_valid()])
        if not chosen:
            messages.info(request, _("Nothing was ticked."))
        elif self.opening.is_valid() and all(verdicts) and all(form.is_valid() for form in chosen):
            if self._make(chosen):
                return HttpResponseRedirect(request.get_full_path())
        else:
            messages.error(request, _("Nothing was made: see what is said at the rows."))
        return self.render_to_response(self.get_context_data())

    def _make(self, chosen: list[VariantForm]) -> bool:
        opening = self.opening.cleaned_data
        try:
            made = build_chosen_variants(
                self.product.pk,
                {axis.attribute.code: [option.option for option in axis.chosen] for axis in self.used},
                variants=[form.variant(opening["partner"]) for form in chosen],
                is_public=opening["is_public"],
                changed_by=self.request.user.pk,
            )
        except DomainError as refusal:
            place = number_in((refusal.pointer or "").removeprefix("/variants/").removesuffix("/sku"))
            if place is not None and place < len(chosen):
                chosen[place].add_error("sku", refusal.message)
            reason = getattr(refusal.facts, "reason", refusal.message)
            messages.error(self.request, f"{_('Nothing was made.')} {reason} {_blamed(refusal)}")
            return False
        text = ngettext("%(n)d variant was made.", "%(n)d variants were made.", len(made))
        messages.success(self.request, text % {"n": len(made)})
        return True


def _blamed(refusal: DomainError) -> str:
    """The attribute that a refusal is about."""
    pointer = refusal.pointer or ""
    return f"({pointer.rpartition('/')[2]})" if pointer.startswith(("/attributes/", "/axes/")) else ""


def _variants(product: Product) -> list[tuple[Product, list[tuple[int, int]]]]:
    """The variants with their stock, and the (attribute, option) pairs of each."""
    records = StockRecord.objects.select_related("partner").order_by("pk")
    values = ProductAttributeValue.objects.filter(value_option__isnull=False)
    children = Product.objects.filter(parent=product).order_by("pk")
    children = children.prefetch_related(
        Prefetch("stockrecords", queryset=records, to_attr="visible_stock"),
        Prefetch("attribute_values", queryset=values, to_attr="chosen_options"),
    )
    return [
        (child, [(value.attribute_id, value.value_option_id) for value in child.chosen_options]) for child in children
    ]


def _refuse_taken(chosen: list[VariantForm]) -> None:
    """Say at each row that its SKU is another product's, or that of a row above."""
    skus = [form.cleaned_data["sku"] for form in chosen]
    taken = taken_skus(skus)
    for place, (form, sku) in enumerate(zip(chosen, skus, strict=True)):
        if sku in taken:
            form.add_error("sku", _("Another product has this SKU."))
        elif sku and sku in skus[:place]:
            form.add_error("sku", _("A row above has this SKU."))
