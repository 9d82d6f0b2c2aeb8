"""Oscar's hooks for the forms on products and categories."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from oscar.apps.dashboard.catalogue.forms import AttributeOptionForm as OscarAttributeOptionForm
from oscar.apps.dashboard.catalogue.forms import CategoryForm as OscarCategoryForm
from oscar.apps.dashboard.catalogue.forms import OptionForm as OscarOptionForm
from oscar.apps.dashboard.catalogue.forms import ProductForm as OscarProductForm
from oscar.apps.dashboard.catalogue.forms import ProductImageForm as OscarProductImageForm
from oscar.apps.dashboard.catalogue.forms import StockRecordForm as OscarStockRecordForm
from oscar.forms.widgets import ImageInput

from forked_apps.catalogue.html import sanitised
from forked_apps.catalogue.slugs import is_allowed
from nexus_shop.core.money import fits

from .wording_fields import WordsInOtherLanguages


def _checked_slug(slug: str) -> str:
    """The slug, if it may address a thing in the API; empty, it is made from the title."""
    if slug and not is_allowed(slug):
        raise ValidationError(_("A slug may not be a number or a word of the API."), code="reserved")
    return slug


class ProductForm(WordsInOtherLanguages, OscarProductForm):
    """Oscar 4.2.1 stores HTML as it comes and takes slugs that address something else; it knows no brands."""

    FOR_CHILDREN: ClassVar[set[str]] = {"description", "is_discountable", "brand"}

    brand = forms.CharField(
        label=_("Brand"),
        max_length=128,
        required=False,
        help_text=_("The maker's name. A new name makes a new brand."),
        widget=forms.TextInput(attrs={"list": "brands"}),
    )

    def __init__(self, product_class: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(product_class, *args, **kwargs)
        self.richtext = {
            f"attr_{attribute.code}" for attribute in product_class.attributes.all() if attribute.type == "richtext"
        }
        if "brand" in self.fields and self.instance.brand is not None:
            self.fields["brand"].initial = self.instance.brand.name
        self.order_fields(["title", "upc", "brand"])

    def delete_non_child_fields(self) -> None:
        """A child shows the texts and the brand of its parent."""
        for name in self.FOR_CHILDREN & set(self.fields):
            del self.fields[name]

    def clean_slug(self) -> str:
        """A slug that may address a product."""
        return _checked_slug(self.cleaned_data["slug"])

    def clean_description(self) -> str:
        """The description without anything that runs."""
        return sanitised(self.cleaned_data["description"])

    def clean_brand(self) -> str:
        """The name, its spaces put in order."""
        return " ".join(self.cleaned_data["brand"].split())

    def clean(self) -> dict[str, Any]:
        """Rich texts among the attributes are cleaned like the description."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.richtext & set(data):
            data[name] = sanitised(data[name])
        return data


class StockRecordForm(OscarStockRecordForm):
    """Oscar 4.2.1 lets each record have its own currency, and writes back stock figures that sales have changed.

    Each figure travels with the value that was shown: what was not edited is not written.
    """

    FIGURES: ClassVar[tuple[str, ...]] = ("price", "list_price", "num_in_stock")

    class Meta(OscarStockRecordForm.Meta):
        fields: ClassVar = ["partner", "partner_sku", "price", "list_price", "num_in_stock", "low_stock_threshold"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("class", "form-control")
            if name in self.FIGURES and self.instance.pk:
                field.show_hidden_initial = True
        for name in ("price", "list_price"):
            self.fields[name].min_value = Decimal(0)
            self.fields[name].widget.attrs["min"] = "0"

    @property
    def currency(self) -> str:
        """The record's currency; the shop's for a new one."""
        known: str = self.instance.price_currency
        return known if self.instance.pk else str(settings.OSCAR_DEFAULT_CURRENCY)

    def shown(self, name: str) -> Any:
        """The figure that the form has shown, as it was sent back; None where it was not."""
        field = self.fields[name]
        raw = field.hidden_widget().value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        try:
            return field.to_python(raw)
        except ValidationError:
            return None

    def clean(self) -> dict[str, Any]:
        """Prices in the digits of the currency; a list price is the higher one."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("price", "list_price"):
            amount = data.get(name)
            if amount is not None and amount < 0:
                self.add_error(name, _("A price is zero or more."))
            elif amount is not None and not fits(amount, self.currency):
                self.add_error(name, _("%s has no such fractions.") % self.currency)
        price, list_price = data.get("price"), data.get("list_price")
        if list_price is not None and (price is None or list_price <= price):
            self.add_error("list_price", _("The list price is the one before the reduction: above the price."))
        return data


class PictureInput(ImageInput):
    """Oscar 4.2.1 works its picture field by inline handlers, which our policy does not run."""

    template_name = "dashboard/picture_input.html"


class ProductImageForm(OscarProductImageForm):
    """A picture of a product."""

    class Meta(OscarProductImageForm.Meta):
        widgets: ClassVar = {**OscarProductImageForm.Meta.widgets, "original": PictureInput()}


class CategoryForm(WordsInOtherLanguages, OscarCategoryForm):
    """Oscar 4.2.1 stores HTML as it comes, and takes slugs that address something else."""

    def clean_slug(self) -> str:
        """A slug that may be part of a category's path."""
        return _checked_slug(self.cleaned_data["slug"])

    def clean_description(self) -> str:
        """The description without anything that runs."""
        return sanitised(self.cleaned_data["description"])

    def columns(self) -> dict[str, Any]:
        """What the form has to write; a picture that was not touched is left out."""
        own = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in self.places and not name.startswith("treebeard_")
        }
        if "image" not in self.changed_data:
            own.pop("image", None)
        elif own.get("image") is False:
            own["image"] = ""
        return own

    @property
    def is_moved(self) -> bool:
        """Whether the category is to stand elsewhere."""
        return bool({"treebeard_position", "treebeard_ref_node"} & set(self.changed_data))


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


class OptionForm(_ExtraPrice, OscarOptionForm):
    """Oscar 4.2.1 knows no options that cost something."""

    class Meta(OscarOptionForm.Meta):
        fields: ClassVar = [*OscarOptionForm.Meta.fields, "price"]


class AttributeOptionForm(_ExtraPrice, OscarAttributeOptionForm):
    """The same for the choices of an option."""

    class Meta(OscarAttributeOptionForm.Meta):
        fields: ClassVar = [*OscarAttributeOptionForm.Meta.fields, "price"]
