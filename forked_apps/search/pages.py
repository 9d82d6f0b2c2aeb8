"""Pages of the product list: one statement whatever the filters, the order and the way of paging.

How many products a category, a brand or an attribute's value has is known beforehand (`counting`). It says which way
the statement goes: along the index of the order where many fit, so that the page is soon full, or first to those that
fit where they are few. The planner alone would guess, and be wrong by a factor of a thousand.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isqrt
from typing import Any, Final

from django.db import connection

from nexus_shop.core import prepared

from .counting import ATTRIBUTE, BRAND, CATEGORY, FACT
from .facts import asked_tokens
from .models import CHEAPEST, DEAREST
from .places import MARKET, PUBLIC_CATEGORY, category_query

EXACT_COUNT: Final = 1000
CATALOGUE: Final = 100_000  # so large a catalogue is what the two ways are weighed for

Place = tuple[Any, int]  # what a product sorts by, and its id


@dataclass(frozen=True, slots=True)
class Ordering:
    """What sorts: an expression that is never NULL, and an index. The id makes every order total."""

    key: str
    type: str
    is_descending: bool = False

    @property
    def columns(self) -> str:
        """For ORDER BY."""
        direction = " DESC" if self.is_descending else ""
        return f"{self.key}{direction}, product_id{direction}"

    @property
    def after(self) -> str:
        """The condition of what stands behind a place."""
        return f"({self.key}, product_id) {'<' if self.is_descending else '>'} (%(place)s::{self.type}, %(place_id)s)"


_PRICE: Final = f"COALESCE(price, {DEAREST})"
_PRICE_DOWN: Final = f"COALESCE(price, {CHEAPEST})"
ORDERINGS: Final = {
    "-date_created": Ordering("date_created", "timestamptz", is_descending=True),
    "date_created": Ordering("date_created", "timestamptz"),
    "price": Ordering(_PRICE, "numeric"),
    "-price": Ordering(_PRICE_DOWN, "numeric", is_descending=True),
    "title": Ordering("title_key", "text"),
    "-title": Ordering("title_key", "text", is_descending=True),
    "rating": Ordering("rating", "float8"),
    "-rating": Ordering("rating", "float8", is_descending=True),
    "popularity": Ordering("popularity", "int4"),
    "-popularity": Ordering("popularity", "int4", is_descending=True),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by; None and empty are no filter. `category` is an id or a path of slugs.

    Prices as entered. `brands` are ids and slugs; of `attributes`, (code, values), each has to fit with one value.
    """

    category: int | str | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    in_stock: bool | None = None
    brands: tuple[int | str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rating: Decimal | None = None
    on_sale: bool | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the list: the order, behind a place or from an offset on, and whether the count has to be exact."""

    ordering: str = "-date_created"
    limit: int = 20
    offset: int = 0
    after: Place | None = None
    count_exactly: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What of the documents is answered (a column), and what else the answer depends on.

    The page is not read where its version is one of `known`: the client has it.
    """

    column: str = "card"
    salt: str = ""
    known: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `texts` is None where the version is known; `count` is None above 1,000 unless asked for.

    `unknown` names the filter that speaks of what does not exist.
    """

    texts: list[str] | None
    version: str
    has_next: bool
    count: int | None
    last: Place | None
    unknown: str | None = None


#: The rows of the counts kept of a kind, for the market and the language.
_COUNTED: Final = "FROM search_listedcount WHERE market = %(market)s AND language = %(language)s AND kind = '{kind}'"

_IN_CATEGORY: Final = "category_ids @> ARRAY[(SELECT id FROM category)]"


class _Query:
    """The parts of the statement, put together from the filters."""

    def __init__(self, filters: Filters, window: Window, language: str) -> None:
        self.filters = filters
        self.window = window
        self.ordering = ORDERINGS[window.ordering]
        self.values: dict[str, Any] = {
            "market": MARKET,
            "language": language,
        }
        self.ctes: list[str] = []
        self.plain: list[str] = ["market = %(market)s", "language = %(language)s", "is_listed"]
        self.indexed: list[str] = []  # conditions with an index of their own, which may be the way to go
        self.counts: list[str] = []
        self.is_counted = True  # whether the one count of the list is that of all that fits
        self.is_overlapping = False  # but that some are counted several times in it
        self.is_category_alone = False
        self._add_category()
        self._add_brands()
        self._add_attributes()
        self._add_facts()

    def _add_category(self) -> None:
        if self.filters.category is None:
            return
        self.ctes.append(f"category AS ({category_query(self.filters.category, self.values, PUBLIC_CATEGORY)})")
        self.indexed.append(_IN_CATEGORY)
        self._count(CATEGORY, "key = (SELECT id::text FROM category)")

    def _add_brands(self) -> None:
        if not self.filters.brands:
            return
        self.values["brand_ids"] = [brand for brand in self.filters.brands if isinstance(brand, int)]
        self.values["brand_slugs"] = [brand for brand in self.filters.brands if isinstance(brand, str)]
        self.ctes.append(
            "brands AS (SELECT id, slug FROM catalogue_brand"
            " WHERE id = ANY(%(brand_ids)s::bigint[]) OR slug = ANY(%(brand_slugs)s::varchar[]))"
        )
        self.indexed.append("brand_id = ANY(ARRAY(SELECT id FROM brands))")
        self._count(BRAND, "key = ANY(ARRAY(SELECT id::text FROM brands))")

    def _add_attributes(self) -> None:
        for number, (code, values) in enumerate(self.filters.attributes):
            name = f"tokens_{number}"
            self.values[name] = [each for value in values for each in asked_tokens(code, value)]
            self.indexed.append(f"attribute_tokens && %({name})s::text[]")
            self._count(ATTRIBUTE, f"key = ANY(%({name})s::text[])")
            self.is_overlapping = self.is_overlapping or len(values) > 1  # a product may have several of the values
        self.values["codes"] = [code for code, _ in self.filters.attributes]

    def _count(self, kind: str, condition: str) -> None:
        self.counts.append(f"(SELECT COALESCE(sum(products), 0)::int {_COUNTED.format(kind=kind)} AND {condition})")

    def _add_facts(self) -> None:
        is_open, before = not self.indexed, len(self.plain)
        price = _PRICE_DOWN if self.ordering.key == _PRICE_DOWN else _PRICE
        for name, condition in {
            "price_min": f"{price} >= %(price_min)s AND price IS NOT NULL",
            "price_max": f"{price} <= %(price_max)s AND price IS NOT NULL",
            "rating": "rating >= %(rating)s::float8",
            "created_from": "date_created >= %(created_from)s",
            "created_before": "date_created < %(created_before)s",
        }.items():
            value = getattr(self.filters, name)
            if value is not None:
                self.plain.append(condition)
                self.values[name] = value
        for name in ("in_stock", "on_sale"):
            wanted = getattr(self.filters, name)
            if wanted is not None:
                self.plain.append(name if wanted else f"NOT {name}")
        added = self.plain[before:]
        if is_open and added in (["in_stock"], ["on_sale"]):
            self._count(FACT, f"key = '{added[0]}'")
        else:
            self.is_counted = not added and len(self.counts) <= 1
        self.is_category_alone = self.indexed == [_IN_CATEGORY] and not added

    @property
    def where(self) -> str:
        """All that a product of the list fulfils."""
        return " AND ".join([*self.plain, *self.indexed])

    @property
    def count(self) -> str:
        """How many products there are: as counted beforehand, or counted up to a bound."""
        if self.is_counted and not self.is_overlapping:
            if not self.counts:
                self._count("all", "key = ''")
            return self.counts[0]
        bound = "" if self.window.count_exactly else f"LIMIT {EXACT_COUNT + 1}"
        counted = f"(SELECT count(*) FROM (SELECT 1 FROM search_productdocument WHERE {self.where} {bound}) AS counted)"
        if self.window.count_exactly or not self.is_counted:
            return counted
        # One of the values alone may be enough to know that they are too many to be told
        most = (
            f"(SELECT max(products) FROM (SELECT sum(products)::int AS products {_COUNTED.format(kind=ATTRIBUTE)}"
            " AND key = ANY(%(tokens_0)s::text[]) GROUP BY key) AS each)"
        )
        return f"CASE WHEN {most} > {EXACT_COUNT} THEN {EXACT_COUNT + 1} ELSE {counted} END"

    @property
    def keys(self) -> str:
        """The page's documents: id, etag and place, in order, and one more."""
        paging = f"LIMIT {self.window.limit + 1:d}"
        after = []
        if self.window.after is not None:
            self.values["place"], self.values["place_id"] = self.window.after
            after = [self.ordering.after]
        elif self.window.offset:
            paging += f" OFFSET {self.window.offset:d}"
        columns = f"SELECT id, etag, product_id, {self.ordering.key} AS place FROM search_productdocument WHERE "
        ordered = f" ORDER BY {self.ordering.columns} {paging}"
        if not self.indexed:
            return columns + " AND ".join([*self.plain, *after]) + ordered
        outer = self.ordering.columns.replace(self.ordering.key, "place", 1)
        if self.is_category_alone and self.ordering.key == "date_created":
            entries = ["market = %(market)s", "language = %(language)s", "category_id = (SELECT id FROM category)"]
            return f"""
                SELECT d.id, d.etag, entry.product_id, entry.date_created AS place FROM (
                    SELECT document_id, product_id, date_created FROM search_categoryentry
                    WHERE {" AND ".join([*entries, *after])} {ordered}) AS entry
                JOIN search_productdocument d ON d.id = entry.document_id ORDER BY {outer}
            """
        few = isqrt(CATALOGUE * (self.window.limit + self.window.offset))
        self.ctes.append(f"fitting AS (SELECT LEAST({', '.join(self.counts)}) AS products)")
        # COALESCE and OFFSET 0 are for the planner: along the order's index and no other, and not along that one
        walk = [*self.plain, *(f"COALESCE({each}, false)" for each in self.indexed), *after]
        fetch = [*self.plain, *self.indexed, *after]
        return f"""
            SELECT * FROM (
                ({columns} {" AND ".join(walk)} AND (SELECT products FROM fitting) > {few} {ordered})
                UNION ALL
                (SELECT * FROM (
                    {columns} {" AND ".join(fetch)} AND (SELECT products FROM fitting) <= {few} OFFSET 0) AS few
                 ORDER BY {outer} {paging})) AS either
            ORDER BY {outer}
        """

    def statement(self, content: Content) -> str:
        """All of it. What is sorted has no texts: with these, deep pages would cost twice as much."""
        self.values |= {"salt": content.salt, "known": list(content.known)}
        shown = f"{self.window.limit:d}"
        keys, count = self.keys, self.count
        category = "(SELECT id FROM category)" if self.filters.category is not None else "NULL"
        brands = "ARRAY(SELECT ARRAY[id::text, slug] FROM brands)" if self.filters.brands else "NULL"
        codes = (
            "ARRAY(SELECT DISTINCT code FROM catalogue_productattribute WHERE code = ANY(%(codes)s))"
            if self.filters.attributes
            else "NULL"
        )
        told = "products" if self.window.count_exactly else f"least(products, {EXACT_COUNT + 1})"
        page = f"""
            page AS MATERIALIZED (
                SELECT (array_agg(id))[1:{shown}] AS ids,
                       array_to_string((array_agg(etag))[1:{shown}], ',') AS etags,
                       (array_agg(place))[{shown}] AS place, (array_agg(product_id))[{shown}] AS product_id,
                       count(*) > {shown} AS has_next, {count} AS products
                FROM ({keys}) AS keys),
            known AS MATERIALIZED (
                SELECT *, left(encode(sha256(convert_to(concat_ws(
                    '|', %(salt)s::text, {told}, has_next, place, product_id, etags), 'UTF8')), 'hex'), 32) AS version
                FROM page)
        """
        return f"""
            WITH {", ".join([*self.ctes, page])}
            SELECT {category}, {brands}, {codes}, products, has_next, version,
                   CASE WHEN version = ANY(%(known)s::text[]) THEN NULL ELSE ARRAY(
                       SELECT (SELECT {content.column} FROM search_productdocument d WHERE d.id = wanted.id)
                       FROM unnest(ids) WITH ORDINALITY AS wanted(id, n) ORDER BY n) END,
                   place, product_id
            FROM known
        """


def product_page(filters: Filters, window: Window, *, language: str, content: Content | None = None) -> Page:
    """A page of public products, parents and stand-alone ones, in one statement."""
    query = _Query(filters, window, language)
    statement = query.statement(content or Content())
    with connection.cursor() as cursor:
        if window.offset:
            cursor.execute(statement, query.values)  # each page is a text of its own
        else:
            prepared.execute(cursor, statement, query.values)
        category, brands, codes, count, has_next, version, texts, place, product_id = cursor.fetchone()
    return Page(
        texts=texts,
        version=version,
        has_next=has_next,
        count=count if window.count_exactly or count <= EXACT_COUNT else None,
        last=(place, product_id) if product_id is not None else None,
        unknown=_unknown(filters, category, brands, codes),
    )


def _unknown(
    filters: Filters, category: int | None, brands: list[list[str]] | None, codes: list[str] | None
) -> str | None:
    if filters.category is not None and category is None:
        return "category"
    names = {name for brand in brands or [] for name in brand}
    if any(str(brand) not in names for brand in filters.brands):
        return "brand"
    return next((f"attr.{code}" for code, _ in filters.attributes if code not in (codes or [])), None)
