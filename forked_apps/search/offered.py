"""What a storefront offers to choose from, and what stands beside a product: one statement each, rows out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _
from oscar.apps.catalogue.reviews.models import ProductReview

from forked_apps.catalogue.wording import worded_sql
from nexus_shop.core.languages import main_language

from .counting import ATTRIBUTE, BRAND
from .places import MARKET, product_condition

MAX_VALUES: Final = 100  # of an attribute, those of most products
MAX_SCANNED: Final = 10_000  # of an attribute's values: of free texts there may be as many as products

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of rows, whether more follow, and how many there are in all (None: over 1,000, not counted)."""

    rows: list[Row]
    has_next: bool
    count: int | None


def _rows(cursor: Any) -> list[Row]:
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _page(statement: str, values: Row, *, limit: int, offset: int) -> Listed:
    """A page of what the statement lists; its count stands on every row, and where there is none it was not asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH listed AS NOT MATERIALIZED ({statement})"
            " SELECT (SELECT count(*) FROM listed) AS total, shown.* FROM (VALUES (1)) AS one(n)"
            " LEFT JOIN LATERAL (SELECT * FROM listed LIMIT %(limit)s OFFSET %(offset)s) AS shown ON true",
            values | {"limit": limit + 1, "offset": offset, "market": MARKET},
        )
        found = _rows(cursor)
    total = found[0]["total"]
    rows = [{name: value for name, value in row.items() if name != "total"} for row in found]
    rows = [row for row in rows if next(iter(row.values())) is not None]
    return Listed(rows[:limit], len(rows) > limit, total)


_BRAND: Final = f"""
    SELECT b.id, b.name, b.slug, COALESCE((
        SELECT sum(n.products)::int FROM search_listedcount n
        WHERE n.market = %(market)s AND n.language = %(language)s AND n.kind = '{BRAND}' AND n.key = b.id::text), 0)
        AS product_count
    FROM catalogue_brand b
"""


def brands(*, language: str, limit: int, offset: int) -> Listed:
    """Brands by name, with the number of their listed products."""
    return _page(f"{_BRAND} ORDER BY lower(b.name), b.id", {"language": language}, limit=limit, offset=offset)


def brand(key: int | str, *, language: str) -> Row | None:
    """A brand by id or slug; None where there is none."""
    column = "id" if isinstance(key, int) else "slug"
    with connection.cursor() as cursor:
        cursor.execute(f"{_BRAND} WHERE b.{column} = %(key)s", {"market": MARKET, "language": language, "key": key})
        found = _rows(cursor)
    return found[0] if found else None


def attributes(*, language: str, limit: int, offset: int) -> Listed:
    """What products are described by, by code, with the values in use: as the filter `attr.<code>` takes them.

    A code that several product classes have stands once, named as the first of them names it. `display` is for people:
    a value is the same in every language.
    """
    statement = f"""
        SELECT a.code, a.name, a.type, COALESCE((
            SELECT json_agg(json_build_object('value', v.value, 'display', {_display(language)},
                                              'product_count', v.products) ORDER BY v.products DESC, v.value)
            FROM (SELECT substr(s.key, length(a.code) + 2) AS value, sum(s.products)::int AS products
                  FROM (({_counts("=", ">")}) UNION ALL ({_counts("#", "$")})) AS s
                  GROUP BY 1 HAVING sum(s.products) > 0 ORDER BY 2 DESC, 1 LIMIT {MAX_VALUES}) AS v), '[]')
            AS values
        FROM (SELECT DISTINCT ON (code) code, {worded_sql("name", language)} AS name, type, option_group_id
              FROM catalogue_productattribute ORDER BY code, id) AS a
        ORDER BY a.code
    """
    listed = _page(statement, {"language": language}, limit=limit, offset=offset)
    for row in listed.rows:
        if row["type"] == "boolean":
            for value in row["values"]:
                value["display"] = _("Yes") if value["value"] == "true" else _("No")
    return listed


def _counts(sign: str, following: str) -> str:
    """The counts of the values of the attribute `a` whose tokens have this sign; `following` is the next character.

    Where texts do not sort by bytes, the range that the index knows has others too.
    """
    return (
        "SELECT n.key, n.products FROM search_listedcount n"
        f" WHERE n.market = %(market)s AND n.language = %(language)s AND n.kind = '{ATTRIBUTE}'"
        f" AND n.key >= a.code || '{sign}' AND n.key < a.code || '{following}'"
        f" AND left(n.key, length(a.code) + 1) = a.code || '{sign}' LIMIT {MAX_SCANNED}"
    )


def _display(language: str) -> str:
    """What people read for the value `v` of the attribute `a`: the translated option, where it is one."""
    if language == main_language():
        return "v.value"
    return (
        f"COALESCE((SELECT {worded_sql('option', language, row='c')} FROM catalogue_attributeoption c"
        " WHERE c.group_id = a.option_group_id AND c.option = v.value ORDER BY c.id LIMIT 1), v.value)"
    )


def options(*, language: str, limit: int, offset: int) -> Listed:
    """What shoppers may be asked when they add a product to the cart. Amounts as entered.

    `choice` is what a cart is told, the same in every language; `display` is for people.
    """
    statement = f"""
        SELECT o.code, {worded_sql("name", language, row="o")} AS name, o.type, o.required,
               COALESCE({worded_sql("help_text", language, row="o")}, '') AS help_text, o.price AS extra_price,
               COALESCE((SELECT json_agg(json_build_object(
                             'choice', c.option, 'display', {worded_sql("option", language, row="c")},
                             'extra_price', c.price::text) ORDER BY c.id)
                         FROM catalogue_attributeoption c WHERE c.group_id = o.option_group_id), '[]') AS choices
        FROM catalogue_option o ORDER BY o.order, o.name, o.id
    """
    return _page(statement, {}, limit=limit, offset=offset)


# Oscar's own table has one kind
_KIND: Final = "COALESCE(to_jsonb(r) ->> 'kind', 'related')"


def related(key: int | str, *, kind: str | None, language: str) -> tuple[list[tuple[str, str]], str, int] | None:
    """(kind, card) of what goes with a public product, a variant's being its parent's, a version of them, and its id.

    None where there is no such product.
    """
    values: Row = {"language": language, "kind": kind}
    asked = product_condition(key, values, "d")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH asked AS (
                SELECT COALESCE(p.parent_id, p.id) AS id, p.id AS asked_id FROM search_productdocument d
                JOIN catalogue_product p ON p.id = d.product_id
                WHERE d.market = %(market)s AND d.language = %(language)s AND {asked} AND d.is_public)
            SELECT {_KIND}, d.card, d.etag, asked.asked_id FROM asked
            LEFT JOIN (catalogue_productrecommendation r JOIN search_productdocument d
                       ON d.product_id = r.recommendation_id AND d.market = %(market)s
                       AND d.language = %(language)s AND d.is_public)
                ON r.primary_id = asked.id AND (%(kind)s::text IS NULL OR {_KIND} = %(kind)s)
            ORDER BY {_KIND}, r.ranking DESC, r.id
            """,
            values,
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    found = [(name, card) for name, card, _etag, _id in rows if card is not None]
    return found, "|".join(f"{name} {etag}" for name, card, etag, _id in rows if card is not None), rows[0][3]


@dataclass(frozen=True, slots=True)
class Review:
    """An approved review. `username` is that of the account, unless it is an e-mail address."""

    id: int
    title: str
    body: str
    score: int
    votes: int
    delta: int
    date_created: datetime
    username: str | None


def reviews(
    key: int | str, *, language: str, limit: int, after: tuple[datetime, int] | None
) -> tuple[list[Review], int, int] | None:
    """The next reviews, newest first, how many there are in all, and the product's id.

    None where there is no such public product.
    """
    values: Row = {"language": language, "limit": limit + 1, "approved": ProductReview.APPROVED}
    asked = product_condition(key, values, "asked")
    behind = "AND (r.date_created, r.id) < (%(at)s, %(id)s)" if after else ""
    values["at"], values["id"] = after or (None, None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT (SELECT count(*) FROM reviews_productreview r WHERE r.product_id = asked.product_id
                    AND r.status = %(approved)s),
                   asked.product_id, shown.*
            FROM search_productdocument asked LEFT JOIN LATERAL (
                SELECT r.id, r.title, r.body, r.score, r.total_votes, r.delta_votes, r.date_created,
                       CASE WHEN u.username NOT LIKE '%%@%%' THEN u.username END AS username
                FROM reviews_productreview r LEFT JOIN accounts_user u ON u.id = r.user_id
                WHERE r.product_id = asked.product_id AND r.status = %(approved)s {behind}
                ORDER BY r.date_created DESC, r.id DESC LIMIT %(limit)s) AS shown ON true
            WHERE asked.market = %(market)s AND asked.language = %(language)s AND {asked} AND asked.is_public
            """,
            values,
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    return [Review(*row[2:]) for row in rows if row[2] is not None], *rows[0][:2]


def moved_product(slug: str, *, language: str) -> str | None:
    """The slug in the language of the public product that had this one; None where no public product had it."""
    now = worded_sql("slug", language, row="p")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {now} FROM catalogue_oldproductslug o JOIN catalogue_product p ON p.id = o.product_id"
            " LEFT JOIN catalogue_product parent ON parent.id = p.parent_id"
            " WHERE o.slug = %s AND p.is_public AND COALESCE(parent.is_public, true)"
            f" AND {now} <> o.slug",
            [slug],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else None
