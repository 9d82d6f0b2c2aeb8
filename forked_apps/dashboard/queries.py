"""What the dashboard's first page tells those who work for a partner: of their own goods only."""

from dataclasses import dataclass

from django.db.models import Count

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Line
from forked_apps.partner.models import StockAlert
from forked_apps.partner.queries import partners_of
from nexus_shop.accounts.models import User


@dataclass(frozen=True, slots=True)
class PartnerFigures:
    """The state of a partner's goods. `lines` is pairs of a status and the number of order lines in it."""

    partners: list[str]
    lines: list[tuple[str, int]]
    products: int
    open_alerts: int


def partner_figures(user: User) -> PartnerFigures:
    """The figures of the partners that the user works for."""
    partners = partners_of(user)
    lines = Line.objects.filter(partner__in=partners).values_list("status").annotate(number=Count("id"))
    return PartnerFigures(
        partners=[partner.display_name for partner in partners],
        lines=list(lines.order_by("status")),
        products=Product.objects.filter(stockrecords__partner__in=partners).distinct().count(),
        open_alerts=StockAlert.objects.filter(stockrecord__partner__in=partners, status=StockAlert.OPEN).count(),
    )
