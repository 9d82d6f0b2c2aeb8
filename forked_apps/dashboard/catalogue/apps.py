"""The dashboard.catalogue fork."""

from django.urls import URLPattern, URLResolver, path
from oscar.apps.dashboard.catalogue.apps import CatalogueDashboardConfig as OscarCatalogueDashboardConfig


class CatalogueDashboardConfig(OscarCatalogueDashboardConfig):
    """Products in the dashboard; stock and prices go through the operations."""

    name = "forked_apps.dashboard.catalogue"

    def configure_permissions(self) -> None:
        """Oscar's, and those of our pages; on a page that also writes, the view asks for the right to."""
        from forked_apps.dashboard.permissions import DashboardPermission  # noqa: PLC0415 - apps must be loaded

        super().configure_permissions()
        partners = DashboardPermission.partner_dashboard_access
        self.permissions_map |= {
            "catalogue-brand-list": DashboardPermission.get("catalogue", "view_brand"),
            "catalogue-brand-create": DashboardPermission.get("catalogue", "view_brand", "add_brand"),
            "catalogue-brand-update": DashboardPermission.get("catalogue", "view_brand", "change_brand"),
            "catalogue-brand-delete": DashboardPermission.get("catalogue", "view_brand", "delete_brand"),
            "catalogue-category-lookup": (
                DashboardPermission.get("catalogue", "view_category"),
                DashboardPermission.get("catalogue", "view_product"),
                DashboardPermission.get("offer", "view_range"),
                partners,
            ),
            "catalogue-category-tree": DashboardPermission.get("catalogue", "view_category"),
            "catalogue-price-table": (DashboardPermission.get("partner", "view_stockrecord"), partners),
            "catalogue-product-matrix": DashboardPermission.get("catalogue", "view_product", "add_product"),
            "catalogue-product-preview": (DashboardPermission.get("catalogue", "view_product"), partners),
        }

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our pages before Oscar's."""
        from . import brand_views as brands  # noqa: PLC0415 - apps must be loaded
        from .lookups import CategoryLookupView  # noqa: PLC0415 - apps must be loaded
        from .matrix import ProductMatrixView  # noqa: PLC0415 - apps must be loaded
        from .preview import ProductPreviewView  # noqa: PLC0415 - apps must be loaded
        from .price_table import PriceTableView  # noqa: PLC0415 - apps must be loaded
        from .tree import CategoryTreeView  # noqa: PLC0415 - apps must be loaded

        ours = [
            path("brands/", brands.BrandListView.as_view(), name="catalogue-brand-list"),
            path("brands/create/", brands.BrandCreateView.as_view(), name="catalogue-brand-create"),
            path("brands/<int:pk>/", brands.BrandUpdateView.as_view(), name="catalogue-brand-update"),
            path("brands/<int:pk>/delete/", brands.BrandDeleteView.as_view(), name="catalogue-brand-delete"),
            path("categories/lookup/", CategoryLookupView.as_view(), name="catalogue-category-lookup"),
            path("categories/tree/", CategoryTreeView.as_view(), name="catalogue-category-tree"),
            path("products/<int:pk>/matrix/", ProductMatrixView.as_view(), name="catalogue-product-matrix"),
            path("preview/<str:token>/", ProductPreviewView.as_view(), name="catalogue-product-preview"),
            path("prices/", PriceTableView.as_view(), name="catalogue-price-table"),
        ]
        oscars: list[URLPattern | URLResolver] = super().get_urls()
        return [*self.post_process_urls(ours), *oscars]
