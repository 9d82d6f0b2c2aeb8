"""What must hold of carts, orders, stock and money, whatever rivals, crashes and replays have done.

Plain queries, each finding the rows where it does not hold; asked once the worker has drained (counters follow the
outbox). Tests ask after every race, and `manage.py invariants` is an alarm for production. The numbers are those of
the reliability bar. A limit that staff have lowered below what was used already is reported too: they see by how much
it came too late.
"""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from forked_apps.catalogue.option_prices import OPTION_PRICES_ARE_THEIR_LAST_CHANGES
from forked_apps.partner.inventory import (
    ALLOCATED_IS_WHAT_IS_CLAIMED,
    ALLOCATED_IS_WITHIN_BOUNDS,
    PRICES_ARE_THEIR_LAST_CHANGES,
    STOCK_IS_ITS_MOVEMENTS,
)

SHOWN: Final = 20

# Orders of a taken-over shop name no method: their books were kept by other rules, so what follows from ours is not
# asked of them, nor of the offers and vouchers that they have used.
_OURS: Final = "o.payment_method <> ''"
_PROMISED_BACK: Final = """
    (SELECT COALESCE(sum(r.amount), 0) FROM payment_paymentattempt r WHERE r.order_id = o.id AND r.kind = 'refund'
     AND (r.status IN ('started', 'requires_action', 'authorised', 'unknown') OR r.parked_at IS NOT NULL))
"""
_HELD: Final = """
    (SELECT COALESCE(sum(s.amount_debited - s.amount_refunded), 0) FROM payment_source s WHERE s.order_id = o.id)
"""
_WANTED: Final = "(o.total_incl_tax - o.cancelled_total - o.returned_total)"
_MONEY_OF_CHARGES: Final = f"""
    SELECT s.id FROM payment_source s JOIN order_order o ON o.id = s.order_id
    WHERE {_OURS} AND (s.amount_debited, s.amount_refunded) <> (
        (SELECT COALESCE(sum(t.amount), 0) FROM payment_transaction t
         WHERE t.source_id = s.id AND t.txn_type = 'Debit'),
        (SELECT COALESCE(sum(t.amount), 0) FROM payment_transaction t
         WHERE t.source_id = s.id AND t.txn_type = 'Refund'))
"""
_REFUNDS_WITHIN_CHARGES: Final = """
    SELECT c.id FROM payment_paymentattempt c JOIN payment_paymentattempt r ON r.charge_id = c.id
    WHERE r.status = 'refunded' GROUP BY c.id HAVING sum(r.amount) > c.amount
"""
_CHARGE_HAS_ITS_ORDER: Final = """
    SELECT s.id FROM payment_source s JOIN payment_paymentattempt a ON a.source_id = s.id
    GROUP BY s.id
    HAVING bool_or(a.order_id <> s.order_id)
        OR COALESCE(sum(a.amount) FILTER (WHERE a.kind = 'charge' AND a.status = 'captured'), 0) > s.amount_debited
"""
_PAID_ORDER_HAS_ITS_MONEY: Final = f"""
    SELECT o.id FROM order_order o
    WHERE {_OURS} AND o.payment_status = 'paid'
      AND ({_HELD} < {_WANTED} OR {_HELD} - {_PROMISED_BACK} > o.total_incl_tax)
"""
# An order that is asked for money lacks some; one that is not, and is to be delivered, has once had all of it.
_UNPAID_ORDER_LACKS_MONEY: Final = f"""
    SELECT o.id FROM order_order o
    WHERE {_OURS} AND o.payment_status = 'awaiting' AND o.status IN ('pending', 'processing', 'shipped', 'delivered')
      AND {_HELD} >= {_WANTED}
"""
_REFUNDED_ORDER_WAS_PAID: Final = f"""
    SELECT o.id FROM order_order o
    WHERE {_OURS} AND o.payment_status IN ('partially_refunded', 'refunded')
      AND o.status IN ('pending', 'processing', 'shipped', 'delivered')
      AND {_WANTED} > (
        SELECT COALESCE(max(b.held), 0) FROM (
            SELECT sum(CASE t.txn_type WHEN 'Debit' THEN t.amount WHEN 'Refund' THEN -t.amount ELSE 0 END)
                   OVER (ORDER BY t.id) AS held
            FROM payment_transaction t JOIN payment_source s ON s.id = t.source_id WHERE s.order_id = o.id) b)
"""
_CANCELLED_ORDER_KEEPS_NONE: Final = f"""
    SELECT o.id FROM order_order o WHERE {_OURS} AND o.status = 'cancelled' AND {_HELD} > {_PROMISED_BACK}
"""
_OFFER_COUNTERS: Final = f"""
    SELECT f.id FROM offer_conditionaloffer f
    LEFT JOIN (
        SELECT d.offer_id, bool_and({_OURS}) AS is_ours,
               sum(d.frequency) FILTER (WHERE o.status <> 'cancelled') AS times,
               sum(d.amount) FILTER (WHERE o.status <> 'cancelled') AS amount,
               count(DISTINCT d.order_id) FILTER (WHERE o.status <> 'cancelled') AS orders
        FROM order_orderdiscount d JOIN order_order o ON o.id = d.order_id GROUP BY d.offer_id) l ON l.offer_id = f.id
    WHERE COALESCE(l.is_ours, true) AND (f.num_applications, f.total_discount, f.num_orders)
          <> (COALESCE(l.times, 0), COALESCE(l.amount, 0), COALESCE(l.orders, 0))
"""
_OFFER_CAPS: Final = """
    SELECT id FROM offer_conditionaloffer
    WHERE (max_global_applications > 0 AND num_applications > max_global_applications)
       OR (max_discount > 0 AND total_discount > max_discount)
"""
# A login's orders, and those of guests with its address, are one customer's.
_CUSTOMER: Final = """
    lower(COALESCE(NULLIF(u.email, ''), 'login ' || o.user_id, NULLIF(o.guest_email, ''), 'order ' || o.id))
"""
_OFFERS_FOR_EACH_CUSTOMER: Final = f"""
    SELECT DISTINCT id FROM (
        SELECT f.id FROM offer_conditionaloffer f
        JOIN order_orderdiscount d ON d.offer_id = f.id
        JOIN order_order o ON o.id = d.order_id AND o.status <> 'cancelled' AND {_OURS}
        LEFT JOIN accounts_user u ON u.id = o.user_id
        GROUP BY f.id, {_CUSTOMER}
        HAVING f.max_user_applications > 0 AND sum(d.frequency) > f.max_user_applications) above
"""
_VOUCHER_COUNTERS: Final = f"""
    SELECT v.id FROM voucher_voucher v
    LEFT JOIN voucher_voucherapplication a ON a.voucher_id = v.id LEFT JOIN order_order o ON o.id = a.order_id
    GROUP BY v.id HAVING COALESCE(bool_and({_OURS}), true) AND count(DISTINCT a.order_id) <> v.num_orders
"""
_VOUCHER_LIMITS: Final = f"""
    SELECT DISTINCT id FROM (
        SELECT v.id FROM voucher_voucher v
        JOIN voucher_voucherapplication a ON a.voucher_id = v.id JOIN order_order o ON o.id = a.order_id AND {_OURS}
        LEFT JOIN accounts_user u ON u.id = o.user_id
        WHERE v.usage IN ('Single use', 'Once per customer')
        GROUP BY v.id, CASE WHEN v.usage = 'Single use' THEN '' ELSE {_CUSTOMER} END
        HAVING count(*) > 1) above
"""
_VOUCHERS_OF_CANCELLED: Final = f"""
    SELECT a.id FROM voucher_voucherapplication a JOIN order_order o ON o.id = a.order_id
    WHERE {_OURS} AND o.status = 'cancelled'
"""
_TOTALS: Final = f"""
    SELECT o.id FROM order_order o
    WHERE {_OURS} AND ((o.total_incl_tax, o.total_excl_tax) <> (
        SELECT COALESCE(sum(l.line_price_incl_tax), 0) + o.shipping_incl_tax,
               COALESCE(sum(l.line_price_excl_tax), 0) + o.shipping_excl_tax
        FROM order_line l WHERE l.order_id = o.id) OR o.total_excl_tax > o.total_incl_tax OR o.total_excl_tax < 0)
"""
_DISCOUNTS: Final = f"""
    SELECT l.id FROM order_line l JOIN order_order o ON o.id = l.order_id
    WHERE {_OURS} AND l.line_price_before_discounts_incl_tax - l.line_price_incl_tax <> (
        SELECT COALESCE(sum(d.amount), 0) FROM order_orderlinediscount d WHERE d.line_id = l.id)
"""
_UNITS: Final = """
    SELECT l.id FROM order_line l
    WHERE l.quantity <> (SELECT COALESCE(sum(value::int), 0) FROM jsonb_each_text(l.units))
"""
_CURRENCIES: Final = """
    SELECT s.order_id FROM payment_source s JOIN order_order o ON o.id = s.order_id WHERE s.currency <> o.currency
    UNION SELECT a.order_id FROM payment_paymentattempt a JOIN order_order o ON o.id = a.order_id
    WHERE a.currency <> o.currency
"""
_OPEN_CARTS: Final = (
    "SELECT owner_id FROM basket_basket WHERE status = 'Open' AND owner_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
)
_DEAD_CARTS: Final = f"""
    SELECT b.id FROM basket_basket b JOIN order_order o ON o.basket_id = b.id AND {_OURS} WHERE b.status <> 'Submitted'
"""
_ORDERS_OF_CARTS: Final = "SELECT basket_id FROM order_order WHERE basket_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
_ORPHANS: Final = f"""
    SELECT a.id FROM order_shippingaddress a
    WHERE NOT EXISTS (SELECT 1 FROM order_order o WHERE o.shipping_address_id = a.id)
      AND a.id > (SELECT min(o.shipping_address_id) FROM order_order o WHERE {_OURS})
    UNION ALL SELECT a.id FROM order_billingaddress a
    WHERE NOT EXISTS (SELECT 1 FROM order_order o WHERE o.billing_address_id = a.id)
      AND a.id > (SELECT min(o.billing_address_id) FROM order_order o WHERE {_OURS})
    UNION ALL SELECT o.id FROM order_order o
    WHERE {_OURS} AND (NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id)
                       OR NOT EXISTS (SELECT 1 FROM payment_source s WHERE s.order_id = o.id))
"""
_NUMBERS: Final = f"""
    SELECT o.id FROM order_order o WHERE {_OURS} AND o.number !~ '^[0-9A-Z]{{4}}-[0-9A-Z]{{4}}-[0-9A-Z]{{4}}$'
    UNION ALL SELECT min(o.id) FROM order_order o GROUP BY o.number HAVING count(*) > 1
"""
_EVENTS_ONCE: Final = "SELECT min(id) FROM payment_gatewayevent GROUP BY gateway, event_id HAVING count(*) > 1"

INVARIANTS: Final[dict[str, str]] = {
    "I1 allocated stock is what open orders and reservations claim": ALLOCATED_IS_WHAT_IS_CLAIMED,
    "I2 allocated stock is within its bounds": ALLOCATED_IS_WITHIN_BOUNDS,
    "I2 stock is the sum of its movements": STOCK_IS_ITS_MOVEMENTS,
    "I2 prices are those of their last changes": PRICES_ARE_THEIR_LAST_CHANGES,
    "I2 prices of options are those of their last changes": OPTION_PRICES_ARE_THEIR_LAST_CHANGES,
    "I3 a charge belongs to one order, which has its money": _CHARGE_HAS_ITS_ORDER,
    "I3 a paid order has its money": _PAID_ORDER_HAS_ITS_MONEY,
    "I3 an order that awaits payment lacks money": _UNPAID_ORDER_LACKS_MONEY,
    "I3 an order that was refunded was paid before": _REFUNDED_ORDER_WAS_PAID,
    "I3 a cancelled order keeps no money": _CANCELLED_ORDER_KEEPS_NONE,
    "I4 sources are the sums of their transactions": _MONEY_OF_CHARGES,
    "I4 no more is given back than was charged": _REFUNDS_WITHIN_CHARGES,
    "I5 offers' counters are the sums of their uses": _OFFER_COUNTERS,
    "I5 no offer is used above its caps": _OFFER_CAPS,
    "I5 no customer uses an offer above the customers' limit": _OFFERS_FOR_EACH_CUSTOMER,
    "I5 vouchers' counters are their uses": _VOUCHER_COUNTERS,
    "I5 no voucher is used above its limit": _VOUCHER_LIMITS,
    "I5 a cancelled order uses no voucher": _VOUCHERS_OF_CANCELLED,
    "I6 an order's total is that of its lines and its delivery": _TOTALS,
    "I6 a line's discount is the sum of the offers' shares": _DISCOUNTS,
    "I6 each unit of a line stands somewhere": _UNITS,
    "I7 an order and its payments are in one currency": _CURRENCIES,
    "I8 a login has one open cart at most": _OPEN_CARTS,
    "I8 an ordered cart is closed": _DEAD_CARTS,
    "I8 a cart is ordered once": _ORDERS_OF_CARTS,
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
