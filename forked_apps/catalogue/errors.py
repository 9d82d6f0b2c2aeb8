"""Rules of the catalogue."""

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


class SkuTaken(DomainError):
    """Another product has this SKU."""

    code = "sku_taken"
    message = _("Another product has this SKU.")
