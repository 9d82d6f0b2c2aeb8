"""What operations refuse, in sentences for people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forked_apps.catalogue.errors import AttributeRefused, StillUsed
from nexus_shop.core.errors import DomainError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OVERTAKEN: Final = gettext_lazy("Somebody else has changed this at the same time: look again.")
REASONS: Final[Mapping[str, "StrOrPromise"]] = {
    "group_missing": gettext_lazy("An option group is required"),
    "group_unfit": gettext_lazy("Only what is chosen from a list has an option group."),
    "required_unfit": gettext_lazy("A yes or no cannot be required: what is not yes is no."),
}


def told(refusal: DomainError) -> "StrOrPromise":
    """The sentence."""
    if isinstance(refusal, StillUsed):
        return _still_used(refusal.facts.uses)
    if isinstance(refusal, AttributeRefused):
        return REASONS[refusal.facts.reason]
    return refusal.message


def _still_used(uses: Mapping[str, int]) -> str:
    users = ", ".join(_counted(kind, n) % {"n": n} for kind, n in uses.items())
    return _("This is still in use: %(users)s.") % {"users": users}


def _counted(kind: str, n: int) -> Any:
    return {
        "attributes": ngettext("%(n)d attribute", "%(n)d attributes", n),
        "carts": ngettext("%(n)d cart", "%(n)d carts", n),
        "categories": ngettext("%(n)d category", "%(n)d categories", n),
        "options": ngettext("%(n)d option", "%(n)d options", n),
        "product_classes": ngettext("%(n)d product type", "%(n)d product types", n),
        "products": ngettext("%(n)d product", "%(n)d products", n),
        "ranges": ngettext("%(n)d range", "%(n)d ranges", n),
        "tax_rates": ngettext("%(n)d tax rate", "%(n)d tax rates", n),
    }[kind]
