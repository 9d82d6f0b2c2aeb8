"""Reading the catalogue's own tables (products and categories are read by `search`)."""

from .models import ProductClass


def product_class_slugs() -> frozenset[str]:
    """The slugs of all product classes."""
    return frozenset(ProductClass.objects.values_list("slug", flat=True))
