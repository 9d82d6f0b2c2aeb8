"""Orders whose time to pay is over."""

import logging
from typing import Final

from django.db import connection

from forked_apps.order.lifecycle import CANCELLED, EXPIRED, PENDING, is_begun
from forked_apps.order.models import Order, PaymentStatus
from forked_apps.order.operations import move_order
from forked_apps.partner.inventory import BEGUN
from nexus_shop.core.transactions import transaction

from .ledger import live_charge, lock_sources

logger = logging.getLogger(__name__)

# `may_expire` asks the same.
DUE: Final = f"""
    SELECT o.id FROM order_order o
    WHERE o.payment_status = 'awaiting' AND o.pay_by < clock_timestamp() AND o.status = 'pending'
      AND NOT {BEGUN} AND NOT EXISTS (SELECT 1 FROM payment_paymentattempt a
                      WHERE a.order_id = o.id AND a.kind = 'charge'
                        AND (a.status IN ('started', 'requires_action', 'authorised', 'unknown')
                             OR a.parked_at IS NOT NULL))
    ORDER BY o.pay_by, o.id LIMIT %s
"""
STILL_DUE: Final = """
    SELECT o.* FROM order_order o
    WHERE o.id = %s AND o.payment_status = %s AND o.status = %s AND o.pay_by < clock_timestamp()
    FOR UPDATE OF o SKIP LOCKED
"""


def expire_unpaid_orders(limit: int) -> int:
    """Cancel up to `limit` orders whose time to pay is over, each in a transaction of its own; returns how many.

    One whose payment has not ended is passed over, so is one that staff have begun, and one that somebody is just
    working on. Any number of workers may run side by side. An order that cannot be cancelled is logged and keeps no
    other.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, [limit])
        due = [row[0] for row in cursor.fetchall()]
    return sum(map(_expired, due))


def _expired(order_id: int) -> bool:
    try:
        return expire_order(order_id)
    except Exception:
        logger.exception("Order %s cannot be expired", order_id)
        return False


def may_expire(order: Order) -> bool:
    """Whether an unpaid order is cancelled when its time is over. The caller holds its lock, so its units stay."""
    return order.status == PENDING and not any(is_begun(line.units) for line in order.lines.all())


@transaction
def expire_order(order_id: int) -> bool:
    """Cancel an order whose time to pay is over, with the reason `payment_expired`; False where it is not (any more).

    Stock, vouchers and offer uses are given back. Locks the order if nobody else has, its sources, then what it gives
    back. Publishes OrderCancelled.
    """
    values = [order_id, PaymentStatus.AWAITING, PENDING]
    order: Order | None = next(iter(Order.objects.raw(STILL_DUE, values)), None)
    if order is None:
        return False
    lock_sources(order)
    if live_charge(order.pk) is not None or not may_expire(order):  # one or the other has begun since it was found
        return False
    order.cancel_reason = EXPIRED
    order.save(update_fields=["cancel_reason"])
    move_order(order, status=CANCELLED, note="not paid in time")
    return True
