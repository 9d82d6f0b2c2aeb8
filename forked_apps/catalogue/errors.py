"""Rules of the catalogue."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class SkuTaken(DomainError):
    """Another product has this SKU."""

    code = "sku_taken"
    message = _("Another product has this SKU.")


class SlugTaken(DomainError):
    """Another thing of the kind, or another category beside this one, has the slug."""

    code = "slug_taken"
    message = _("This slug is taken.")


@dataclass(frozen=True)
class Uses:
    """What still uses a thing: kind of the users -> how many."""

    uses: dict[str, int]


class StillUsed(DomainError):
    """Something hangs on the thing, and would go or change with it."""

    code = "still_used"
    message = _("This is still in use.")


class CategoryCycle(DomainError):
    """A category would stand below itself."""

    code = "category_cycle"
    message = _("A category cannot stand below itself.")


@dataclass(frozen=True)
class DepthFacts:
    """How many levels there may be."""

    limit: int


class CategoryTooDeep(DomainError):
    """The tree has no room for so many levels."""

    code = "category_too_deep"
    message = _("The tree of categories cannot be so deep.")


class ParentRefused(DomainError):
    """The row that this one was to stand below was refused."""

    code = "parent_refused"
    message = _("What this was to stand below was refused.")


@dataclass(frozen=True)
class AttributeFacts:
    """Why: group_missing, group_unfit, required_unfit."""

    reason: str


class AttributeRefused(DomainError):
    """Type, option group and `required` of an attribute or option do not go together."""

    code = "attribute_refused"
    message = _("Type, option group and requirement do not go together.")


class BarcodeTaken(DomainError):
    """Another product has this barcode."""

    code = "barcode_taken"
    message = _("Another product has this barcode.")


@dataclass(frozen=True)
class Refusal:
    """Why a value was refused, for people."""

    reason: "StrOrPromise"


class ValueRefused(DomainError):
    """A field, an attribute or a file cannot be such: wrong type, too long, out of range, not there."""

    code = "product_value_refused"
    message = _("This value cannot be taken.")


class AttributeUnknown(DomainError):
    """The product's class has no attribute of this code."""

    code = "attribute_unknown"
    message = _("The product's class has no such attribute.")


class AttributeRequired(DomainError):
    """The product, or a variant of it, would be without an attribute that its class requires."""

    code = "attribute_required"
    message = _("The product's class requires this attribute.")


@dataclass(frozen=True)
class Codes:
    """Codes of attributes."""

    attributes: list[str]


class ClassChangeRefused(DomainError):
    """Under the other class the product, or a variant of it, would have attributes that the class does not know."""

    code = "class_change_refused"
    message = _("The other class does not have all attributes of the product: take these away first.")


class StructureRefused(DomainError):
    """What the product's structure does not allow: a variant with a class, a parent with a price, a child's child."""

    code = "structure_refused"
    message = _("A product of this structure cannot have that.")


@dataclass(frozen=True)
class StatusFacts:
    """The status that the product has, and those that may follow it."""

    status: str
    allowed: list[str]


class PublicationRefused(DomainError):
    """The wanted status may not follow the one that the product has."""

    code = "publication_refused"
    message = _("The product's status does not allow this: restore it from the archive first.")


class ScheduleRefused(DomainError):
    """Times of publication that contradict each other, the status or the clock."""

    code = "schedule_refused"
    message = _("The times of publication do not fit.")


class RecommendationRefused(DomainError):
    """A product does not recommend itself, nor another one twice."""

    code = "recommendation_refused"
    message = _("A product does not recommend itself, nor another one twice.")


@dataclass(frozen=True)
class VariantFacts:
    """How many variants there would be, and how many a product may have."""

    variants: int
    limit: int


class TooManyVariants(DomainError):
    """The options combine to more variants than a product may have."""

    code = "too_many_variants"
    message = _("That would be too many variants.")


@dataclass(frozen=True)
class TwinFacts:
    """The variant that is there already."""

    variant: int


class VariantExists(DomainError):
    """Another variant of the product has the same attributes: shoppers could not tell the two apart."""

    code = "variant_exists"
    message = _("Another variant of this product has the same attributes.")


class VariantRequired(DomainError):
    """A parent product is not sold itself: one of its variants is."""

    code = "variant_required"
    message = _("Choose a variant of this product.")


@dataclass(frozen=True, slots=True)
class TranslationFacts:
    """The text that was refused.

    `reason`: unknown_language, main_language, unknown_field, too_long, markup, not_a_slug, reserved or nul.
    """

    language: str
    field: str | None
    reason: str


class TranslationRefused(DomainError):
    """A text cannot be the translation of that field into that language."""

    code = "translation_refused"
    message = _("This text cannot be the translation.")
