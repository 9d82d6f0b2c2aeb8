"""The dashboard.shipping fork."""

from typing import Any

from django.urls import path
from oscar.apps.dashboard.shipping.apps import ShippingDashboardConfig as OscarShippingDashboardConfig


class ShippingDashboardConfig(OscarShippingDashboardConfig):
    """Shipping methods and tax rates in the dashboard. Oscar 4.2.1 has pages for weights alone, which it never asks."""

    name = "forked_apps.dashboard.shipping"

    def configure_permissions(self) -> None:
        """The rights of our models."""
        from forked_apps.dashboard.permissions import DashboardPermission  # noqa: PLC0415 - apps must be loaded

        self.permissions_map: dict[str, Any] = {}
        for page, app_label, model in (
            ("shipping-method", "shipping", "shippingmethod"),
            ("tax-rate", "markets", "taxrate"),
        ):
            view = f"view_{model}"
            self.permissions_map |= {
                f"{page}-list": DashboardPermission.get(app_label, view),
                f"{page}-create": DashboardPermission.get(app_label, view, f"add_{model}"),
                f"{page}-edit": DashboardPermission.get(app_label, view, f"change_{model}"),
                f"{page}-delete": DashboardPermission.get(app_label, view, f"delete_{model}"),
            }

    def ready(self) -> None:
        """Oscar's would look for its own views."""
        self.configure_permissions()

    def get_urls(self) -> list[Any]:
        """Our pages."""
        from . import views  # noqa: PLC0415 - apps must be loaded

        return list(
            self.post_process_urls(
                [
                    path("methods/", views.MethodListView.as_view(), name="shipping-method-list"),
                    path("methods/create/", views.MethodCreateView.as_view(), name="shipping-method-create"),
                    path("methods/<int:pk>/", views.MethodUpdateView.as_view(), name="shipping-method-edit"),
                    path("methods/<int:pk>/delete/", views.MethodDeleteView.as_view(), name="shipping-method-delete"),
                    path("taxes/", views.RateListView.as_view(), name="tax-rate-list"),
                    path("taxes/create/", views.RateCreateView.as_view(), name="tax-rate-create"),
                    path("taxes/<int:pk>/", views.RateUpdateView.as_view(), name="tax-rate-edit"),
                    path("taxes/<int:pk>/delete/", views.RateDeleteView.as_view(), name="tax-rate-delete"),
                ]
            )
        )
