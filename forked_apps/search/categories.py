"""Reading categories with the number of their listed products: one statement each."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import connection

from forked_apps.catalogue.addresses import PATH_STEP
from forked_apps.catalogue.html import plain_text, sanitised
from forked_apps.catalogue.wording import worded_sql
from nexus_shop.core import prepared
from nexus_shop.core.errors import NotFound
from nexus_shop.core.languages import shop_languages

from .counting import CATEGORY
from .places import MARKET, PUBLIC_CATEGORY, category_query
from .storefront import category_page

Node = dict[str, Any]

#: The products of category `c`, with those below it
_COUNT: Final = (
    "COALESCE((SELECT sum(n.products)::int FROM search_listedcount n WHERE n.market = %(market)s"
    f" AND n.language = %(language)s AND n.kind = '{CATEGORY}' AND n.key = c.id::text), 0)"
)


def _path(language: str) -> str:
    """The path of slugs of category `c`."""
    return (
        f"(SELECT string_agg({worded_sql('slug', language, row='a')}, '/' ORDER BY a.depth)"
        " FROM catalogue_category a WHERE a.path IN ("
        f"SELECT left(c.path, level * {PATH_STEP}) FROM generate_series(1, c.depth) AS level))"
    )


def _paths() -> str:
    """The path of category `c` by language, as JSON; nothing in it where the shop has one language."""
    languages = shop_languages() if len(shop_languages()) > 1 else ()
    pairs = ", ".join(f"'{each}', {_path(each)}" for each in languages)
    return f"json_build_object({pairs})"


def _words(row: str, language: str, *names: str) -> str:
    """These columns of a row in the language."""
    return ", ".join(f"{worded_sql(name, language, row=row)} AS {name}" for name in names)


def category_tree(
    root_id: int | None = None, *, depth: int | None = None, language: str, known: Collection[str] = ()
) -> tuple[list[Node] | None, str]:
    """Public categories as nested nodes `{id, name, slug, path, image, product_count, children}`, and their version.

    `root_id` limits the answer to what stands below that category, `depth` to so many levels. The version is of the
    whole tree; where it is one of `known`, no node is made. Raises NotFound where no public category has the id.
    """
    with connection.cursor() as cursor:
        prepared.execute(
            cursor,
            f"""
            WITH counts AS (
                SELECT key, sum(products)::int AS products FROM search_listedcount
                WHERE market = %(market)s AND language = %(language)s AND kind = '{CATEGORY}' GROUP BY key),
            nodes AS MATERIALIZED (
                SELECT c.id, {_words("c", language, "name", "slug")}, c.image, c.depth, c.path,
                       COALESCE(n.products, 0) AS products
                FROM catalogue_category c LEFT JOIN counts n ON n.key = c.id::text
                WHERE {PUBLIC_CATEGORY}),
            tree AS (
                SELECT left(encode(sha256(convert_to(concat_ws('|', %(salt)s::text,
                    bit_xor(hash_record_extended(nodes, 1)), bit_xor(hash_record_extended(nodes, 2))
                ), 'UTF8')), 'hex'), 32) AS version
                FROM nodes)
            SELECT version, CASE WHEN version = ANY(%(known)s::text[]) THEN NULL ELSE (
                SELECT json_agg(json_build_array(id, name, slug, image, products, path) ORDER BY path COLLATE "C")
                FROM nodes) END,
                EXISTS (SELECT 1 FROM nodes WHERE id = %(root)s)
            FROM tree
            """,
            {
                "market": MARKET,
                "language": language,
                "salt": f"{language}|{root_id}|{depth}",
                "known": list(known),
                "root": root_id,
            },
        )
        version, rows, is_found = cursor.fetchone()
    if root_id is not None and not is_found:
        raise NotFound
    return (None if version in known else _tree(rows or [], root_id, depth)), version


def _tree(rows: list[Any], root_id: int | None, depth: int | None) -> list[Node]:
    tree = _nested(rows)
    if root_id is not None:
        tree = next((node["children"] for node in _all(tree) if node["id"] == root_id), [])
    return tree if depth is None else _cut(tree, depth)


def _nested(rows: list[Any]) -> list[Node]:
    """The rows, in the order of their places, as a tree. What has no parent among them is left out, with all below."""
    roots: list[Node] = []
    nodes: dict[str, Node] = {}
    for pk, name, slug, image, products, place in rows:
        parent = nodes.get(place[:-PATH_STEP])
        if parent is None and len(place) > PATH_STEP:
            continue
        nodes[place] = node = _node((pk, name, slug, image, products), f"{parent['path']}/{slug}" if parent else slug)
        (parent["children"] if parent else roots).append(node)
    return roots


def _all(tree: list[Node]) -> Iterator[Node]:
    for node in tree:
        yield node
        yield from _all(node["children"])


def _cut(tree: list[Node], depth: int) -> list[Node]:
    return [{**node, "children": _cut(node["children"], depth - 1) if depth > 1 else []} for node in tree]


def category_detail(key: int | str, *, language: str) -> Node | None:
    """A public category by id or path of slugs, with its way from the root and its children; None: there is none."""
    values: dict[str, Any] = {"market": MARKET, "language": language}
    found = category_query(key, values, PUBLIC_CATEGORY, "*")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH found AS ({found})
            SELECT c.id, {_words("c", language, "name", "slug")}, c.image, {_COUNT},
                   {_words("c", language, "description", "long_description", "meta_title", "meta_description")},
                   {_path(language)}, {_paths()},
                   (SELECT json_agg(json_build_array(a.id, a.name, a.slug) ORDER BY a.depth)
                    FROM (SELECT a.id, a.depth, {_words("a", language, "name", "slug")} FROM catalogue_category a
                          WHERE a.path IN (
                              SELECT left(c.path, level * {PATH_STEP}) FROM generate_series(1, c.depth) level)) AS a),
                   (SELECT json_agg(json_build_array(x.id, x.name, x.slug, x.image, x.products) ORDER BY x.path)
                    FROM (SELECT c.id, {_words("c", language, "name", "slug")}, c.image, c.path, {_COUNT} AS products
                          FROM catalogue_category c
                          WHERE c.depth = found.depth + 1 AND c.path LIKE found.path || '%%' AND c.is_public) AS x)
            FROM found JOIN catalogue_category c ON c.id = found.id
            """,
            values,
        )
        row = cursor.fetchone()
    return None if row is None else _detail(row)


def _detail(row: tuple[Any, ...]) -> Node:
    pk, name, slug, image, products, short, long, meta_title, meta_description, path, paths, chain, children = row
    description, slugs = sanitised(short or ""), path.split("/")
    return {
        **_node((pk, name, slug, image, products), path),
        "description": description,
        "long_description": sanitised(long or ""),
        "breadcrumbs": [
            {"id": above, "name": title, "slug": word, "path": "/".join(slugs[: level + 1])}
            for level, (above, title, word) in enumerate(chain)
        ],
        "children": [_node(child, f"{path}/{child[2]}") for child in children or []],
        "seo": {
            "title": meta_title or name,
            "description": meta_description or plain_text(description),
            "alternates": [
                {"language": each, "url": category_page(pk, there), "slug": there.rpartition("/")[2], "path": there}
                for each, there in paths.items()
            ],
        },
    }


def _node(row: Sequence[Any], path: str) -> Node:
    pk, name, slug, image, products = row
    url = default_storage.url(image) if image else None
    return {
        "id": pk,
        "name": name,
        "slug": slug,
        "path": path,
        "image": url,
        "product_count": products,
        "children": [],
    }


def moved_category(path: str, *, language: str) -> str | None:
    """The path in the language that an old one leads to: of the category itself, or of one above it, renamed."""
    slugs = path.strip("/").split("/")[:64]
    prefixes = ["/".join(slugs[:length]) for length in range(len(slugs), 0, -1)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT o.path, {_path(language)}
            FROM catalogue_oldcategorypath o JOIN catalogue_category c ON c.id = o.category_id
            WHERE o.path = ANY(%s) AND {PUBLIC_CATEGORY} ORDER BY length(o.path) DESC LIMIT 1
            """,
            [prefixes],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    old, new = row
    moved = f"{new}{path.strip('/')[len(old) :]}"
    return moved if moved != path.strip("/") else None
