"""Oscar's hooks for the forms on products and categories."""

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from oscar.apps.dashboard.catalogue.forms import AttributeOptionForm as OscarAttributeOptionForm
from oscar.apps.dashboard.catalogue.forms import CategoryForm as OscarCategoryForm
from oscar.apps.dashboard.catalogue.forms import OptionForm as OscarOptionForm
from oscar.apps.dashboard.catalogue.forms import ProductCategoryForm as OscarProductCategoryForm
from oscar.apps.dashboard.catalogue.forms import ProductImageForm as OscarProductImageForm
from oscar.apps.dashboard.catalogue.forms import ProductRecommendationForm as OscarProductRecommendationForm
from oscar.apps.dashboard.catalogue.forms import StockRecordForm as OscarStockRecordForm
from oscar.forms.widgets import ImageInput

from forked_apps.catalogue.categories import indented
from forked_apps.catalogue.html import sanitised
from nexus_shop.core.money import fits

from .figures import Figures
from .product_form import ProductForm, checked_slug
from .widgets import CategorySelect
from .wording_fields import WordsInOtherLanguages

__all__ = ["ProductForm"]


class StockRecordForm(Figures, OscarStockRecordForm):
    """Oscar 4.2.1 lets each record have its own currency, and writes back stock figures that sales have changed."""

    class Meta(OscarStockRecordForm.Meta):
        fields: ClassVar = ["partner", "partner_sku", "price", "list_price", "num_in_stock", "low_stock_threshold"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("class", "form-control")
            if name in self.FIGURES and self.instance.pk:
                field.show_hidden_initial = True
        self.bound_figures()

    @property
    def currency(self) -> str:  # type: ignore[override]  # read only
        """The record's currency; the shop's for a new one."""
        known: str = self.instance.price_currency
        return known if self.instance.pk else str(settings.OSCAR_DEFAULT_CURRENCY)


class PictureInput(ImageInput):
    """Oscar 4.2.1 works its picture field by inline handlers, which our policy does not run."""

    template_name = "dashboard/picture_input.html"


class ProductImageForm(OscarProductImageForm):
    """A picture of a product."""

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


class CategoryForm(WordsInOtherLanguages, OscarCategoryForm):
    """Oscar 4.2.1 stores HTML as it comes, takes slugs of something else, and asks for the way to each place."""

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
