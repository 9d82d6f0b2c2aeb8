"""Rules of the catalogue that only the dashboard's forms can break."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class SlugTaken(DomainError):
    """Another product, or another category beside this one, has the slug."""

    code = "slug_taken"
    message = _("This slug is taken.")


@dataclass
class Misplaced(Exception):
    """An operation refused what stands in one field of one form; `field` None is the form as a whole."""

    form: Any
    field: str | None
    reason: "StrOrPromise"
