"""Oscar's hooks for the dashboard's own pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.generic import View
from oscar.apps.dashboard.views import IndexView as OscarIndexView

from nexus_shop.accounts.views import to_login

from .queries import partner_figures


class IndexView(OscarIndexView):
    """Oscar 4.2.1 shows partner staff the totals of whole orders, and sales to staff without a right to orders."""

    def get_template_names(self) -> list[str]:
        """The shop's figures for those who may see orders."""
        return ["oscar/dashboard/index.html" if self.sees_sales() else "oscar/dashboard/index_nonstaff.html"]

    def get_stats(self) -> dict[str, Any]:
        """The figures that the user may see."""
        if self.sees_sales():
            stats: dict[str, Any] = super().get_stats()
            return stats
        return {} if self.request.user.is_staff else {"figures": partner_figures(self.request.user)}

    def sees_sales(self) -> bool:
        """Whether the user is staff with a right to orders."""
        user = self.request.user
        return bool(user.is_staff and user.has_perm("order.view_order"))


class LoginView(View):
    """Oscar 4.2.1 has a login page of its own, without limits: its address leads to the one of all staff."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead on."""
        return to_login(request)
