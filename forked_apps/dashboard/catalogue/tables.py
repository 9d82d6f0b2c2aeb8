"""Oscar's hook for the tables of products, and that of brands."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django_tables2 import Column, TemplateColumn
from oscar.apps.dashboard.catalogue.tables import CategoryTable as OscarCategoryTable
from oscar.apps.dashboard.catalogue.tables import ProductTable as OscarProductTable

from forked_apps.catalogue.models import Brand
from forked_apps.catalogue.publishing import status_of
from forked_apps.dashboard.tables import DashboardTable

from .product_form import STATUSES


class ProductTable(OscarProductTable):
    """Oscar 4.2.1 shows whether a product is public: drafts, scheduled and archived ones look alike."""

    upc = Column(verbose_name=_("SKU"))
    status = Column(verbose_name=_("Status"), empty_values=(), orderable=False)

    def render_status(self, record: Any) -> str:
        """The status, as the form of the product has it."""
        status = status_of(record)
        return format_html('<span class="status status-{}">{}</span>', status, STATUSES[status])

    class Meta(OscarProductTable.Meta):
        fields = ("upc", "date_updated")
        exclude = ("is_public",)
        sequence = tuple(
            "status" if name == "is_public" else name for name in OscarProductTable.Meta.sequence if name != "..."
        )


class CategoryTable(OscarCategoryTable):
    """Oscar 4.2.1 takes the names of what was searched for for HTML."""

    def render_name(self, value: str, record: Any) -> str:
        """A link; with the names above where they come with the category."""
        url = reverse("dashboard:catalogue-category-update", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, getattr(record, "way", value))

    class Meta(OscarCategoryTable.Meta):
        pass


class BrandTable(DashboardTable):
    """Brands by their names."""

    name = TemplateColumn(
        verbose_name=_("Name"), template_name="oscar/dashboard/catalogue/brand_row_name.html", order_by="name"
    )
    held = Column(verbose_name=_("Products"))
    actions = TemplateColumn(
        verbose_name=_("Actions"),
        template_name="oscar/dashboard/catalogue/brand_row_actions.html",
        orderable=False,
    )

    icon = "fas fa-tag"
    caption = ngettext_lazy("%s brand", "%s brands")

    class Meta(DashboardTable.Meta):
        model = Brand
        fields: ClassVar = ("name", "slug")
        sequence = ("name", "slug", "held", "actions")
        order_by = "name"
