"""Ending the work with a partner."""

from forked_apps.partner.models import Partner
from nexus_shop.core.transactions import transaction

from .errors import PartnerHasStock


@transaction
def delete_partner(partner_id: int) -> None:
    """Delete a partner without stock records. Locks it. Deleting it twice changes nothing. Raises PartnerHasStock."""
    partner = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if partner is None:
        return
    if partner.stockrecords.exists():
        raise PartnerHasStock
    partner.delete()
