"""Oscar's hook for the choice of a product, and the choice of categories. What there is, is looked up by its name."""

from typing import Any

from django.urls import reverse_lazy
from oscar.apps.dashboard.catalogue.widgets import ProductSelect as OscarProductSelect
from oscar.forms.widgets import MultipleRemoteSelect, RemoteSelect


class _OfIds:
    """Oscar 4.2.1 looks up whatever was posted when it shows a form again."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        """What is chosen, of those values that can be an id."""
        ids = [text for text in value if text.isascii() and text.isdigit() and len(text) < 10]
        return super().optgroups(name, ids, attrs)  # type: ignore[misc]


class ProductSelect(_OfIds, OscarProductSelect):
    """A product."""


class _OfCategories(_OfIds):
    """A list of thousands would take seconds to make, and half a megabyte to send."""

    lookup_url = reverse_lazy("dashboard:catalogue-category-lookup")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attrs: dict[str, Any]
        self.attrs["class"] = "select2"


class CategorySelect(_OfCategories, RemoteSelect):
    """A category."""


class CategorySelectMultiple(_OfCategories, MultipleRemoteSelect):
    """Any number of categories."""
