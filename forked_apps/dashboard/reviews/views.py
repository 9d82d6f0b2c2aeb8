"""Oscar's hooks for reviews."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.apps.dashboard.reviews import views as oscar

from forked_apps.dashboard.selection import SelectsByNumber
from nexus_shop.accounts.models import User


class ReviewListView(SelectsByNumber, oscar.ReviewListView):
    """Oscar 4.2.1 lets whoever may look at reviews change them, and stores any status."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse without the right to change reviews."""
        if not cast("User", request.user).has_perm("reviews.change_productreview"):
            raise PermissionDenied
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def update_selected_review_status(self, request: HttpRequest, reviews: Iterable[Any]) -> HttpResponse:
        """Give the reviews one of the statuses that there are."""
        if request.POST.get("status") not in {str(status) for status, _name in self.model.STATUS_CHOICES}:
            messages.error(request, _("Choose a status to move to."))
            return redirect("dashboard:reviews-list")
        response: HttpResponse = super().update_selected_review_status(request, reviews)
        return response
