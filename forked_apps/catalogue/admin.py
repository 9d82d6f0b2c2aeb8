"""Oscar's admin."""

from typing import Any

from django.contrib import admin
from oscar.apps.catalogue.admin import *  # noqa: F403
from oscar.apps.catalogue.admin import CategoryAdmin as OscarCategoryAdmin
from treebeard.forms import MoveNodeForm, movenodeform_factory

from .categories import indented
from .models import Category

admin.site.unregister(Category)


class CategoryForm(MoveNodeForm):
    """A category and its place; treebeard would have each place ask the database for its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["treebeard_ref_node"]
        places.label_from_instance = lambda category: indented(category.name, category.depth)


@admin.register(Category)
class CategoryAdmin(OscarCategoryAdmin):
    """Categories."""

    form = movenodeform_factory(Category, form=CategoryForm)
