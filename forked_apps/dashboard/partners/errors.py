"""Rules of partners in the dashboard."""

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


class PartnerHasStock(DomainError):
    """The partner still sells something: its stock would vanish under the orders that wait for it."""

    code = "partner_has_stock"
    message = _("The partner still has stock records.")
