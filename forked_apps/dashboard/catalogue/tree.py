"""The category tree on one page: looked at, and moved by buttons, by keys or by dragging, which all say the same."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from forked_apps.catalogue.addresses import PATH_STEP
from forked_apps.catalogue.category_moves import MOVES, move_category
from forked_apps.catalogue.errors import CategoryCycle, SlugTaken
from forked_apps.dashboard.selection import number_in
from nexus_shop.core.errors import DomainError, NotFound

from .queries import Branch, category_branches

ALL_AT_ONCE: Final = 300  # larger trees are opened branch by branch


class CategoryTreeView(TemplateView):
    """The tree. `at` is the category that is chosen, and in a large tree the branch that is open."""

    template_name = "oscar/dashboard/catalogue/category_tree.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows that are open, and all categories as targets."""
        branches = category_branches()
        chosen = number_in(self.request.GET.get("at", ""))
        rows = _open_rows(branches, chosen)
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "chosen": chosen,
            "targets": branches,
            "may_move": self.request.user.has_perm("catalogue.change_category"),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Move the chosen category, then show it where it stands."""
        if not request.user.has_perm("catalogue.change_category"):
            raise PermissionDenied
        category_id, move = number_in(request.POST.get("category", "")), request.POST.get("move")
        if category_id is None:
            messages.error(request, _("Choose a category first."))
        elif move in MOVES:
            self._move(category_id, move, number_in(request.POST.get("target", "")))
        page = reverse("dashboard:catalogue-category-tree")
        return HttpResponseRedirect(page if category_id is None else f"{page}?at={category_id}")

    def _move(self, category_id: int, move: str, target_id: int | None) -> None:
        try:
            is_moved = move_category(category_id, move=move, target_id=target_id)
        except CategoryCycle:
            messages.error(self.request, _("A category cannot stand below itself."))
        except SlugTaken:
            messages.error(self.request, _("There is a category with the same slug already: change the slug first."))
        except NotFound:
            messages.error(self.request, _("Say where it is to stand: that category is not there."))
        except DomainError as refusal:
            messages.error(self.request, str(refusal.message))
        else:
            if is_moved:
                messages.success(self.request, _("The category was moved."))
            else:
                messages.info(self.request, _("The category cannot go further that way."))


def _open_rows(branches: list[Branch], chosen: int | None) -> list[dict[str, Any]]:
    """The branches that are shown: all of a small tree; else the roots, and what leads to the chosen one and on."""
    at = next((branch for branch in branches if branch.id == chosen), None)
    is_small = len(branches) <= ALL_AT_ONCE
    opened = {at.path[: end + PATH_STEP] for end in range(0, len(at.path), PATH_STEP)} if at is not None else set()
    return [
        {"branch": branch, "is_closed": bool(branch.children) and not is_small and branch.path not in opened}
        for branch in branches
        if is_small or branch.depth == 1 or branch.path[:-PATH_STEP] in opened
    ]
