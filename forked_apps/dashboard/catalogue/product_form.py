"""The form of a product's own fields; stock, pictures, categories and recommendations have form sets beside it."""

from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.dashboard.catalogue.forms import ProductForm as OscarProductForm

from forked_apps.catalogue.errors import BarcodeTaken, SkuTaken
from forked_apps.catalogue.fields import is_control
from forked_apps.catalogue.html import plain_text, sanitised
from forked_apps.catalogue.links import MAX_LINKS
from forked_apps.catalogue.models import Option, Product, ProductAttribute
from forked_apps.catalogue.publishing import ARCHIVED, DRAFT, PUBLISHED, SCHEDULED, status_of
from forked_apps.catalogue.slugs import is_allowed
from forked_apps.dashboard.dates import WithinCalendar

from .attribute_fields import field_of, json_of, minute_input, stored_upload
from .edited import EditedOnly
from .wording_fields import WordsInOtherLanguages

STATUSES: Final = {
    DRAFT: gettext_lazy("Draft"),
    SCHEDULED: gettext_lazy("Scheduled"),
    PUBLISHED: gettext_lazy("Published"),
    ARCHIVED: gettext_lazy("Archived"),
}
#: The buttons that save, and lead to the variants that the product is to have.
GETS_VARIANTS: Final = {"create-child", "build-variants"}
#: The buttons that save and change the status.
MOVES: Final = {"publish": PUBLISHED, "unpublish": DRAFT, "archive": ARCHIVED, "restore": DRAFT}
UNIT: Final = [
    name
    for name in ("unit_measure", "unit_content", "unit_reference")
    if name in {field.name for field in Product._meta.concrete_fields}  # noqa: SLF001 - documented API
]
GTIN_LENGTHS: Final = (8, 12, 13, 14)
SNIPPET_TITLE: Final = 60  # characters that search engines show
SNIPPET_TEXT: Final = 160
MAX_TAGS: Final = 2000


def checked_slug(slug: str) -> str:
    """The slug, if it may address a thing in the API; empty, it is made from the title."""
    if slug and not is_allowed(slug):
        raise ValidationError(_("A slug may not be a number or a word of the API."), code="reserved")
    return slug


class ProductForm(EditedOnly, WordsInOtherLanguages, WithinCalendar, OscarProductForm):
    """Oscar 4.2.1 stores HTML and uploads as they come, takes slugs that address something else, and knows no brands,
    tags, barcodes or schedule.
    """

    HTML = frozenset({"description"})
    use_required_attribute = False  # what is required depends on the button that is pressed
    FOR_CHILDREN: ClassVar[set[str]] = {"description", "is_discountable", "brand", "tags", "options"}
    PUBLICATION: ClassVar[tuple[str, ...]] = ("status", "publish_from", "publish_until")

    brand = forms.CharField(
        label=gettext_lazy("Brand"),
        max_length=128,
        required=False,
        help_text=gettext_lazy("The maker's name. A new name makes a new brand."),
        widget=forms.TextInput(attrs={"list": "brands"}),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        max_length=MAX_TAGS,
        required=False,
        help_text=gettext_lazy("Words that the product is found by, with commas between them."),
    )
    options = forms.ModelMultipleChoiceField(
        Option.objects.all(),
        label=gettext_lazy("Options"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What the shopper may say when buying it, beside the options of its type."),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"), widget=forms.Select(attrs={"class": "no-widget-init"}), required=False
    )
    publish_from = forms.DateTimeField(
        label=gettext_lazy("Publish at"),
        required=False,
        widget=minute_input(),
        help_text=gettext_lazy("For the status Scheduled."),
    )
    publish_until = forms.DateTimeField(
        label=gettext_lazy("Public until"),
        required=False,
        widget=minute_input(),
        help_text=gettext_lazy("Empty: until you hide it."),
    )

    seo_fields: ClassVar = [*OscarProductForm.seo_fields, "canonical_url", "og_title", "og_description"]

    class Meta(OscarProductForm.Meta):
        fields: ClassVar = [
            *(name for name in OscarProductForm.Meta.fields if name != "is_public"),
            *("barcode", *UNIT, "canonical_url", "og_title", "og_description"),
        ]
        widgets: ClassVar = {
            **OscarProductForm.Meta.widgets,
            "og_description": forms.Textarea(attrs={"class": "no-widget-init", "rows": 3}),
            "meta_description": forms.Textarea(attrs={"class": "no-widget-init", "rows": 3}),
        }
        labels: ClassVar = {"upc": gettext_lazy("SKU")}
        help_texts: ClassVar = {"upc": gettext_lazy("The shop's own number of what is sold. No other product has it.")}
        error_messages: ClassVar = {"upc": {"unique": SkuTaken.message}}

    def __init__(self, product_class: Any, *args: Any, **kwargs: Any) -> None:
        self.attributes = {f"attr_{each.code}": each for each in product_class.attributes.all()}
        self.any_date = frozenset(self.attributes)
        self.product_class = product_class
        super().__init__(product_class, *args, **kwargs)
        self.is_new = self.instance.pk is None
        self.gets_variants = not self.instance.is_child and self.data.get("action") in GETS_VARIANTS
        if self.gets_variants:  # these say what is required
            for name in self.attributes.keys() & self.fields.keys():
                self.fields[name].required = False
        if not self.instance.is_child:
            self.fields["title"].required = True
            self.fields["title"].error_messages["required"] = _("Your product must have a title.")
        known = PUBLISHED if self.is_new else status_of(self.instance)
        self.stored_status = known
        may_be_archived = ARCHIVED in {known, self.data.get(self.add_initial_prefix("status"))}
        self.fields["status"].choices = [
            (status, label) for status, label in STATUSES.items() if status != ARCHIVED or may_be_archived
        ]
        self.initial |= {
            "status": known,
            "publish_from": self.instance.publish_from,
            "publish_until": self.instance.publish_until,
        }
        self._show_links()
        self.order_fields(["title", "upc", "barcode", "brand", "tags", "description", *UNIT])

    def _show_links(self) -> None:
        if self.is_new:
            return
        if "brand" in self.fields and self.instance.brand is not None:
            self.initial["brand"] = self.instance.brand.name
        if "tags" in self.fields:
            self.initial["tags"] = ", ".join(self.instance.tags.order_by("name").values_list("name", flat=True))
        if "options" in self.fields:
            self.initial["options"] = list(self.instance.product_options.values_list("pk", flat=True))

    def of_stored(self, product: Product) -> "ProductForm":
        """The form that somebody who opens it now gets."""
        return type(self)(self.product_class, instance=product, parent=product.parent)

    def is_html(self, name: str) -> bool:
        """Rich texts of attributes, too."""
        attribute = self.attributes.get(name)
        return super().is_html(name) or (attribute is not None and attribute.type == ProductAttribute.RICHTEXT)

    def get_attribute_field(self, attribute: ProductAttribute) -> forms.Field:
        """The field of an attribute, of whatever type."""
        return field_of(attribute)

    def delete_non_child_fields(self) -> None:
        """A child shows the texts, the brand, the tags and the options of its parent."""
        for name in self.FOR_CHILDREN & set(self.fields):
            del self.fields[name]

    def primary_form_fields(self) -> list[forms.BoundField]:
        """What has no panel of its own."""
        elsewhere = {*self.PUBLICATION, *self.attributes}
        return [field for field in super().primary_form_fields() if field.name not in elsewhere]

    def attribute_form_fields(self) -> list[forms.BoundField]:
        """The panel of the attributes."""
        return [self[name] for name in self.attributes if name in self.fields]

    def publication_form_fields(self) -> list[forms.BoundField]:
        """The panel of the publication."""
        return [self[name] for name in self.PUBLICATION]

    @property
    def may_get_variants(self) -> bool:
        """Whether it is sold by itself, if at all, and could have variants."""
        return self.is_new or bool(self.instance.is_standalone and self.instance.can_be_parent())

    @property
    def stored_status_label(self) -> Any:
        """The status that the product has, for people."""
        return STATUSES[self.stored_status]

    def snippet(self) -> dict[str, Any]:
        """What a search engine would show of what is stored."""
        product = self.instance
        owner = product.parent if product.is_child and product.parent_id else product
        text = product.meta_description or plain_text(product.description or owner.description or "")
        return {
            "title": product.meta_title or product.title or owner.title,
            "text": text[:SNIPPET_TEXT],
            "address": f"{settings.STOREFRONT_URL or settings.BASE_URL} › … › {product.slug}",
        }

    def clean_structure(self) -> str:
        """What is made to have variants is a parent from the start."""
        return Product.PARENT if self.gets_variants and self.is_new else self.cleaned_data["structure"]

    def clean_slug(self) -> str:
        """A slug that may address a product."""
        return checked_slug(self.cleaned_data["slug"])

    def clean_barcode(self) -> str | None:
        """A barcode that no other product has, with fewer or more zeros before it."""
        barcode: str | None = self.cleaned_data["barcode"]
        if barcode and "barcode" in self.changed_data:
            same = {barcode.lstrip("0").zfill(length) for length in GTIN_LENGTHS}
            if Product.objects.filter(barcode__in=same).exclude(pk=self.instance.pk).exists():
                raise ValidationError(BarcodeTaken.message)
        return barcode

    def clean_description(self) -> str:
        """The description without anything that runs."""
        return sanitised(self.cleaned_data["description"])

    def clean_brand(self) -> str:
        """The name, its spaces put in order."""
        return " ".join(self.cleaned_data["brand"].split())

    def clean_tags(self) -> list[str]:
        """The words, each once."""
        words = [" ".join(word.split()) for word in self.cleaned_data["tags"].split(",")]
        names = list({word.casefold(): word for word in words if word}.values())
        if len(names) > MAX_LINKS:
            raise ValidationError(_("There may be %d tags.") % MAX_LINKS)
        if any(len(name) > 64 or any(map(is_control, name)) for name in names):
            raise ValidationError(_("A tag has at most 64 characters, all of which can be shown."))
        return names

    def clean(self) -> dict[str, Any]:
        """What was uploaded is stored once everything else is in order: before the transaction, not in it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_unit(data)
        for name, attribute in self.attributes.items():
            if not self.errors and attribute.is_file and name in self.changed_data and data.get(name):
                try:
                    data[name] = stored_upload(attribute, data[name])
                except ValidationError as refusal:
                    self.add_error(name, refusal)
        return data

    def _check_unit(self, data: dict[str, Any]) -> None:
        """A unit and what the pack holds of it go together."""
        measure, content, reference = (data.get(name) for name in ("unit_measure", "unit_content", "unit_reference"))
        above_zero = _("A number above zero, with at most four decimals.")
        if content is not None and content <= 0:
            self.add_error("unit_content", above_zero)
        elif measure and content is None and not self.errors.get("unit_content"):
            self.add_error("unit_content", _("Say how much one piece holds, or choose no unit."))
        elif content is not None and not measure and not self.errors.get("unit_measure"):
            self.add_error("unit_measure", _("Choose the unit of the content, or leave the content empty."))
        if reference is not None and reference <= 0:
            self.add_error("unit_reference", above_zero)

    def _post_clean(self) -> None:
        """Attributes are checked and written by the operation, not by the model. What was not edited stays."""
        vars(self.instance.attr)["validate_attributes"] = lambda: None
        data = self.cleaned_data
        if self.is_new and "title" in self.errors:  # it is not missing, too
            self.instance.title = "–"
        self.cleaned_data = {name: value for name, value in data.items() if name not in self._kept()}
        super(OscarProductForm, self)._post_clean()  # Oscar's would set them
        self.cleaned_data = {name: value for name, value in data.items() if name not in self.errors}

    def _get_validation_exclusions(self) -> set[str]:
        """What was not edited is not asked whether it is taken: Oscar 4.2.1 loads no SKU as an empty one, which is."""
        return {*super()._get_validation_exclusions(), *self._kept()}

    def _kept(self) -> set[str]:
        """The columns that the form has and that were not edited."""
        return set() if self.is_new else {*self._meta.fields} - {*self.changed_data}

    def attribute_values(self) -> dict[str, Any]:
        """The attributes that were edited, as `set_attributes` takes them."""
        edited = [name for name in self.attributes if name in self.fields and name in self.changed_data]
        return {self.attributes[name].code: json_of(self.attributes[name], self.cleaned_data[name]) for name in edited}

    def publication(self) -> dict[str, Any]:
        """What was said of the publication, as `set_publication` takes it; nothing where nothing was."""
        move = MOVES.get(self.data.get("action", ""))
        is_said = self.is_new or "status" in self.changed_data
        status = move or (is_said and self.cleaned_data["status"]) or self.stored_status
        times = [name for name in ("publish_from", "publish_until") if name in self.changed_data]
        if not self.is_new and status == self.stored_status and not times:
            return {}
        if move is not None:  # a button needs no time, and publishes until the time that is typed
            times = ["publish_until"] if move == PUBLISHED else []
        elif status == SCHEDULED:
            times = ["publish_from", "publish_until"]
        return {"status": status, **{name: self.cleaned_data[name] for name in times}}
