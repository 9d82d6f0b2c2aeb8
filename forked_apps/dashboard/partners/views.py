"""Oscar's hooks for partners."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import View
from oscar.apps.dashboard.partners import views as oscar

from forked_apps.partner.errors import PartnerHasStock
from forked_apps.partner.partners import delete_partner
from nexus_shop.accounts.authority import may_manage
from nexus_shop.accounts.models import User


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


class _OfAnAccount(View):
    """Oscar 4.2.1 lets whoever may change accounts change those with more rights too, superusers among them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse unless the account is the user's to manage."""
        account = get_object_or_404(User, pk=kwargs["user_pk"])
        if not may_manage(cast("User", request.user), account):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class PartnerUserLinkView(_OfAnAccount, oscar.PartnerUserLinkView):
    """Let an account work for a partner. Oscar 4.2.1 does it by GET too: any page could make a visitor do it."""

    http_method_names = ["post", "options"]


class PartnerUserUnlinkView(_OfAnAccount, oscar.PartnerUserUnlinkView):
    """Let an account no longer work for a partner."""


class PartnerUserUpdateView(_OfAnAccount, oscar.PartnerUserUpdateView):
    """Change name and role of an account that works for a partner."""
