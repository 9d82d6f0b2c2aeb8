"""How popular products are: units ordered of late, a column that lists sort by and that no document shows."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from forked_apps.order.lifecycle import CANCELLED
from nexus_shop.core.transactions import transaction

PERIOD: Final = 30  # days
CHUNK: Final = 200  # documents of one statement


_CHANGED: Final = """
    WITH ordered AS (
        SELECT l.product_id,
               l.quantity - CASE l.status WHEN %(cancelled)s THEN l.quantity
                            ELSE COALESCE((l.units ->> %(cancelled)s)::int, 0) END AS units
        FROM order_line l JOIN order_order o ON o.id = l.order_id
        WHERE o.date_placed > now() - %(days)s * interval '1 day' AND l.product_id IS NOT NULL),
    sold AS (
        SELECT p.shown AS product_id, sum(t.units)::int AS units
        FROM ordered t JOIN catalogue_product c ON c.id = t.product_id
        CROSS JOIN LATERAL (SELECT c.id UNION SELECT c.parent_id WHERE c.parent_id IS NOT NULL) AS p(shown)
        GROUP BY 1)
    SELECT d.id, COALESCE(s.units, 0)
    FROM search_productdocument d LEFT JOIN sold s ON s.product_id = d.product_id
    WHERE d.popularity <> COALESCE(s.units, 0) ORDER BY d.id
"""
_WRITE: Final = """
    WITH changed AS (SELECT * FROM unnest(%s::bigint[], %s::int[]) AS c(id, units)),
    held AS MATERIALIZED (
        SELECT id FROM search_productdocument WHERE id IN (SELECT id FROM changed)
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE search_productdocument d SET popularity = changed.units
    FROM changed JOIN held USING (id) WHERE d.id = changed.id
"""


def count_popularity() -> int:
    """Set every document's popularity: units ordered in the last 30 days, of a parent those of its variants.

    Cancelled units do not count. Writes only where the figure has changed, in id order, and notes nothing; documents
    that a rival rebuilds meanwhile get theirs the next time. Returns how many documents it has written.

    In chunks of one transaction each: the triggers on the documents compare old rows with new by a plan that was made
    for the first rows this connection has written, mostly a few, and its time grows with the square of their number.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"cancelled": CANCELLED, "days": PERIOD})
        changed = cursor.fetchall()
    return sum(_write(changed[start : start + CHUNK]) for start in range(0, len(changed), CHUNK))


@transaction
def _write(changed: Sequence[tuple[int, int]]) -> int:
    ids, units = zip(*changed, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(ids), list(units)])
        return int(cursor.rowcount)
