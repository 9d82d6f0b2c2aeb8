"""How many unpaid orders one client may hold, and what else stands around a cart that is being ordered."""

import hashlib
import random
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection

from nexus_shop.core.transactions import transaction_required

from .errors import TooManyUnpaidOrders, UnpaidFacts

LOCK_SPACE: Final = 0x756E7064  # first key of the advisory locks
UNPAID: Final = """
    (SELECT count(*) AS count FROM order_order WHERE client = %(client)s AND payment_status = 'awaiting'
     AND status <> 'cancelled' AND pay_by > clock_timestamp())
"""
# A place beside the client's other orders is given while they are few and a slot is free; it keeps those who count
# behind the lock waiting. CASE, as nothing else says what is evaluated first.
STANDING: Final = f"""
    SELECT CASE WHEN unpaid.count < %(slots)s THEN
               CASE WHEN pg_try_advisory_xact_lock(%(space)s, %(slot)s)
               THEN pg_try_advisory_xact_lock_shared(%(space)s, %(all)s) END
           END,
           (SELECT id FROM checkout_checkoutsession WHERE basket_id = %(basket_id)s AND status = 'open'),
           EXISTS (SELECT 1 FROM partner_stockreservation WHERE basket_id = %(basket_id)s)
    FROM {UNPAID} unpaid
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The open checkout of a cart, if it has one, and whether the cart holds stock already."""

    session_id: int | None
    holds_stock: bool


@transaction_required
def check_client(client: str, *, basket_id: int | None, is_free: bool) -> Standing:
    """Refuse one more unpaid order to a client that holds as many as it may; an empty client is nobody's.

    One statement while the client holds fewer than half: then as many orders of it may be placed beside each other.
    Above that, and where these places are taken, its orders wait for each other and are counted behind the lock. The
    caller has locked the cart. Raises TooManyUnpaidOrders.
    """
    limit = settings.UNPAID_ORDERS_PER_CLIENT
    slots = max(limit // 2, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            STANDING,
            {
                "client": client,
                "slots": slots,
                "space": LOCK_SPACE,
                "all": _key(client, 0),
                "slot": _key(client, random.randrange(1, slots + 1)),  # noqa: S311 - no secret
                "basket_id": basket_id,
            },
        )
        has_place, session_id, holds_stock = cursor.fetchone()
    if client and not is_free and not has_place:
        _check_behind_lock(client, limit)
    return Standing(session_id, holds_stock)


def _check_behind_lock(client: str, limit: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, _key(client, 0)])
        cursor.execute(f"SELECT count FROM {UNPAID} unpaid", {"client": client})
        (count,) = cursor.fetchone()
    if count >= limit:
        raise TooManyUnpaidOrders(UnpaidFacts(limit=limit))


def _key(client: str, slot: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{client} {slot}".encode()).digest()[:4], signed=True)
