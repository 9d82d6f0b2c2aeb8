"""Where documents and categories are looked for: the market, a product by any of its keys, a category by its path.

A slug is that of any of the shop's languages: it belongs to one product, or to one category among its siblings.
"""

from typing import Any, Final

from forked_apps.catalogue.addresses import PATH_STEP
from nexus_shop.core.languages import shop_languages

MARKET: Final = "default"
PUBLIC_CATEGORY: Final = "is_public AND ancestors_are_public"


def product_condition(key: int | str, values: dict[str, Any], row: str = "search_productdocument") -> str:
    """SQL that says whose document `row` is, by id, slug or `sku:…`; its parameters are put among `values`."""
    column, values["key"] = ("product_id" if isinstance(key, int) else "slug"), key
    if isinstance(key, str) and key.startswith("sku:"):
        column, values["key"] = "sku", key.removeprefix("sku:")
    languages = shop_languages()
    values |= {"market": MARKET, "languages": list(languages)}
    if column != "slug" or len(languages) == 1:
        return f"{row}.{column} = %(key)s"
    return (
        f"{row}.product_id = (SELECT known.product_id FROM search_productdocument known"
        " WHERE known.market = %(market)s AND known.language = ANY(%(languages)s) AND known.slug = %(key)s LIMIT 1)"
    )


def category_query(category: int | str, values: dict[str, Any], condition: str, columns: str = "id") -> str:
    """SQL that finds a category; its parameters are put among `values`."""
    if isinstance(category, int):
        values["category"] = category
        return f"SELECT {columns} FROM catalogue_category c WHERE id = %(category)s AND {condition}"
    slugs = category.strip("/").split("/")
    values |= {"slugs": slugs, "slug": slugs[-1], "depth": len(slugs)}
    # Not a join per slug: the path is a stranger's, and planning hundreds of joins takes seconds
    return (
        f"SELECT {columns} FROM catalogue_category c WHERE depth = %(depth)s AND {condition}"
        " AND id IN (SELECT category_id FROM catalogue_categoryaddress WHERE slug = %(slug)s)"
        " AND depth = (SELECT count(*) FROM generate_series(1, c.depth) AS level"
        f" JOIN catalogue_categoryaddress a ON a.parent_path = left(c.path, (level - 1) * {PATH_STEP})"
        " AND a.slug = (%(slugs)s::varchar[])[level]"
        " JOIN catalogue_category above ON above.id = a.category_id"
        f" AND above.path = left(c.path, level * {PATH_STEP}))"
    )
