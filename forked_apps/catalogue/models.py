"""Oscar's catalogue, plus brands, unique slugs and recorded picture sizes."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Left, Length
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
from oscar.models.fields.slugfield import SlugField

from .addresses import CATEGORY_ADDRESSES, PATH_STEP, PRODUCT_ADDRESSES
from .pictures import strip_new_upload
from .slugs import free_category_slug, free_product_slug, is_allowed


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


class ProductAddress(models.Model):
    """A slug of a product, in the main language or in another. Kept by the triggers of the products; never written."""

    slug = models.CharField(max_length=255)
    product_id = models.BigIntegerField()  # no foreign key: Django would ask for the rows before it deletes a product

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["slug"], name="catalogue_product_slug_in_any_language")]
        indexes = [
            models.Index(fields=["product_id"], name="addresses_of_product"),
            models.Index(fields=["slug"], name="address_begins_with", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.slug


class CategoryAddress(models.Model):
    """A slug of a category below `parent_path`, in the main language or in another. Kept by triggers like those."""

    parent_path = models.CharField(max_length=255)
    slug = models.CharField(max_length=255)
    category_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["parent_path", "slug"], name="one_slug_among_siblings_in_any_language")
        ]
        indexes = [
            models.Index(fields=["slug"], name="category_by_address"),
            models.Index(fields=["category_id"], name="addresses_of_category"),
        ]

    def __str__(self) -> str:
        return self.slug


class ProductQuerySet(OscarProductQuerySet, MultilingualQuerySet):
    """Oscar's. modeltrans makes such a class at every query of a model that has none of its own."""


class Product(_Addressed, AbstractProduct):
    """Oscar's product. The slug is unique in the shop: it addresses the product in the API."""

    i18n = TranslationField(fields=("title", "slug", "description", "meta_title", "meta_description"))
    objects = MultilingualManager.from_queryset(ProductQuerySet)()
    slug = SlugField(_("Slug"), max_length=255, unique=True, blank=True)
    brand = models.ForeignKey(
        Brand, verbose_name=_("Brand"), null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )

    class Meta(AbstractProduct.Meta):
        triggers = PRODUCT_ADDRESSES

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 takes the first slug that comes to mind; two products of one title would share an address."""
        if not self.slug or self._slug_is_new():
            self.slug = free_product_slug(self)
        super().save(*args, **kwargs)

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
        triggers = CATEGORY_ADDRESSES
        constraints = [
            models.UniqueConstraint(Left("path", Length("path") - PATH_STEP), "slug", name="one_slug_among_siblings")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 lets siblings share a slug, and so an address."""
        if self._state.adding or not self.slug:
            self.slug = free_category_slug(self)
        strip_new_upload(self.image)
        super().save(*args, **kwargs)

    def rival_addresses(self) -> "models.QuerySet[CategoryAddress]":
        """All slugs of its siblings."""
        siblings = CategoryAddress.objects.filter(parent_path=self.path[:-PATH_STEP])
        return siblings.exclude(category_id=self.pk)


class ProductClass(AbstractProductClass):
    """Oscar's product class."""


class ProductCategory(AbstractProductCategory):
    """Oscar's link between product and category."""


class ProductRecommendation(AbstractProductRecommendation):
    """Oscar's link between a product and what goes with it."""


class ProductAttribute(_Translated, AbstractProductAttribute):
    """Oscar's product attribute."""

    i18n = TranslationField(fields=("name",))


class ProductAttributeValue(AbstractProductAttributeValue):
    """Oscar's value of an attribute."""


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


class Option(_Translated, AbstractOption):
    """Oscar's option: what a shopper says when adding a product to the cart, with what saying it adds to the price."""

    price = extra_price(_("Added to each unit when the shopper makes use of the option."))
    i18n = TranslationField(fields=("name", "help_text"))


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
