"""What must hold of carts, orders, stock and money, whatever rivals, crashes and replays have done.

Plain queries, each finding the rows where it does not hold; asked once the worker has drained (counters follow the
outbox). Tests ask after every race, and `manage.py invariants` is an alarm for production. The numbers are those of
the reliability bar.
"""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from forked_apps.partner.inventory import (
    ALLOCATED_IS_WHAT_IS_CLAIMED,
    ALLOCATED_IS_WITHIN_BOUNDS,
    STOCK_IS_ITS_MOVEMENTS,
)

SHOWN: Final = 20

_MONEY_OF_CHARGES: Final = """
    SELECT s.id FROM payment_source s WHERE (s.amount_debited, s.amount_refunded) <> (
        (SELECT COALESCE(sum(t.amount), 0) FROM payment_transaction t
         WHERE t.source_id = s.id AND t.txn_type = 'Debit'),
        (SELECT COALESCE(sum(t.amount), 0) FROM payment_transaction t
         WHERE t.source_id = s.id AND t.txn_type = 'Refund'))
"""
_CHARGE_HAS_ITS_ORDER: Final = """
    SELECT a.id FROM payment_paymentattempt a JOIN payment_source s ON s.id = a.source_id
    WHERE s.order_id <> a.order_id OR (a.kind = 'charge' AND a.status = 'captured' AND s.amount_debited < a.amount)
"""
_PAID_ORDER_HAS_ITS_MONEY: Final = """
    SELECT o.id FROM order_order o
    WHERE o.payment_status = 'paid' AND o.total_incl_tax <> (
        SELECT COALESCE(sum(s.amount_debited - s.amount_refunded), 0) FROM payment_source s WHERE s.order_id = o.id)
"""
_OFFER_COUNTERS: Final = """
    SELECT f.id FROM offer_conditionaloffer f
    LEFT JOIN (
        SELECT d.offer_id, sum(d.frequency) AS times, sum(d.amount) AS amount, count(DISTINCT d.order_id) AS orders
        FROM order_orderdiscount d JOIN order_order o ON o.id = d.order_id
        WHERE o.status <> 'cancelled' GROUP BY d.offer_id) l ON l.offer_id = f.id
    WHERE (f.num_applications, f.total_discount, f.num_orders)
          <> (COALESCE(l.times, 0), COALESCE(l.amount, 0), COALESCE(l.orders, 0))
"""
_OFFER_CAPS: Final = """
    SELECT id FROM offer_conditionaloffer
    WHERE (max_global_applications > 0 AND num_applications > max_global_applications) OR total_discount > max_discount
"""
_OFFERS_FOR_EACH_CUSTOMER: Final = """
    SELECT f.id FROM offer_conditionaloffer f
    JOIN order_orderdiscount d ON d.offer_id = f.id
    JOIN order_order o ON o.id = d.order_id AND o.status <> 'cancelled'
    LEFT JOIN accounts_user u ON u.id = o.user_id
    WHERE f.max_user_applications > 0
    GROUP BY f.id, lower(COALESCE(NULLIF(u.email, ''), NULLIF(o.guest_email, ''), o.id::text))
    HAVING sum(d.frequency) > f.max_user_applications
"""
_VOUCHERS: Final = """
    SELECT v.id FROM voucher_voucher v LEFT JOIN voucher_voucherapplication a ON a.voucher_id = v.id
    GROUP BY v.id
    HAVING count(DISTINCT a.order_id) <> v.num_orders
        OR (v.usage = 'Single use' AND count(a.id) > 1)
        OR (v.usage = 'Once per customer' AND count(a.user_id) <> count(DISTINCT a.user_id))
"""
_TOTALS: Final = """
    SELECT o.id FROM order_order o
    WHERE (o.total_incl_tax, o.total_excl_tax) <> (
        SELECT COALESCE(sum(l.line_price_incl_tax), 0) + o.shipping_incl_tax,
               COALESCE(sum(l.line_price_excl_tax), 0) + o.shipping_excl_tax
        FROM order_line l WHERE l.order_id = o.id)
"""
_DISCOUNTS: Final = """
    SELECT l.id FROM order_line l
    WHERE l.line_price_before_discounts_incl_tax - l.line_price_incl_tax <> (
        SELECT COALESCE(sum(d.amount), 0) FROM order_orderlinediscount d WHERE d.line_id = l.id)
"""
_UNITS: Final = """
    SELECT l.id FROM order_line l
    WHERE l.quantity <> (SELECT COALESCE(sum(value::int), 0) FROM jsonb_each_text(l.units))
"""
_CURRENCIES: Final = (
    "SELECT s.order_id FROM payment_source s JOIN order_order o ON o.id = s.order_id WHERE s.currency <> o.currency"
)
_OPEN_CARTS: Final = (
    "SELECT owner_id FROM basket_basket WHERE status = 'Open' AND owner_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
)
_DEAD_CARTS: Final = """
    SELECT b.id FROM basket_basket b JOIN order_order o ON o.basket_id = b.id WHERE b.status = 'Open'
"""
_ORPHANS: Final = """
    SELECT id FROM order_shippingaddress a
    WHERE NOT EXISTS (SELECT 1 FROM order_order o WHERE o.shipping_address_id = a.id)
    UNION ALL SELECT id FROM order_billingaddress a
    WHERE NOT EXISTS (SELECT 1 FROM order_order o WHERE o.billing_address_id = a.id)
    UNION ALL SELECT id FROM order_order o WHERE NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id)
    UNION ALL SELECT id FROM order_order o
    WHERE NOT EXISTS (SELECT 1 FROM payment_source s WHERE s.order_id = o.id) AND o.payment_method <> ''
"""
_NUMBERS: Final = "SELECT id FROM order_order WHERE basket_id IS NOT NULL AND number = (100000 + basket_id)::text"
_EVENTS_ONCE: Final = "SELECT min(id) FROM payment_gatewayevent GROUP BY gateway, event_id HAVING count(*) > 1"

INVARIANTS: Final[dict[str, str]] = {
    "I1 allocated stock is what open orders and reservations claim": ALLOCATED_IS_WHAT_IS_CLAIMED,
    "I2 allocated stock is within its bounds": ALLOCATED_IS_WITHIN_BOUNDS,
    "I2 stock is the sum of its movements": STOCK_IS_ITS_MOVEMENTS,
    "I3 a charge belongs to one order, which has its money": _CHARGE_HAS_ITS_ORDER,
    "I3 a paid order has its money": _PAID_ORDER_HAS_ITS_MONEY,
    "I4 sources are the sums of their transactions": _MONEY_OF_CHARGES,
    "I5 offers' counters are the sums of their uses": _OFFER_COUNTERS,
    "I5 no offer is used above its caps": _OFFER_CAPS,
    "I5 no customer uses an offer above the customers' limit": _OFFERS_FOR_EACH_CUSTOMER,
    "I5 vouchers' counters and limits hold": _VOUCHERS,
    "I6 an order's total is that of its lines and its delivery": _TOTALS,
    "I6 a line's discount is the sum of the offers' shares": _DISCOUNTS,
    "I6 each unit of a line stands somewhere": _UNITS,
    "I7 an order and its payments are in one currency": _CURRENCIES,
    "I8 a login has one open cart at most": _OPEN_CARTS,
    "I8 an ordered cart is closed": _DEAD_CARTS,
    "I9 nothing is an orphan": _ORPHANS,
    "I11 order numbers tell nothing": _NUMBERS,
    "I12 a gateway's event is kept once": _EVENTS_ONCE,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, with ids of rows (at most SHOWN) that it does not hold for."""

    invariant: str
    ids: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.invariant}: {', '.join(map(str, self.ids))}"


def violations() -> list[Violation]:
    """Every invariant that does not hold now."""
    found = []
    with connection.cursor() as cursor:
        for name, query in INVARIANTS.items():
            cursor.execute(f"SELECT * FROM ({query}) broken LIMIT {SHOWN}")
            ids = tuple(row[0] for row in cursor.fetchall())
            if ids:
                found.append(Violation(name, ids))
    return found
