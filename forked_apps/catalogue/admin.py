"""Oscar's admin."""

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.admin import *  # noqa: F403
from oscar.apps.catalogue.admin import CategoryAdmin as OscarCategoryAdmin
from treebeard.forms import MoveNodeForm, movenodeform_factory

from nexus_shop.core.errors import DomainError

from .categories import ensure_slug_is_free, indented, put_category
from .category_moves import move_category
from .errors import SlugTaken
from .locks import lock_tree
from .models import Category

PLACE: Final = frozenset({"treebeard_position", "treebeard_ref_node"})

admin.site.unregister(Category)


class CategoryForm(MoveNodeForm):
    """A category and its place; treebeard would have each place ask the database for its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["treebeard_ref_node"]
        places.label_from_instance = lambda category: indented(category.name, category.depth)

    def _post_clean(self) -> None:
        """The slug is judged where the category is to stand."""
        super()._post_clean()
        if self.errors:
            return
        try:
            ensure_slug_is_free(self.instance, self._place())
        except SlugTaken:
            self.add_error("slug", _("Another category beside this one has this slug."))

    def save(self, commit: bool = True) -> Any:
        """Treebeard 5.1 makes a category in another place first, and moves it by way of slugs that may be taken."""
        place = self._place()
        if place is not None:
            put_category(self.instance, position=place[0], reference=place[1])
        return forms.ModelForm.save(self, commit=commit)

    def _place(self) -> tuple[str, Category | None] | None:
        """Where a new category, or one that is to move, is to stand; None: where it is."""
        if self.instance.pk is not None and not PLACE & set(self.changed_data):
            return None
        return self.cleaned_data["treebeard_position"], self.cleaned_data.get("treebeard_ref_node")


@admin.register(Category)
class CategoryAdmin(OscarCategoryAdmin):
    """Categories. Whoever changes one holds the tree."""

    form = movenodeform_factory(Category, form=CategoryForm)

    def _changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":
            lock_tree()
        return super()._changeform_view(request, *args, **kwargs)

    def try_to_move_node(self, as_child: bool, node: Any, pos: str, request: Any, target: Any) -> HttpResponse:
        """A category that is dragged somewhere: by the operation, whose refusals are told."""
        try:
            move_category(node.pk, move="under" if as_child else "before", target_id=target.pk)
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseBadRequest()
        messages.success(request, _("The category was moved."))
        return HttpResponse()
