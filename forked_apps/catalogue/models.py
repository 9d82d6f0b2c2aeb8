"""Oscar's catalogue, plus brands, tags, unique slugs, publication by the clock and recorded picture sizes."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left, Length, LPad, Now
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField
from modeltrans.manager import MultilingualManager, MultilingualQuerySet
from oscar.apps.catalogue.abstract_models import (
    AbstractAttributeOption,
    AbstractAttributeOptionGroup,
    AbstractCategory,
    AbstractOption,
    AbstractProduct,
    AbstractProductAttribute,
    AbstractProductAttributeValue,
    AbstractProductCategory,
    AbstractProductClass,
    AbstractProductImage,
    AbstractProductRecommendation,
)
from oscar.apps.catalogue.managers import CategoryManager as OscarCategoryManager
from oscar.apps.catalogue.managers import CategoryQuerySet as OscarCategoryQuerySet
from oscar.apps.catalogue.managers import ProductQuerySet as OscarProductQuerySet
from oscar.models.fields import NullCharField
from oscar.models.fields.slugfield import SlugField

from .addresses import CATEGORY_ADDRESSES, PATH_STEP, PRODUCT_ADDRESSES, CategoryAddress, ProductAddress
from .ancestors import ANCESTORS
from .barcodes import validate_gtin
from .page_addresses import validate_page_address
from .pictures import strip_new_upload
from .slugs import free_category_slug, free_product_slug, is_allowed
from .triggers import APPEND_ONLY, CHOICE_PRICES, OPTION_PRICES

GTIN_LENGTH = 14  # shorter barcodes are the same with zeros before them


class _Translated:
    """A thing whose texts have translations in `i18n`.

    modeltrans 0.10.2 counts its virtual fields (`title_de`, `title_i18n`) among the fields that are validated, which
    makes a translation of every fallback that the active language shows.
    """

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Validate the columns alone; translations are validated where they are written."""
        virtual = {field.name for field in self._meta.private_fields}  # type: ignore[attr-defined]  # the model's
        super().clean_fields(exclude={*(exclude or ()), *virtual})  # type: ignore[misc]


class _Addressed(_Translated):
    """A thing that the API finds by its slug. Oscar 4.2.1 takes slugs there that address something else."""

    slug: str

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Every form asks here, that of Django admin too; an empty slug is made from the name."""
        super().clean_fields(exclude=exclude)
        if self.slug and "slug" not in (exclude or ()) and not is_allowed(self.slug):
            raise ValidationError({"slug": _("A slug may not be a number or a word of the API.")}, code="reserved")


class Brand(models.Model):
    """A maker's name. Names are unique whatever the case."""

    name = models.CharField(_("Name"), max_length=128)
    slug = models.SlugField(_("Slug"), max_length=128, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("Brand")
        verbose_name_plural = _("Brands")
        constraints = [models.UniqueConstraint(models.functions.Lower("name"), name="one_brand_per_name")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that products are found by. Names are unique whatever the case."""

    name = models.CharField(_("Name"), max_length=64)
    slug = models.SlugField(_("Slug"), max_length=64, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("Tag")
        verbose_name_plural = _("Tags")
        constraints = [models.UniqueConstraint(models.functions.Lower("name"), name="one_tag_per_name")]

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(OscarProductQuerySet, MultilingualQuerySet):
    """Oscar's. modeltrans makes such a class at every query of a model that has none of its own."""


class Product(_Addressed, AbstractProduct):
    """Oscar's product. The slug is unique in the shop: it addresses the product in the API.

    `is_public` is what shoppers' reads obey. A product that is not public and has `publish_from` waits for that time;
    one with `publish_until` is hidden then: `obey_clock` does both, and empties what it has obeyed. What is archived is
    never public, and what is public waits for no time: CHECKs say so.

    With a unit, `unit_content` is what one piece holds, and `unit_reference` is how much the price per unit is said of:
    of a bottle of 0.75 l that is 1 l. A child without a unit has its parent's.
    """

    class Measure(models.TextChoices):
        """In which contents are measured."""

        KILOGRAM = "kg", _("kilogram")
        GRAM = "g", _("gram")
        LITRE = "l", _("litre")
        MILLILITRE = "ml", _("millilitre")
        METRE = "m", _("metre")
        CENTIMETRE = "cm", _("centimetre")
        SQUARE_METRE = "m2", _("square metre")
        PIECE = "piece", _("piece")

    i18n = TranslationField(
        fields=("title", "slug", "description", "meta_title", "meta_description", "og_title", "og_description")
    )
    objects = MultilingualManager.from_queryset(ProductQuerySet)()
    slug = SlugField(_("Slug"), max_length=255, unique=True, blank=True)
    brand = models.ForeignKey(
        Brand, verbose_name=_("Brand"), null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )
    tags = models.ManyToManyField(Tag, verbose_name=_("Tags"), blank=True, related_name="products")
    barcode = NullCharField(
        _("Barcode"),
        max_length=GTIN_LENGTH,
        validators=[validate_gtin],
        help_text=_("The GTIN on the pack: EAN, UPC or ISBN-13, digits only."),
    )
    canonical_url = models.CharField(
        _("Canonical address"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        validators=[validate_page_address],
        help_text=_("The page that search engines should show instead of this product's own."),
    )
    og_title = models.CharField(_("Title when shared"), max_length=255, blank=True, default="", db_default="")
    og_description = models.CharField(
        _("Description when shared"), max_length=500, blank=True, default="", db_default=""
    )
    publish_from = models.DateTimeField(_("Publish at"), null=True, blank=True)
    publish_until = models.DateTimeField(_("Public until"), null=True, blank=True)
    archived_at = models.DateTimeField(_("Archived at"), null=True, blank=True, editable=False)

    unit_measure = models.CharField(
        _("Unit"),
        max_length=8,
        choices=Measure.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("In which the content is measured, where the price per unit is to be shown."),
    )
    unit_content = models.DecimalField(
        _("Content"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("How much one piece holds, in the unit."),
    )
    unit_reference = models.DecimalField(
        _("Price per"),
        max_digits=12,
        decimal_places=4,
        default=Decimal(1),
        db_default=Decimal(1),
        help_text=_("Of how much the price per unit is shown: 1 kg, 100 ml."),
    )

    class Meta(AbstractProduct.Meta):
        triggers = PRODUCT_ADDRESSES
        constraints = [
            models.CheckConstraint(
                condition=Q(archived_at__isnull=True)
                | Q(is_public=False, publish_from__isnull=True, publish_until__isnull=True),
                name="archived_is_not_public",
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(publish_from__isnull=True), name="public_waits_for_no_day"
            ),
            models.CheckConstraint(condition=Q(publish_until__gt=F("publish_from")), name="published_before_it_ends"),
            models.CheckConstraint(condition=Q(barcode__regex=r"^([0-9]{8}|[0-9]{12,14})$"), name="barcode_is_gtin"),
            models.UniqueConstraint(
                LPad("barcode", GTIN_LENGTH, Value("0")),
                name="one_product_per_barcode",
                violation_error_message=_("Another product has this barcode."),
            ),
            models.CheckConstraint(
                name="unit_and_content_go_together",
                condition=Q(unit_measure="", unit_content=None)
                | Q(~Q(unit_measure=""), unit_content__isnull=False, unit_content__gt=0),
            ),
            models.CheckConstraint(
                name="unit_is_known",
                condition=Q(unit_measure__in=["", "kg", "g", "l", "ml", "m", "cm", "m2", "piece"]),
            ),
            models.CheckConstraint(name="unit_reference_is_positive", condition=Q(unit_reference__gt=0)),
        ]
        indexes = [
            models.Index(fields=["publish_from"], condition=Q(publish_from__isnull=False), name="product_publish_from"),
            models.Index(
                fields=["publish_until"], condition=Q(publish_until__isnull=False), name="product_publish_until"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 takes the first slug that comes to mind; two products of one title would share an address."""
        if not self.slug or self._slug_is_new():
            self.slug = free_product_slug(self)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Every form asks here, that of Django admin too."""
        super().clean()
        if self.is_public and self.archived_at is not None:
            raise ValidationError(_("This product is archived: restore it before you publish it."), code="archived")

    def _slug_is_new(self) -> bool:
        return self._state.adding

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """Django looks at the column alone; another product may have the slug in another language."""
        super().validate_unique(exclude=exclude)
        if "slug" not in (exclude or ()) and self.rival_addresses().filter(slug=self.slug).exists():
            raise ValidationError({"slug": _("Another product has this slug in another language.")}, code="unique")

    def rival_addresses(self) -> "models.QuerySet[ProductAddress]":
        """All slugs of all other products."""
        return ProductAddress.objects.exclude(product_id=self.pk)

    @property
    def sorted_recommended_products(self) -> list["Product"]:
        """Oscar 4.2.1 knows one kind of recommendation."""
        related = self.primary_recommendations.filter(kind=ProductRecommendation.Kind.RELATED)
        return [each.recommendation for each in related.select_related("recommendation")]


class CategoryQuerySet(OscarCategoryQuerySet, MultilingualQuerySet):
    """Oscar's, for the same reason."""


class CategoryManager(MultilingualManager, OscarCategoryManager):
    """Oscar's, for the same reason."""


class Category(_Addressed, AbstractCategory):
    """Oscar's category. Slugs are unique among siblings: the path of slugs addresses the category in the API."""

    i18n = TranslationField(
        fields=("name", "slug", "description", "long_description", "meta_title", "meta_description")
    )
    objects = CategoryManager.from_queryset(CategoryQuerySet)()

    class Meta(AbstractCategory.Meta):
        triggers = [*CATEGORY_ADDRESSES, *ANCESTORS]
        constraints = [
            models.UniqueConstraint(Left("path", Length("path") - PATH_STEP), "slug", name="one_slug_among_siblings")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 lets siblings share a slug, and so an address."""
        if self._state.adding or not self.slug:
            self.slug = free_category_slug(self)
        strip_new_upload(self.image)
        super().save(*args, **kwargs)

    def set_ancestors_are_public(self) -> None:
        """Oscar 4.2.1 writes the whole subtree after every save; triggers have done it. The instance says so too."""
        self.refresh_from_db(fields=["ancestors_are_public"])

    def rival_addresses(self) -> "models.QuerySet[CategoryAddress]":
        """All slugs of its siblings."""
        siblings = CategoryAddress.objects.filter(parent_path=self.path[:-PATH_STEP])
        return siblings.exclude(category_id=self.pk)


class ProductClass(AbstractProductClass):
    """Oscar's product class."""


class ProductCategory(AbstractProductCategory):
    """Oscar's link between product and category."""


class ProductRecommendation(AbstractProductRecommendation):
    """Oscar's link between a product and what goes with it. Of a higher `ranking` first; never a product itself."""

    class Kind(models.TextChoices):
        """Why it is recommended: like it, bought with it, better than it."""

        RELATED = "related", _("Related")
        CROSS_SELL = "cross_sell", _("Cross-sell")
        UP_SELL = "up_sell", _("Up-sell")

    kind = models.CharField(
        _("Kind"), max_length=16, choices=Kind.choices, default=Kind.RELATED, db_default=Kind.RELATED
    )

    class Meta(AbstractProductRecommendation.Meta):
        ordering = ["primary", "-ranking", "id"]
        unique_together = ()
        constraints = [
            models.UniqueConstraint(fields=["primary", "kind", "recommendation"], name="recommended_once_per_kind"),
            models.CheckConstraint(condition=~Q(primary=F("recommendation")), name="not_recommended_to_itself"),
            models.CheckConstraint(
                condition=Q(kind__in=["related", "cross_sell", "up_sell"]), name="recommendation_kind_is_known"
            ),
        ]


class ProductAttribute(_Translated, AbstractProductAttribute):
    """Oscar's product attribute."""

    i18n = TranslationField(fields=("name",))


class ProductAttributeValue(AbstractProductAttributeValue):
    """Oscar's value of an attribute."""

    class Meta(AbstractProductAttributeValue.Meta):
        indexes = [
            models.Index(
                "entity_object_id", condition=models.Q(entity_object_id__isnull=False), name="values_by_entity"
            )
        ]


class AttributeOptionGroup(AbstractAttributeOptionGroup):
    """Oscar's group of options of an attribute."""


def extra_price(help_text: Any) -> "models.DecimalField[Decimal, Decimal]":
    """What an answer adds to the price of each unit, entered like the prices."""
    return models.DecimalField(
        _("Extra price"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text=help_text,
    )


class AttributeOption(_Translated, AbstractAttributeOption):
    """Oscar's value of a group: of an attribute, or a choice of an option, with what that choice adds to the price."""

    price = extra_price(_("Added to each unit when this is chosen as an option."))
    i18n = TranslationField(fields=("option",))

    class Meta(AbstractAttributeOption.Meta):
        triggers = CHOICE_PRICES


class Option(_Translated, AbstractOption):
    """Oscar's option: what a shopper says when adding a product to the cart, with what saying it adds to the price."""

    price = extra_price(_("Added to each unit when the shopper makes use of the option."))
    i18n = TranslationField(fields=("name", "help_text"))

    class Meta(AbstractOption.Meta):
        triggers = OPTION_PRICES


class OptionPriceChange(models.Model):
    """One change of what an option (`option_id`), or a choice of a group (`choice_id`), costs.

    Written by triggers; never changed or deleted. Amounts are as entered, in the shop's currency: the old one is null
    of what is new, the new one of what is deleted; what costs nothing then has no such row. `name` is how it was called
    then. The account may be gone. Without a reason the change came around the operations.
    """

    id = models.BigAutoField(primary_key=True)
    option_id = models.BigIntegerField(null=True)
    choice_id = models.BigIntegerField(null=True)
    option_group_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=400)
    old_price = models.DecimalField(_("Old price"), max_digits=12, decimal_places=2, null=True)
    new_price = models.DecimalField(_("New price"), max_digits=12, decimal_places=2, null=True)
    reason = models.CharField(_("Reason"), max_length=255, blank=True, db_default="")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("When"), db_default=Now())

    class Meta:
        triggers = APPEND_ONLY
        default_permissions = ()
        indexes = [
            models.Index(fields=["option_id", "-id"], name="price_changes_of_option"),
            models.Index(fields=["choice_id", "-id"], name="price_changes_of_choice"),
            models.Index(fields=["option_group_id", "-id"], name="price_changes_of_group"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.old_price} -> {self.new_price}"


class ProductImage(AbstractProductImage):
    """Oscar's picture of a product."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 publishes what the camera has noted with the picture: the place, the owner."""
        strip_new_upload(self.original)
        super().save(*args, **kwargs)


class ImageRendition(models.Model):
    """One stored size of a product picture, of the file `source`. A row without a file: the picture cannot be read."""

    image = models.ForeignKey(ProductImage, on_delete=models.CASCADE, related_name="renditions")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    file = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=255)

    class Meta:
        ordering = ["width"]
        constraints = [models.UniqueConstraint(fields=["image", "width"], name="one_rendition_per_width")]

    def __str__(self) -> str:
        return f"{self.file} ({self.width} x {self.height})"


from oscar.apps.catalogue.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered

from . import old_addresses  # noqa: E402, F401 - models of this app too
