"""Oscar's hook for the choice of a product."""

from typing import Any

from oscar.apps.dashboard.catalogue.widgets import ProductSelect as OscarProductSelect


class ProductSelect(OscarProductSelect):
    """Oscar 4.2.1 looks up whatever was posted when it shows a form again."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        """The chosen products, of those values that can be one."""
        ids = [text for text in value if text.isascii() and text.isdigit() and len(text) < 10]
        return super().optgroups(name, ids, attrs)
