"""Oscar's hooks for accounts."""

from collections.abc import Iterable
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from oscar.apps.dashboard.users import views as oscar

from forked_apps.dashboard.selection import SelectsByNumber
from nexus_shop.accounts.authority import may_manage
from nexus_shop.accounts.models import User


class IndexView(SelectsByNumber, oscar.IndexView):
    """Oscar 4.2.1 lets whoever may look at accounts disable them."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse without the right to change accounts."""
        if not cast("User", request.user).has_perm("accounts.change_user"):
            raise PermissionDenied
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def _change_users_active_status(self, users: Iterable[User], value: bool) -> HttpResponse:
        """Refuse all where one is not the user's to manage."""
        chosen = list(users)
        if not all(may_manage(cast("User", self.request.user), account) for account in chosen):
            raise PermissionDenied
        response: HttpResponse = super()._change_users_active_status(chosen, value)
        return response
