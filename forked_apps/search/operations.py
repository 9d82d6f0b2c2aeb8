"""Keep the documents: rebuild what was noted, prove that none is stale.

A product's documents are rebuilt under its advisory lock, taken in id order before the sources are read: of two
rebuilders the second sees what the first one's transaction wrote.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db import transaction as django_transaction
from django.utils import translation

from forked_apps.catalogue.tasks import make_renditions_task
from nexus_shop.core.tasks import enqueue
from nexus_shop.core.transactions import transaction_required

from .documents import Context, Document, compose
from .sources import ProductRow, load

MARKET: Final = "default"
BATCH: Final = 200  # products of one round of the worker
OWN_LIMIT: Final = 20  # products that a writer rebuilds itself
LOCK_SPACE: Final = 0x646F63  # first key of the advisory locks

COLUMNS: Final = tuple(field.name for field in fields(Document))


def languages() -> tuple[str, ...]:
    """The languages in which documents are kept."""
    return (settings.LANGUAGE_CODE,)


def rebuild_own_notes() -> None:
    """Rebuild what this transaction has noted, at most 20 products; the worker does it once more. Deletes no note."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ref FROM search_documentnote"
            " WHERE transaction_id = pg_current_xact_id_if_assigned() AND kind = 'product' LIMIT %s",
            [OWN_LIMIT + 1],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if 0 < len(ids) <= OWN_LIMIT:
        rebuild(ids)


def rebuild_noted() -> int:
    """One round of the worker: claim notes, spread the wide ones, rebuild the products; returns how many notes."""
    with django_transaction.atomic(durable=True):
        claimed = _claim_notes()
        product_ids = {ref for kind, ref in claimed if kind == "product"}
        for kind, ref in claimed:
            if kind != "product":
                _spread(kind, ref)
        rebuild(product_ids)
    return len(claimed)


def rebuild_all() -> int:
    """Rebuild every document, in batches of one transaction each; returns the number of products."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalogue_product UNION SELECT product_id FROM search_productdocument ORDER BY 1"
        )
        ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(ids), BATCH):
        with django_transaction.atomic(durable=True):
            rebuild(ids[start : start + BATCH])
    return len(ids)


def stale_products() -> list[int]:
    """Products whose stored documents differ from a fresh computation. Notes still waiting make some: drain first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalogue_product UNION SELECT product_id FROM search_productdocument ORDER BY 1"
        )
        ids = [row[0] for row in cursor.fetchall()]
    stale: list[int] = []
    for start in range(0, len(ids), BATCH):
        stale.extend(_stale(ids[start : start + BATCH]))
    return stale


@transaction_required
def rebuild(product_ids: Iterable[int]) -> None:
    """Write the documents of the products and of their parents and children. Locks the products' advisory locks.

    Documents of products that are gone are deleted; those that come out the same are not written.
    """
    ids = sorted(set(product_ids))
    if not ids:
        return
    family = _family(ids)
    _lock(family)
    rows = load(family)
    _delete(sorted(set(family) - set(rows)))
    for language in languages():
        documents = _composed([rows[pk] for pk in family if pk in rows], rows, language)
        _store(documents, language)
    for image_id in _pending_images(rows[pk] for pk in family if pk in rows):
        enqueue(make_renditions_task, image_id=image_id)


def _claim_notes() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM search_documentnote WHERE id IN (
                SELECT id FROM search_documentnote ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING kind, ref
            """,
            [BATCH],
        )
        return [(kind, ref) for kind, ref in cursor.fetchall()]


SPREAD: Final = {
    "category": """
        SELECT DISTINCT pc.product_id FROM catalogue_category above
        JOIN catalogue_category c ON c.path LIKE above.path || '%%'
        JOIN catalogue_productcategory pc ON pc.category_id = c.id WHERE above.id = %s
    """,
    "product_class": "SELECT id FROM catalogue_product WHERE product_class_id = %s",
    "brand": "SELECT id FROM catalogue_product WHERE brand_id = %s",
}


def _spread(kind: str, ref: int) -> None:
    """Turn the note of a category, class or brand into notes of its products, for the rounds to come."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO search_documentnote (kind, ref) SELECT 'product', id FROM ({SPREAD[kind]}) AS p(id)", [ref]
        )


def _family(ids: Sequence[int]) -> list[int]:
    """The products with their parents and children: what one of them shows of the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT unnest(%(ids)s::bigint[])
            UNION SELECT parent_id FROM catalogue_product WHERE id = ANY(%(ids)s) AND parent_id IS NOT NULL
            UNION SELECT id FROM catalogue_product WHERE parent_id = ANY(%(ids)s) ORDER BY 1
            """,
            {"ids": list(ids)},
        )
        return [row[0] for row in cursor.fetchall()]


def _lock(ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, id::int)"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted(id, n) ORDER BY n",
            [LOCK_SPACE, list(ids)],
        )


def _composed(targets: Iterable[ProductRow], rows: dict[int, ProductRow], language: str) -> list[Document]:
    context = Context(
        currency=settings.OSCAR_DEFAULT_CURRENCY, product_url=settings.PRODUCT_URL, url_of=default_storage.url
    )
    with translation.override(language):
        return [compose(row, rows, context) for row in targets]


def _store(documents: list[Document], language: str) -> None:
    if not documents:
        return
    columns = ", ".join(COLUMNS)
    row = f"({', '.join(['%s'] * (len(COLUMNS) + 2))})"
    changes = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "product_id")
    old = ", ".join(f"d.{name}" for name in COLUMNS)
    new = ", ".join(f"excluded.{name}" for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO search_productdocument AS d ({columns}, market, language)
            VALUES {", ".join([row] * len(documents))}
            ON CONFLICT (product_id, market, language) DO UPDATE SET {changes}, built_at = clock_timestamp()
            WHERE ({old}) IS DISTINCT FROM ({new})
            """,
            [value for document in documents for value in (*_values(document), MARKET, language)],
        )


def _values(document: Document) -> tuple[Any, ...]:
    return tuple(getattr(document, name) for name in COLUMNS)


def _delete(ids: Sequence[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_productdocument WHERE product_id = ANY(%s)", [list(ids)])


def _pending_images(rows: Iterable[ProductRow]) -> list[int]:
    return [image.id for row in rows for image in row.images if image.is_pending]


def _stale(ids: list[int]) -> list[int]:
    rows = load(ids)
    stale = set(ids) - set(rows)
    for language in languages():
        fresh = {
            document.product_id: document
            for document in _composed([rows[pk] for pk in ids if pk in rows], rows, language)
        }
        stored = _stored(ids, language)
        stale |= {pk for pk in fresh if stored.get(pk) != _values(fresh[pk])}
    return sorted(stale)


def _stored(ids: list[int], language: str) -> dict[int, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(COLUMNS)} FROM search_productdocument"
            " WHERE product_id = ANY(%s) AND market = %s AND language = %s",
            [ids, MARKET, language],
        )
        return {row[0]: tuple(row) for row in cursor.fetchall()}
