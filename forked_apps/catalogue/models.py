"""Oscar's catalogue, plus brands, unique slugs and recorded picture sizes."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Left, Length
from django.utils.translation import gettext_lazy as _
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
from oscar.models.fields.slugfield import SlugField

from .pictures import strip_new_upload
from .slugs import free_category_slug, free_product_slug, is_allowed

PATH_STEP = 4  # characters of a category's path per level (treebeard's steplen)


class _Addressed:
    """A thing that the API finds by its slug. Oscar 4.2.1 takes slugs there that address something else."""

    slug: str

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Every form asks here, that of Django admin too; an empty slug is made from the name."""
        super().clean_fields(exclude=exclude)  # type: ignore[misc]  # the model's
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


class Product(_Addressed, AbstractProduct):
    """Oscar's product. The slug is unique in the shop: it addresses the product in the API."""

    slug = SlugField(_("Slug"), max_length=255, unique=True, blank=True)
    brand = models.ForeignKey(
        Brand, verbose_name=_("Brand"), null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 takes the first slug that comes to mind; two products of one title would share an address."""
        if not self.slug or self._slug_is_new():
            self.slug = free_product_slug(self)
        super().save(*args, **kwargs)

    def _slug_is_new(self) -> bool:
        return self._state.adding


class Category(_Addressed, AbstractCategory):
    """Oscar's category. Slugs are unique among siblings: the path of slugs addresses the category in the API."""

    class Meta(AbstractCategory.Meta):
        constraints = [
            models.UniqueConstraint(Left("path", Length("path") - PATH_STEP), "slug", name="one_slug_among_siblings")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 lets siblings share a slug, and so an address."""
        if self._state.adding or not self.slug:
            self.slug = free_category_slug(self)
        strip_new_upload(self.image)
        super().save(*args, **kwargs)


class ProductClass(AbstractProductClass):
    """Oscar's product class."""


class ProductCategory(AbstractProductCategory):
    """Oscar's link between product and category."""


class ProductRecommendation(AbstractProductRecommendation):
    """Oscar's link between a product and what goes with it."""


class ProductAttribute(AbstractProductAttribute):
    """Oscar's product attribute."""


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


class AttributeOption(AbstractAttributeOption):
    """Oscar's value of a group: of an attribute, or a choice of an option, with what that choice adds to the price."""

    price = extra_price(_("Added to each unit when this is chosen as an option."))


class Option(AbstractOption):
    """Oscar's option: what a shopper says when adding a product to the cart, with what saying it adds to the price."""

    price = extra_price(_("Added to each unit when the shopper makes use of the option."))


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
