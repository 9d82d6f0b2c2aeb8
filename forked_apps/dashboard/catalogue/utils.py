"""Oscar's hook for the products that partner staff see: the list, the form, its preview and what is done to many."""

from django.db.models import Q

from forked_apps.partner.queries import products_of
from nexus_shop.accounts.models import User


def partner_product_visibility_q(user: User) -> Q:
    """What the user's partners sell, alone or beside others. Oscar 4.2.1 has a rule of its own beside the API's."""
    return Q(pk__in=products_of(user, shared=True).values("pk"))
