"""What triggers derive of the documents, counts of listed products and entries of categories: compared with what the
documents say, and mended.

Whoever has switched triggers off, or restored a part of a dump, has left them wrong, and no note speaks of it.
"""

from typing import Final

from django.db import connection
from django.db import transaction as django_transaction

from nexus_shop.core.transactions import transaction

from .counting import counts_of
from .entries import entered, entering
from .locks import lock_products

BATCH: Final = 200  # products whose entries are mended in one transaction
LOCK: Final = 0x636F756E  # of whoever mends the counts

# Keys whose counts are others than those of the documents, in one statement: writers may go on.
_COUNTS_AMISS: Final = f"""
    SELECT market, language, kind, key, COALESCE(due.products, 0) AS due, COALESCE(kept.products, 0) AS kept
    FROM ({counts_of("SELECT *, 1 AS sign FROM search_productdocument")}) AS due(market, language, kind, key, products)
    FULL JOIN (SELECT market, language, kind, key, sum(products)::int FROM search_listedcount GROUP BY 1, 2, 3, 4)
        AS kept(market, language, kind, key, products) USING (market, language, kind, key)
    WHERE COALESCE(due.products, 0) <> COALESCE(kept.products, 0)
"""
_DUE_ENTRIES: Final = entered("SELECT * FROM search_productdocument")
_COLUMNS: Final = "document_id, category_id, market, language, date_created, product_id"
_ENTRIES: Final = f"SELECT {_COLUMNS} FROM search_categoryentry"
# Entries that are missing, wrong or of no document
_ENTRIES_AMISS: Final = f"""
    SELECT * FROM ({_DUE_ENTRIES} EXCEPT {_ENTRIES}) AS missing({_COLUMNS})
    UNION ALL ({_ENTRIES} EXCEPT {_DUE_ENTRIES})
"""


def derived_amiss() -> list[str]:
    """What is wrong with the counts and the entries, in words; none where they are as the documents say."""
    told = []
    with connection.cursor() as cursor:
        cursor.execute(f"{_COUNTS_AMISS} ORDER BY 1, 2, 3, 4")
        if counts := cursor.fetchall():
            named = ", ".join(
                f"{kind} {key} in {language} {kept}, not {due}" for _, language, kind, key, due, kept in counts[:20]
            )
            told.append(f"{len(counts)} counts of listed products are wrong: {named}")
        cursor.execute(f"SELECT count(*), array_agg(DISTINCT category_id) FROM ({_ENTRIES_AMISS}) AS amiss")
        entries, categories = cursor.fetchone()
        if entries:
            told.append(f"{entries} entries of categories are missing or wrong, in categories {categories[:20]}")
    return told


def mend_derived() -> None:
    """Make counts and entries be what the documents say, while others write."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT product_id, document_id FROM ({_ENTRIES_AMISS}) AS amiss ORDER BY 1, 2")
        amiss = cursor.fetchall()
    for start in range(0, len(amiss), BATCH):
        with django_transaction.atomic(durable=True):
            _enter_anew(amiss[start : start + BATCH])
    _count_anew()


def _enter_anew(amiss: list[tuple[int, int]]) -> None:
    """Documents leave all categories and enter theirs; whoever writes them waits."""
    lock_products(sorted({product_id for product_id, _ in amiss}))
    ids = sorted({document_id for _, document_id in amiss})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_categoryentry WHERE document_id = ANY(%s)", [ids])
        cursor.execute(entering("SELECT * FROM search_productdocument WHERE id = ANY(%s)"), [ids])


@transaction
def _count_anew() -> None:
    """Append what the counts lack, or have too much. Exact beside writers, who append their own differences; of two
    who mend, the second finds nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            "INSERT INTO search_listedcount (market, language, kind, key, products)"
            f" SELECT market, language, kind, key, due - kept FROM ({_COUNTS_AMISS}) AS amiss"
        )
