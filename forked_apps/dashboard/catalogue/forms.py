"""Oscar's hooks for the forms on products and categories."""

from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator
from django.utils.translation import gettext_lazy as _
from oscar.apps.dashboard.catalogue.forms import AttributeOptionForm as OscarAttributeOptionForm
from oscar.apps.dashboard.catalogue.forms import AttributeOptionGroupForm as OscarAttributeOptionGroupForm
from oscar.apps.dashboard.catalogue.forms import CategoryForm as OscarCategoryForm
from oscar.apps.dashboard.catalogue.forms import OptionForm as OscarOptionForm
from oscar.apps.dashboard.catalogue.forms import ProductAttributesForm as OscarProductAttributesForm
from oscar.apps.dashboard.catalogue.forms import ProductCategoryForm as OscarProductCategoryForm
from oscar.apps.dashboard.catalogue.forms import ProductClassForm as OscarProductClassForm
from oscar.apps.dashboard.catalogue.forms import ProductImageForm as OscarProductImageForm
from oscar.apps.dashboard.catalogue.forms import ProductRecommendationForm as OscarProductRecommendationForm
from oscar.apps.dashboard.catalogue.forms import ProductSearchForm as OscarProductSearchForm
from oscar.apps.dashboard.catalogue.forms import SetProductPriceForm as OscarSetProductPriceForm
from oscar.apps.dashboard.catalogue.forms import StockRecordForm as OscarStockRecordForm
from oscar.forms.widgets import ImageInput

from forked_apps.catalogue.attachments import IMAGE, store_attachment
from forked_apps.catalogue.categories import indented
from forked_apps.catalogue.errors import ValueRefused
from forked_apps.catalogue.html import sanitised
from forked_apps.catalogue.models import Category
from forked_apps.catalogue.options import CHOSEN
from forked_apps.catalogue.picture_files import check_picture
from forked_apps.partner.models import StockRecord
from nexus_shop.core.money import fits

from .edited import EditedOnly, check_words
from .figures import Figures
from .product_form import STATUSES, ProductForm, checked_slug
from .refusals import REASONS
from .widgets import CategorySelect
from .wording_fields import WordsInOtherLanguages

__all__ = ["ProductForm"]

MAX_DIGITS: Final = 12


class StockRecordForm(EditedOnly, Figures, OscarStockRecordForm):
    """Oscar 4.2.1 lets each record have its own currency, asks for a price, and writes back what sales have changed."""

    class Meta(OscarStockRecordForm.Meta):
        fields: ClassVar = ["partner", "partner_sku", "price", "list_price", "num_in_stock", "low_stock_threshold"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-control")
        self.fields["price"].required = False
        if "num_in_stock" in self.fields and self.instance.pk and self.instance.num_in_stock is None:
            self.fields["num_in_stock"].required = False
        self.bound_figures()

    def of_stored(self, record: StockRecord) -> "StockRecordForm":
        """The form that somebody who opens it now gets."""
        product_class = record.product.get_product_class()
        return type(self)(product_class, self.user, instance=record, prefix=self.prefix)

    @property
    def currency(self) -> str:  # type: ignore[override]  # read only
        """The record's currency; the shop's for a new one."""
        known: str = self.instance.price_currency
        return known if self.instance.pk else str(settings.OSCAR_DEFAULT_CURRENCY)


class PictureInput(ImageInput):
    """Oscar 4.2.1 works its picture field by inline handlers, which our policy does not run."""

    template_name = "dashboard/picture_input.html"


class ProductSearchForm(OscarProductSearchForm):
    """Oscar 4.2.1 calls a SKU UPC, and has products that are public or not."""

    upc = forms.CharField(max_length=64, required=False, label=_("SKU"))
    status = forms.ChoiceField(
        choices=[("", _("– all –")), *STATUSES.items()],
        required=False,
        label=_("Status"),
        widget=forms.Select(attrs={"class": "no-widget-init"}),
    )


class ProductImageForm(OscarProductImageForm):
    """A picture of a product."""

    def clean_caption(self) -> str:
        """Words without markup."""
        caption: str = self.cleaned_data["caption"]
        check_words(caption)
        return caption

    def clean_original(self) -> Any:
        """A picture that the API takes too."""
        original = self.cleaned_data["original"]
        if "original" in self.changed_data:
            try:
                check_picture(original.read())
            except ValueRefused as refusal:
                raise ValidationError(refusal.facts.reason, code="picture") from None
            original.seek(0)
        return original

    class Meta(OscarProductImageForm.Meta):
        widgets: ClassVar = {**OscarProductImageForm.Meta.widgets, "original": PictureInput()}


class ProductCategoryForm(OscarProductCategoryForm):
    """A category of a product."""

    class Meta(OscarProductCategoryForm.Meta):
        widgets: ClassVar = {"category": CategorySelect()}


class ProductRecommendationForm(OscarProductRecommendationForm):
    """Oscar 4.2.1 lets a product recommend itself, and knows one kind of recommendation."""

    class Meta(OscarProductRecommendationForm.Meta):
        fields: ClassVar = [*OscarProductRecommendationForm.Meta.fields, "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ranking"].widget.attrs |= {"class": "form-control", "aria-label": _("Ranking")}

    def clean_recommendation(self) -> Any:
        """Another product."""
        recommended = self.cleaned_data["recommendation"]
        if recommended is not None and recommended.pk == self.instance.primary_id:
            raise ValidationError(_("A product does not recommend itself."))
        return recommended


class CategoryForm(EditedOnly, WordsInOtherLanguages, OscarCategoryForm):
    """Oscar 4.2.1 stores HTML and files as they come, takes slugs of something else, asks for the way to each place."""

    HTML = frozenset({"description"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["treebeard_ref_node"]
        places.label_from_instance = lambda category: indented(category.name, category.depth)

    def clean_slug(self) -> str:
        """A slug that may be part of a category's path."""
        return checked_slug(self.cleaned_data["slug"])

    def clean_description(self) -> str:
        """The description without anything that runs."""
        return sanitised(self.cleaned_data["description"])

    def clean(self) -> dict[str, Any]:
        """A picture is stored as over the API once everything else is in order: before the transaction, not in it."""
        data = super().clean()
        if not self.errors and "image" in self.changed_data and data["image"]:
            try:
                data["image"] = store_attachment(data["image"].read(), kind=IMAGE)
            except ValueRefused as refusal:
                self.add_error("image", ValidationError(refusal.facts.reason, code="picture"))
        return data

    def columns(self) -> dict[str, Any]:
        """What the form has to write: of a stored category what was edited."""
        if self.instance.pk is not None:
            own = self.edited()
        else:
            own = {name: self.cleaned_data[name] for name in self.fields if name in self._meta.fields}
            own = own if "image" in self.changed_data else {**own, "image": ""}
        return {**own, "image": ""} if own.get("image") is False else own

    @property
    def is_moved(self) -> bool:
        """Whether the category is to stand elsewhere."""
        return bool({"treebeard_position", "treebeard_ref_node"} & set(self.changed_data))


def price_reason() -> forms.CharField:
    """Why a price is another."""
    return forms.CharField(
        label=_("Reason"),
        max_length=255,
        required=False,
        validators=[check_words],
        help_text=_("Why prices are others now: it is kept with them."),
    )


class _ExtraPrice:
    """What an answer adds to the price of a unit: nothing where the field is left empty."""

    fields: dict[str, Any]
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].required = False

    def clean_price(self) -> Decimal:
        """An amount with no more decimals than the currency has."""
        price: Decimal = self.cleaned_data["price"] or Decimal(0)
        if not fits(price, settings.OSCAR_DEFAULT_CURRENCY):
            raise ValidationError(_("That is no amount of %s.") % settings.OSCAR_DEFAULT_CURRENCY)
        return price


class SetProductPriceForm(OscarSetProductPriceForm):
    """Oscar 4.2.1 takes figures that no price can have, and gives away what a price below zero would be."""

    BELOW: ClassVar = {
        "increase_by_amount": _("Added to each product's price. Below zero it lowers it: -3.00 makes 10.00 a 7.00."),
        "increase_by_percentage": _("Of each product's price. Below zero it lowers it: -10 makes 10.00 a 9.00."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DecimalField):
                field.max_digits = MAX_DIGITS
                field.validators.append(DecimalValidator(MAX_DIGITS, field.decimal_places))
        for name, text in self.BELOW.items():
            self.fields[name].help_text = text

    def clean(self) -> dict[str, Any]:
        """Oscar's rules; what cannot be read is not said to be missing."""
        above: Any = super(OscarSetProductPriceForm, self) if self.errors else super()
        data: dict[str, Any] = above.clean()
        return data


class CategoryDeleteForm(forms.Form):
    """Where what stands in a category is to go before it is deleted."""

    move_to = forms.ModelChoiceField(
        Category.objects.all(),
        label=_("Move what stands in it to"),
        required=False,
        widget=CategorySelect(),
        help_text=_("Its products and the categories below it. Empty: only an empty category is deleted."),
    )

    def __init__(self, *args: Any, category: Category, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["move_to"]
        places.queryset = Category.objects.exclude(path__startswith=category.path)


class ProductClassForm(EditedOnly, OscarProductClassForm):
    """Oscar 4.2.1 writes back what was not edited."""


class ProductAttributesForm(EditedOnly, WordsInOtherLanguages, OscarProductAttributesForm):
    """An attribute of a product type."""


class AttributeOptionGroupForm(EditedOnly, OscarAttributeOptionGroupForm):
    """A group of options. Oscar 4.2.1 keeps no record of their prices."""

    reason = price_reason()


class OptionForm(EditedOnly, WordsInOtherLanguages, _ExtraPrice, OscarOptionForm):
    """Oscar 4.2.1 knows no options that cost something."""

    reason = price_reason()

    class Meta(OscarOptionForm.Meta):
        fields: ClassVar = [*OscarOptionForm.Meta.fields, "price"]

    def clean(self) -> dict[str, Any]:
        """Oscar says above the form what stands against a group."""
        data = super().clean()
        kind, group = data.get("type"), data.get("option_group")
        if "type" in self.errors or "option_group" in self.errors:
            return data
        if kind in CHOSEN and group is None:
            self.add_error("option_group", REASONS["group_missing"])
        elif kind not in CHOSEN and group is not None:
            self.add_error("option_group", REASONS["group_unfit"])
        return data

    def _post_clean(self) -> None:
        if not self.errors:
            super()._post_clean()


class AttributeOptionForm(EditedOnly, WordsInOtherLanguages, _ExtraPrice, OscarAttributeOptionForm):
    """The same for the choices of an option."""

    class Meta(OscarAttributeOptionForm.Meta):
        fields: ClassVar = [*OscarAttributeOptionForm.Meta.fields, "price"]
