"""Reading documents: one statement each, bytes out, no model instance."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import orjson
from django.db import connection

from forked_apps.catalogue.addresses import PATH_STEP
from nexus_shop.core.errors import NotFound
from nexus_shop.core.languages import shop_languages

MARKET: Final = "default"
EXACT_COUNT: Final = 1000

# Ordering of the API -> columns. The id makes every order total.
ORDERINGS: Final = {
    "-date_created": "date_created DESC, product_id DESC",
    "date_created": "date_created, product_id",
    "price": "price, product_id",
    "-price": "price DESC NULLS LAST, product_id DESC",
    "title": "title_key, product_id",
    "-title": "title_key DESC, product_id DESC",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by; None is no filter. `category` is an id or a path of slugs. Prices as entered."""

    category: int | str | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    in_stock: bool | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of cards: their JSON joined by commas, whether more follow, how many there are (None: over 1,000)."""

    cards: str
    has_next: bool
    count: int | None


def product_page(
    *, language: str, filters: Filters, ordering: str, limit: int, offset: int, count_exactly: bool = False
) -> Page:
    """A page of public products, parents and stand-alone ones, in one statement.

    Raises NotFound where the category of the filter does not exist.
    """
    parameters: dict[str, Any] = {"market": MARKET, "language": language, "limit": limit, "offset": offset}
    where, category = _conditions(filters, parameters)
    order = ORDERINGS[ordering]
    bound = "" if count_exactly else f"LIMIT {EXACT_COUNT + 1}"
    # Only ids are sorted: with the cards, deep pages of a large category cost twice as much
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH category AS ({category})
            SELECT (SELECT id FROM category),
                   (SELECT count(*) FROM (SELECT 1 FROM search_productdocument WHERE {where} {bound}) AS counted),
                   ARRAY(SELECT (SELECT card FROM search_productdocument d WHERE d.id = keys.id) FROM (
                       SELECT id FROM search_productdocument
                       WHERE {where} ORDER BY {order} LIMIT %(limit)s + 1 OFFSET %(offset)s) AS keys)
            """,
            parameters,
        )
        category_id, count, cards = cursor.fetchone()
    if filters.category is not None and category_id is None:
        raise NotFound
    return Page(",".join(cards[:limit]), len(cards) > limit, count if count_exactly or count <= EXACT_COUNT else None)


def _conditions(filters: Filters, parameters: dict[str, Any]) -> tuple[str, str]:
    """SQL of the WHERE clause and of the query for the category's id."""
    where = ["market = %(market)s", "language = %(language)s", "is_listed"]
    category = "SELECT NULL::bigint AS id"
    if filters.category is not None:
        category = _category_query(filters.category, parameters)
        where.append("category_ids @> ARRAY[(SELECT id FROM category)]")
    if filters.price_min is not None:
        where.append("price >= %(price_min)s")
        parameters["price_min"] = filters.price_min
    if filters.price_max is not None:
        where.append("price <= %(price_max)s")
        parameters["price_max"] = filters.price_max
    if filters.in_stock is not None:
        where.append("in_stock = %(in_stock)s")
        parameters["in_stock"] = filters.in_stock
    return " AND ".join(where), category


def _category_query(category: int | str, parameters: dict[str, Any]) -> str:
    public = "is_public AND ancestors_are_public"
    if isinstance(category, int):
        parameters["category"] = category
        return f"SELECT id FROM catalogue_category WHERE id = %(category)s AND {public}"
    slugs = category.strip("/").split("/")
    parameters.update(slugs=slugs, slug=slugs[-1], depth=len(slugs))
    # Not a join per slug: the path is a stranger's, and planning hundreds of joins takes seconds
    return (
        f"SELECT id FROM catalogue_category c WHERE depth = %(depth)s AND {public}"
        " AND id IN (SELECT category_id FROM catalogue_categoryaddress WHERE slug = %(slug)s)"
        " AND depth = (SELECT count(*) FROM generate_series(1, c.depth) AS level"
        f" JOIN catalogue_categoryaddress a ON a.parent_path = left(c.path, (level - 1) * {PATH_STEP})"
        " AND a.slug = (%(slugs)s::varchar[])[level]"
        " JOIN catalogue_category above ON above.id = a.category_id"
        f" AND above.path = left(c.path, level * {PATH_STEP}))"
    )


def product_detail(key: int | str, *, language: str) -> tuple[str, str] | None:
    """(JSON, ETag digest) of a public product by id, slug or `sku:…`; None where there is none.

    A slug is that of any of the shop's languages: it belongs to one product, which is answered in `language`.
    """
    column = "product_id" if isinstance(key, int) else "slug"
    if isinstance(key, str) and key.startswith("sku:"):
        column, key = "sku", key.removeprefix("sku:")
    found = f"{column} = %(key)s"
    languages = shop_languages()
    if column == "slug" and len(languages) > 1:
        found = (
            "product_id = (SELECT product_id FROM search_productdocument"
            " WHERE market = %(market)s AND language = ANY(%(languages)s) AND slug = %(key)s LIMIT 1)"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT detail, etag FROM search_productdocument"
            f" WHERE market = %(market)s AND language = %(language)s AND {found} AND is_public",
            {"market": MARKET, "language": language, "languages": list(languages), "key": key},
        )
        row: tuple[str, str] | None = cursor.fetchone()
    return row


def cards(product_ids: Iterable[int], *, language: str) -> dict[int, dict[str, Any]]:
    """Cards with `attributes`, by product id, in one statement; unpublished products too (a cart may hold one)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product_id, card, attributes FROM search_productdocument"
            " WHERE market = %s AND language = %s AND product_id = ANY(%s)",
            [MARKET, language, list(product_ids)],
        )
        return {
            pk: orjson.loads(card) | {"attributes": orjson.loads(attributes)}
            for pk, card, attributes in cursor.fetchall()
        }


def backlog() -> dict[str, Any]:
    """How many notes wait, the age of the oldest in seconds, and how many documents there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), COALESCE(extract(epoch FROM clock_timestamp() - min(noted_at)), 0)::float,"
            " (SELECT count(*) FROM search_productdocument) FROM search_documentnote"
        )
        notes, age, documents = cursor.fetchone()
    return {"notes": notes, "oldest_note_seconds": round(age, 1), "documents": documents}


def documents_by_language() -> dict[str, int]:
    """How many documents there are in each language of the shop, and in each that it spoke before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT language, count(*) FROM search_productdocument GROUP BY 1 ORDER BY 1")
        counts = dict(cursor.fetchall())
    return dict.fromkeys(shop_languages(), 0) | counts


def languages_amiss() -> dict[str, str]:
    """What is wrong with a language as a whole: some products have no document in it, or it is the shop's no more."""
    languages = list(shop_languages())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT language, 'lacks ' || count(*) || ' documents'
            FROM unnest(%(languages)s::text[]) AS language CROSS JOIN catalogue_product p
            WHERE NOT EXISTS (SELECT 1 FROM search_productdocument d
                              WHERE d.product_id = p.id AND d.market = %(market)s AND d.language = language.language)
            GROUP BY 1
            UNION ALL SELECT language, 'is no language of the shop, but of ' || count(*) || ' documents'
            FROM search_productdocument WHERE language <> ALL(%(languages)s) GROUP BY 1 ORDER BY 1
            """,
            {"languages": languages, "market": MARKET},
        )
        return dict(cursor.fetchall())
