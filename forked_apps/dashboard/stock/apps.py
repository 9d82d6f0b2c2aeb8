"""Stock in the dashboard, which Oscar has not."""

from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from oscar.core.application import OscarDashboardConfig


class StockDashboardConfig(OscarDashboardConfig):
    """The table of stock, its movements, and what holds it: for staff by permission, partner staff for their own."""

    label = "stock_dashboard"
    name = "forked_apps.dashboard.stock"
    verbose_name = _("Stock")
    default_permissions = ("is_staff",)

    def configure_permissions(self) -> None:
        """Partner staff see the same pages, and on them what is theirs."""
        from forked_apps.dashboard.permissions import DashboardPermission  # noqa: PLC0415 - apps must be loaded

        seen = (DashboardPermission.get("partner", "view_stockrecord"), DashboardPermission.partner_dashboard_access)
        self.permissions_map = dict.fromkeys(("stock-list", "stock-movements", "stock-reservations"), seen)

    def ready(self) -> None:
        """Say who may do what."""
        self.configure_permissions()

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The three pages."""
        from .views import MovementListView, ReservationListView, StockListView  # noqa: PLC0415 - apps must be loaded

        urls: list[URLPattern | URLResolver] = self.post_process_urls(
            [
                path("", StockListView.as_view(), name="stock-list"),
                path("movements/", MovementListView.as_view(), name="stock-movements"),
                path("reservations/", ReservationListView.as_view(), name="stock-reservations"),
            ]
        )
        return urls
