"""How many listed products a category, a brand or an attribute's value has, and how many are in stock or on sale: kept
by triggers on the documents.

Each statement that changes what is listed appends the difference for each key. Nobody updates a row that another may
hold, so that counting makes no writer wait; `fold_counts` makes one row of many.
"""

from typing import Final

import pgtrigger
from django.db import connection

from nexus_shop.core.transactions import transaction

ALL: Final = "all"
CATEGORY: Final = "category"
BRAND: Final = "brand"
ATTRIBUTE: Final = "attribute"
FACT: Final = "fact"  # its keys are columns: in_stock, on_sale

_KEYS: Final = f"""
    SELECT '{ALL}'::text, ''::text
    UNION ALL SELECT '{CATEGORY}', id::text FROM unnest(d.category_ids) AS id
    UNION ALL SELECT '{BRAND}', d.brand_id::text WHERE d.brand_id IS NOT NULL
    UNION ALL SELECT '{ATTRIBUTE}', token FROM unnest(d.attribute_tokens) AS token
    UNION ALL SELECT '{FACT}', 'in_stock' WHERE d.in_stock
    UNION ALL SELECT '{FACT}', 'on_sale' WHERE d.on_sale
"""
_SHOWN: Final = (
    "{0}.is_listed, {0}.market, {0}.language, {0}.category_ids, {0}.brand_id, {0}.attribute_tokens, {0}.in_stock,"
    " {0}.on_sale"
)
_CHANGED: Final = f"""
    SELECT {{side}}.*, {{sign}} AS sign FROM old_rows o JOIN new_rows n ON n.id = o.id
    WHERE ({_SHOWN.format("o")}) IS DISTINCT FROM ({_SHOWN.format("n")})
"""
#: What a statement has changed -> the rows in question, each with +1 or -1
_ROWS: Final = {
    "insert": "SELECT *, 1 AS sign FROM new_rows",
    "delete": "SELECT *, -1 AS sign FROM old_rows",
    "update": f"{_CHANGED.format(side='o', sign=-1)} UNION ALL {_CHANGED.format(side='n', sign=1)}",
}


def counts_of(rows: str) -> str:
    """The query of the counts of documents, `rows` being the query of these with their `sign`."""
    return f"""
        SELECT d.market, d.language, k.kind, k.key, sum(d.sign)::int
        FROM ({rows}) AS d CROSS JOIN LATERAL ({_KEYS}) AS k(kind, key)
        WHERE d.is_listed GROUP BY 1, 2, 3, 4 HAVING sum(d.sign) <> 0
    """


def _trigger(name: str, operation: pgtrigger.Operation, referencing: pgtrigger.Referencing) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"count_listed_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=(
            "INSERT INTO search_listedcount (market, language, kind, key, products)"
            f" {' '.join(counts_of(_ROWS[name]).split())}; RETURN NULL;"
        ),
    )


COUNTED: Final = [
    _trigger("insert", pgtrigger.Insert, pgtrigger.Referencing(new="new_rows")),
    _trigger("delete", pgtrigger.Delete, pgtrigger.Referencing(old="old_rows")),
    _trigger("update", pgtrigger.Update, pgtrigger.Referencing(old="old_rows", new="new_rows")),
]


@transaction
def fold_counts() -> int:
    """Make one row of the many of a key, by one statement: a reader sees the one or the many. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH many AS (
                SELECT market, language, kind, key FROM search_listedcount GROUP BY 1, 2, 3, 4 HAVING count(*) > 1),
            chosen AS (
                SELECT c.id FROM search_listedcount c JOIN many USING (market, language, kind, key)
                ORDER BY c.id FOR UPDATE OF c SKIP LOCKED),
            gone AS (
                DELETE FROM search_listedcount WHERE id IN (SELECT id FROM chosen)
                RETURNING market, language, kind, key, products),
            folded AS (
                INSERT INTO search_listedcount (market, language, kind, key, products)
                SELECT market, language, kind, key, sum(products) FROM gone GROUP BY 1, 2, 3, 4
                HAVING sum(products) <> 0)
            SELECT count(*) FROM gone
            """
        )
        return int(cursor.fetchone()[0])
