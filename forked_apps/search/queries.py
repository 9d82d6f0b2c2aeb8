"""Reading documents: one statement each, bytes out, no model instance."""

from collections.abc import Collection, Iterable
from typing import Any, Final

import orjson
from django.db import connection

from nexus_shop.core import prepared
from nexus_shop.core.languages import shop_languages

from .places import MARKET, product_condition

PARTS: Final = frozenset({"variants", "media"})


def product_detail(
    key: int | str, *, language: str, known: Collection[str] = (), also_hidden: bool = False
) -> tuple[str, str, int] | None:
    """(JSON, ETag digest, id) of a public product (or `also_hidden`) by id, slug or `sku:…`; None where there is none.

    The JSON is empty where the digest is one of `known`.
    """
    values: dict[str, Any] = {"known": list(known), "language": language, "also_hidden": also_hidden}
    asked = product_condition(key, values)
    with connection.cursor() as cursor:
        prepared.execute(
            cursor,
            "SELECT CASE WHEN etag = ANY(%(known)s::text[]) THEN '' ELSE detail END, etag, product_id"
            " FROM search_productdocument"
            f" WHERE market = %(market)s AND language = %(language)s AND {asked} AND (is_public OR %(also_hidden)s)",
            values,
        )
        found: tuple[str, str, int] | None = cursor.fetchone()
    return found


def product_part(
    part: str, key: int | str, *, language: str, known: Collection[str] = ()
) -> tuple[str, int, str, int] | None:
    """(JSON, number of entries, ETag digest of the whole, product id) of a public product's `variants` or `media`.

    None where there is no such product; the JSON is empty where the digest is one of `known`.
    """
    if part not in PARTS:
        raise ValueError(f"a product has no part {part}")
    values: dict[str, Any] = {"known": list(known), "language": language}
    asked = product_condition(key, values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT CASE WHEN etag = ANY(%(known)s::text[]) THEN '' ELSE (detail::json -> '{part}')::text END,"
            f" json_array_length(detail::json -> '{part}'), etag, product_id FROM search_productdocument"
            f" WHERE market = %(market)s AND language = %(language)s AND {asked} AND is_public",
            values,
        )
        found: tuple[str, int, str, int] | None = cursor.fetchone()
    return found


def cards(product_ids: Iterable[int], *, language: str) -> dict[int, dict[str, Any]]:
    """Cards with `attributes` and `is_public`, by product id, in one statement; unpublished products too (a cart may
    hold one).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product_id, card, attributes, is_public FROM search_productdocument"
            " WHERE market = %s AND language = %s AND product_id = ANY(%s)",
            [MARKET, language, list(product_ids)],
        )
        return {
            pk: orjson.loads(card) | {"attributes": orjson.loads(attributes), "is_public": is_public}
            for pk, card, attributes, is_public in cursor.fetchall()
        }


def backlog() -> dict[str, Any]:
    """How many notes wait, the age of the oldest in seconds, and how many documents there are.

    Of the last 500 batches: for how many seconds the oldest note had waited, in the last and in 95 of 100. None: no
    batch yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), COALESCE(extract(epoch FROM clock_timestamp() - min(noted_at)), 0)::float,"
            " (SELECT count(*) FROM search_productdocument),"
            " (SELECT lag_seconds FROM search_notebatch ORDER BY id DESC LIMIT 1),"
            " (SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY lag_seconds) FROM search_notebatch)"
            " FROM search_documentnote"
        )
        notes, age, documents, last, p95 = cursor.fetchone()
    return {
        "notes": notes,
        "oldest_note_seconds": round(age, 1),
        "documents": documents,
        "last_lag_seconds": None if last is None else round(last, 2),
        "p95_lag_seconds": None if p95 is None else round(p95, 2),
    }


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
