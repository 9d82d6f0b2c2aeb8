"""What an open payment session holds: stock promised ahead of its order, for a while.

A reservation is part of `num_allocated`. Rows are locked before the stock records, both in primary-key order; the cart,
where there is one, before either.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection

from nexus_shop.core.transactions import transaction, transaction_required

from .errors import LimitFacts, TooManyReservations
from .models import StockReservation
from .operations import Quantities, allocate_stock, release_stock

LOCK_SPACE: Final = 0x726573  # first key of the advisory locks: one for each client that reserves


@transaction_required
def reserve_stock(basket_id: int, quantities: Quantities, *, client: str, expires_at: datetime) -> None:
    """Hold units (stock record id -> units) for a cart's payment session, all or none, in place of what it held.

    The caller has locked the cart. Locks the client, the cart's reservations, then the stock records. Raises
    InsufficientStock with every shortage, TooManyReservations when the client holds stock for as many other carts as
    it may; then the caller rolls back. An empty `client` is nobody's.
    """
    if client:
        _check_client(client, basket_id)
    exchange_reservation(basket_id, quantities)
    StockReservation.objects.bulk_create(
        StockReservation(
            stock_record_id=pk, quantity=quantities[pk], basket_id=basket_id, client=client, expires_at=expires_at
        )
        for pk in sorted(quantities)
    )


@transaction_required
def release_reservation(basket_id: int) -> Quantities:
    """Give back what the cart's payment session held, and return it; nothing where it holds nothing any more.

    Locks the reservations, then the stock records.
    """
    held = _take(basket_id)
    release_stock(held)
    return held


@transaction_required
def claim_reservation(basket_id: int) -> Quantities:
    """Let the order take the promise over: the rows go, the allocation stays. Returns the units by stock record.

    Empty where time was up and the stock is given back: the caller allocates anew. Locks the reservations.
    """
    return _take(basket_id)


@transaction_required
def exchange_reservation(basket_id: int, quantities: Quantities) -> None:
    """Let the cart's promise, whatever is left of it, become one of exactly these units; the rows go.

    Locks the reservations, then the stock records. Raises InsufficientStock with every shortage.
    """
    held = claim_reservation(basket_id)
    if held == quantities:
        return
    with connection.cursor() as cursor:  # both at once: giving back and taking are one claim on the locks
        cursor.execute(
            "SELECT id FROM partner_stockrecord WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [sorted({*held, *quantities})],
        )
    release_stock(held)
    allocate_stock(quantities)


@transaction
def release_expired_reservations(limit: int = 100) -> int:
    """Give back what up to `limit` rows held whose time is up; returns how many rows. Workers share them out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM partner_stockreservation WHERE id IN (
                SELECT id FROM partner_stockreservation WHERE expires_at <= clock_timestamp()
                ORDER BY expires_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING stock_record_id, quantity
            """,
            [limit],
        )
        rows = cursor.fetchall()
    release_stock(_summed(rows))
    return len(rows)


def _take(basket_id: int) -> dict[int, int]:
    """Delete the cart's rows, whoever else wants to waits; what they held."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH mine AS (SELECT id FROM partner_stockreservation WHERE basket_id = %s ORDER BY id FOR UPDATE)
            DELETE FROM partner_stockreservation WHERE id IN (SELECT id FROM mine) RETURNING stock_record_id, quantity
            """,
            [basket_id],
        )
        return _summed(cursor.fetchall())


def _summed(rows: Iterable[tuple[int, int]]) -> dict[int, int]:
    held: dict[int, int] = {}
    for pk, quantity in rows:
        held[pk] = held.get(pk, 0) + quantity
    return held


def _check_client(client: str, basket_id: int) -> None:
    """Rivals of one client are counted one after the other."""
    limit = settings.UNPAID_ORDERS_PER_CLIENT
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, client])
        cursor.execute(
            "SELECT count(DISTINCT basket_id) FROM partner_stockreservation"
            " WHERE client = %s AND basket_id <> %s AND expires_at > clock_timestamp()",
            [client, basket_id],
        )
        (count,) = cursor.fetchone()
    if count >= limit:
        raise TooManyReservations(LimitFacts(limit=limit))
