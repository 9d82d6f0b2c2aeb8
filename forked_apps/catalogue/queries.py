"""Reading the catalogue's own tables (products are read from their documents)."""

from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection

from nexus_shop.core.errors import NotFound

from .models import ProductClass
from .wording import worded_sql

Node = dict[str, Any]


def category_tree(root_id: int | None = None, *, language: str, depth: int | None = None) -> list[Node]:
    """Public categories as nested nodes `{id, name, slug, path, image, children}`, in one statement.

    `root_id` limits the answer to what stands below that category, `depth` to so many levels.
    Raises NotFound where no public category has the id.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {worded_sql('name', language)}, {worded_sql('slug', language)}, image, depth"
            " FROM catalogue_category WHERE is_public AND ancestors_are_public ORDER BY path"
        )
        tree = _nested(cursor.fetchall())
    if root_id is not None:
        root = next((node for node in _all(tree) if node["id"] == root_id), None)
        if root is None:
            raise NotFound
        tree = root["children"]
    return tree if depth is None else _cut(tree, depth)


def product_class_slugs() -> frozenset[str]:
    """The slugs of all product classes."""
    return frozenset(ProductClass.objects.values_list("slug", flat=True))


def _nested(rows: list[tuple[int, str, str, str | None, int]]) -> list[Node]:
    roots: list[Node] = []
    above: list[Node] = []
    for pk, name, slug, image, depth in rows:
        del above[depth - 1 :]
        parent = above[-1] if above else None
        path = f"{parent['path']}/{slug}" if parent else slug
        url = default_storage.url(image) if image else None
        node: Node = {"id": pk, "name": name, "slug": slug, "path": path, "image": url, "children": []}
        (parent["children"] if parent else roots).append(node)
        above.append(node)
    return roots


def _all(tree: list[Node]) -> Iterator[Node]:
    for node in tree:
        yield node
        yield from _all(node["children"])


def _cut(tree: list[Node], depth: int) -> list[Node]:
    return [{**node, "children": _cut(node["children"], depth - 1) if depth > 1 else []} for node in tree]
