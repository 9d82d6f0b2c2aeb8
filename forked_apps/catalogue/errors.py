"""Rules of the catalogue."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


class SkuTaken(DomainError):
    """Another product has this SKU."""

    code = "sku_taken"
    message = _("Another product has this SKU.")


class SlugTaken(DomainError):
    """Another product, or another category beside this one, has the slug."""

    code = "slug_taken"
    message = _("This slug is taken.")


@dataclass(frozen=True, slots=True)
class TranslationFacts:
    """The text that was refused.

    `reason`: unknown_language, main_language, unknown_field, too_long, not_a_slug, reserved or nul.
    """

    language: str
    field: str | None
    reason: str


class TranslationRefused(DomainError):
    """A text cannot be the translation of that field into that language."""

    code = "translation_refused"
    message = _("This text cannot be the translation.")
