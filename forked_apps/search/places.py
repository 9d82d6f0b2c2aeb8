"""Where documents and categories are looked for: the market, and a category by its id or path of slugs."""

from typing import Any, Final

from forked_apps.catalogue.models import PATH_STEP

MARKET: Final = "default"
PUBLIC_CATEGORY: Final = "is_public AND ancestors_are_public"


def category_query(category: int | str, values: dict[str, Any], condition: str, columns: str = "id") -> str:
    """SQL that finds a category; its parameters are put among `values`."""
    if isinstance(category, int):
        values["category"] = category
        return f"SELECT {columns} FROM catalogue_category c WHERE id = %(category)s AND {condition}"
    slugs = category.strip("/").split("/")
    values |= {"slugs": slugs, "slug": slugs[-1], "depth": len(slugs)}
    # Not a join per slug: the path is a stranger's, and planning hundreds of joins takes seconds
    return (
        f"SELECT {columns} FROM catalogue_category c WHERE slug = %(slug)s AND depth = %(depth)s AND {condition}"
        " AND %(slugs)s::varchar[] = ARRAY(SELECT slug FROM catalogue_category a WHERE a.path IN ("
        f"SELECT left(c.path, level * {PATH_STEP}) FROM generate_series(1, c.depth) AS level) ORDER BY a.depth)"
    )
