"""Keep the documents: rebuild what was noted, prove that none is stale.

A product's documents are rebuilt under its advisory lock, taken in id order before the sources are read: of two
rebuilders the second sees what the first one's transaction wrote.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, connection
from django.db import transaction as django_transaction
from django.utils import timezone, translation

from forked_apps.catalogue.tasks import make_renditions_task
from nexus_shop.core.languages import shop_languages
from nexus_shop.core.tasks import enqueue
from nexus_shop.core.transactions import transaction, transaction_required
from nexus_shop.markets.taxes import load_taxes

from .counting import fold_counts
from .derived import mend_derived
from .documents import Context, Document, compose
from .locks import lock_products
from .models import ParkedNote
from .sources import ProductRow, load
from .spread import NARROWED, SPREAD
from .storefront import page_address, product_page
from .translated import in_language

logger = logging.getLogger(__name__)

Note = tuple[str, int]  # kind, ref

MARKET: Final = "default"
BATCH: Final = 200  # products of one round of the worker
OWN_LIMIT: Final = 20  # products that a writer rebuilds itself
FAMILY_LIMIT: Final = 200  # or so many, where they are a parent and its variants
KEPT_BATCHES: Final = 500  # of which the lag is remembered

COLUMNS: Final = tuple(field.name for field in fields(Document))

# Half of the next notes are the oldest of all, half the newest of single products: a change of one does not wait until
# all that a wide note speaks of is rebuilt. Wide ones wait their turn; equal ones have come together by then. Kinds
# that only a later version knows are left to it.
_NEXT: Final = """
    WITH oldest AS MATERIALIZED (
        SELECT id FROM search_documentnote WHERE kind = ANY(%(kinds)s)
        ORDER BY id LIMIT %(half)s FOR UPDATE SKIP LOCKED),
    newest AS MATERIALIZED (
        SELECT id FROM search_documentnote WHERE kind = 'product'
        ORDER BY id DESC LIMIT %(half)s FOR UPDATE SKIP LOCKED)
    DELETE FROM search_documentnote WHERE id IN (SELECT id FROM oldest UNION SELECT id FROM newest)
    RETURNING id, kind, ref, noted_at
"""


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A note that is being worked off, and since when it has waited."""

    id: int
    note: Note
    noted_at: datetime


def languages() -> tuple[str, ...]:
    """The languages in which documents are kept."""
    return shop_languages()


def rebuild_own_notes() -> None:
    """Rebuild what this transaction has noted; the worker does it once more. Deletes no note.

    At most 20 products, or 200 that are one family: more is left to the worker.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT noted.ref, COALESCE(p.parent_id, noted.ref) FROM (SELECT DISTINCT ref FROM search_documentnote"
            " WHERE transaction_id = pg_current_xact_id_if_assigned() AND kind = 'product' LIMIT %s) AS noted"
            " LEFT JOIN catalogue_product p ON p.id = noted.ref",
            [FAMILY_LIMIT + 1],
        )
        parents = dict(cursor.fetchall())
    is_family = len(set(parents.values())) == 1
    if 0 < len(parents) <= (FAMILY_LIMIT if is_family else OWN_LIMIT):
        rebuild(parents)


def rebuild_noted() -> int:
    """One round of the worker: claim notes, spread the wide ones, rebuild the products; returns how many notes.

    Where that fails, each of the notes is worked off by itself, and one that fails again is parked. How long the oldest
    had waited is recorded.
    """
    claimed: list[_Claimed] = []
    try:
        with django_transaction.atomic(durable=True):
            claimed = _claim_notes()
            if claimed:
                _work_off({each.note for each in claimed}, noted_at=min(each.noted_at for each in claimed))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A batch of %s notes failed; they are worked off one by one", len(claimed))
        rows: dict[Note, list[int]] = {}
        for each in claimed:
            rows.setdefault(each.note, []).append(each.id)
        _work_off_singly(rows)
    if claimed:
        _record_lag(len(claimed), min(each.noted_at for each in claimed))
    return len(claimed)


def _record_lag(notes: int, noted_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH forgotten AS (DELETE FROM search_notebatch WHERE id IN (
                SELECT id FROM search_notebatch ORDER BY id DESC OFFSET %(kept)s FOR UPDATE SKIP LOCKED))
            INSERT INTO search_notebatch (notes, lag_seconds)
            SELECT %(notes)s, extract(epoch FROM clock_timestamp() - %(noted_at)s)
            """,
            {"notes": notes, "noted_at": noted_at, "kept": KEPT_BATCHES},
        )


@transaction
def note_passed_days() -> int:
    """Note the products whose documents name a day on which goods were expected and that is over, and those that the
    clock has made stale otherwise (a reduction is 30 days old, an offer begins or ends); returns how many.

    A rebuilt document names it no more, so that nothing is noted for ever; what waits to be rebuilt is not noted again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO search_documentnote (kind, ref)
            SELECT DISTINCT 'product', s.product_id
            FROM partner_stockrecord s JOIN search_productdocument d ON d.product_id = s.product_id
            WHERE s.expected_on <= %(today)s AND (d.card::jsonb #>> '{availability,expected_on}')::date <= %(today)s
            UNION SELECT 'product', product_id FROM search_productdocument WHERE fresh_until <= %(now)s
            EXCEPT SELECT kind, ref FROM search_documentnote WHERE kind = 'product'
            """,
            {"today": timezone.localdate(), "now": timezone.now()},
        )
        return cursor.rowcount


def rebuild_all() -> int:
    """Rebuild every document, in batches of one transaction each; returns the number of products.

    Documents in languages that the shop speaks no more are deleted, and what triggers derive of the documents is
    mended. Nothing stays parked but the products whose documents cannot be built.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_productdocument WHERE language <> ALL(%s)", [list(languages())])
    ParkedNote.objects.exclude(kind="product").delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalogue_product UNION SELECT product_id FROM search_productdocument ORDER BY 1"
        )
        ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(ids), BATCH):
        notes: dict[Note, list[int]] = {("product", pk): [] for pk in ids[start : start + BATCH]}
        try:
            with django_transaction.atomic(durable=True):
                _work_off(notes)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("A batch of %s products failed; they are rebuilt one by one", len(notes))
            _work_off_singly(notes)
    mend_derived()
    fold_counts()
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
    lock_products(family)
    rows = load(family)
    _delete(sorted(set(family) - set(rows)))
    targets = [rows[pk] for pk in family if pk in rows]
    context = _context()
    for language in languages():
        _store(_composed(targets, rows, language, context), language)
    for image_id in _pending_images(targets):
        enqueue(make_renditions_task, image_id=image_id)


def _claim_notes() -> list[_Claimed]:
    """Delete the next rows that nobody else has locked."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"kinds": ["product", *SPREAD], "half": BATCH // 2})
        return [_Claimed(row_id, (kind, ref), noted_at) for row_id, kind, ref, noted_at in cursor.fetchall()]


def _claim(ids: Sequence[int]) -> bool:
    """Delete those of the rows that nobody else has locked; whether there was one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM search_documentnote WHERE id IN"
            " (SELECT id FROM search_documentnote WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED)",
            [list(ids)],
        )
        return bool(cursor.rowcount)


def _work_off(notes: Collection[Note], *, noted_at: datetime | None = None) -> None:
    """Do what the notes ask for. They are parked no longer, nor are the children of the products among them.

    `noted_at`: since when they wait, and so do the notes that wide ones become.
    """
    product_ids = [ref for kind, ref in notes if kind == "product"]
    for kind, ref in notes:
        if kind != "product":
            _spread(kind, ref, noted_at)
    rebuild(product_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM search_parkednote
            WHERE (kind, ref) IN (SELECT * FROM unnest(%(kinds)s::text[], %(refs)s::bigint[]))
            OR (kind = 'product' AND ref IN (SELECT id FROM catalogue_product WHERE parent_id = ANY(%(ids)s)))
            """,
            {"ids": product_ids, "kinds": [kind for kind, _ in notes], "refs": [ref for _, ref in notes]},
        )


def _work_off_singly(rows: Mapping[Note, Sequence[int]]) -> None:
    """Work off each note in a transaction of its own, with its rows if it has any; park those that fail.

    No third try: a document comes of the tables alone, and a change of them is a new note.
    """
    for note, ids in sorted(rows.items()):
        with django_transaction.atomic(durable=True):
            if ids and not _claim(ids):
                continue  # another worker has them
            try:
                with django_transaction.atomic():
                    _work_off([note])
            except (OperationalError, InterfaceError):
                raise
            except Exception as failure:
                logger.exception("The note of %s %s is parked", *note)
                ParkedNote.objects.update_or_create(kind=note[0], ref=note[1], defaults={"last_error": repr(failure)})


def _spread(kind: str, ref: int, noted_at: datetime | None) -> None:
    """Turn a wide note into notes of the products that it speaks of, for the rounds to come; that of a part of an offer
    into one of its range.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_documentnote (kind, ref, noted_at)"
            f" SELECT %s, id, COALESCE(%s, statement_timestamp()) FROM ({SPREAD[kind]}) AS p(id)",
            [NARROWED.get(kind, "product"), noted_at, ref],
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


def _context() -> Context:
    return Context(
        currency=settings.OSCAR_DEFAULT_CURRENCY,
        product_url=settings.PRODUCT_URL,
        page_address=page_address,
        product_page=product_page,
        url_of=default_storage.url,
        taxes=load_taxes(),
        today=timezone.localdate(),
        now=timezone.now(),
    )


def _composed(
    targets: Iterable[ProductRow], rows: dict[int, ProductRow], language: str, context: Context
) -> list[Document]:
    spoken = in_language(rows, language)
    with translation.override(language):
        return [compose(spoken[row.id], spoken, context) for row in targets]


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
    context = _context()
    targets = [rows[pk] for pk in ids if pk in rows]
    for language in languages():
        fresh = {document.product_id: document for document in _composed(targets, rows, language, context)}
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
