"""What a path or a parameter calls a thing by."""

from typing import Any

from django.urls import register_converter
from django.urls.converters import StringConverter


class ProductKey(StringConverter):
    """An id, a slug, or `sku:` with whatever the SKU has, slashes too."""

    regex = r"sku:.+|[^/]+"


register_converter(ProductKey, "product")


def key_of(text: str) -> int | str:
    """The id where the text is one; else, as queries take it: a slug, a path of slugs, `sku:…`."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def product_named(text: str) -> dict[str, Any]:
    """What a product is looked up by: its id, its slug, or with `sku:` its SKU."""
    wanted = key_of(text)
    if isinstance(wanted, int):
        return {"pk": wanted}
    return {"upc": wanted.removeprefix("sku:")} if wanted.startswith("sku:") else {"slug": wanted}
