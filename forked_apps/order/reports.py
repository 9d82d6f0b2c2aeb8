"""Oscar's hooks for the report on orders."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from oscar.apps.order import reports as oscar

from .models import Order


class OrderReportCSVFormatter(oscar.OrderReportCSVFormatter):
    """Oscar 4.2.1 fails on orders whose customer's account was deleted."""

    def generate_csv(self, response: Any, orders: QuerySet[Order]) -> None:
        """A row for each order; without an account the name is a dash."""
        writer = self.get_csv_writer(response)
        writer.writerow([_("Order number"), _("Name"), _("Email"), _("Total incl. tax"), _("Date placed")])
        for order in orders.select_related("user"):
            name = order.user.get_full_name() if order.user else "-"
            placed = self.format_datetime(order.date_placed)
            writer.writerow([order.number, name, order.email, order.total_incl_tax, placed])


class OrderReportGenerator(oscar.OrderReportGenerator):
    """The orders of a time."""

    formatters: ClassVar = {**oscar.OrderReportGenerator.formatters, "CSV_formatter": OrderReportCSVFormatter}
