"""Oscar's hooks for partners."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.apps.dashboard.partners import views as oscar

from .errors import PartnerHasStock
from .operations import delete_partner


class PartnerDeleteView(oscar.PartnerDeleteView):
    """Oscar 4.2.1 deletes the stock with the partner, promised or not."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Delete the partner, if it sells nothing any more."""
        name, pk = self.object.name, self.object.pk
        try:
            delete_partner(pk)
        except PartnerHasStock:
            messages.error(self.request, _("'%s' still has stock records: remove them first.") % name)
            return redirect("dashboard:partner-manage", pk=pk)
        messages.success(self.request, _("'%s' was deleted.") % name)
        return redirect("dashboard:partner-list")
