"""Counters of what was bought."""

from typing import Final

from django.db import connection

from forked_apps.order.models import Order
from nexus_shop.core.transactions import transaction

COUNT_PRODUCTS: Final = """
    INSERT INTO analytics_productrecord AS r (product_id, num_views, num_basket_additions, num_purchases, score)
    SELECT product_id, 0, 0, sum(quantity), 0 FROM order_line
    WHERE order_id = %s AND product_id IS NOT NULL GROUP BY product_id ORDER BY product_id
    ON CONFLICT (product_id) DO UPDATE SET num_purchases = r.num_purchases + excluded.num_purchases
"""
COUNT_CUSTOMER: Final = """
    INSERT INTO analytics_userrecord AS r (user_id, num_product_views, num_basket_additions, num_orders,
                                           num_order_lines, num_order_items, total_spent, date_last_order)
    SELECT o.user_id, 0, 0, 1, count(l.id), COALESCE(sum(l.quantity), 0), o.total_incl_tax, o.date_placed
    FROM order_order o LEFT JOIN order_line l ON l.order_id = o.id
    WHERE o.id = %s AND o.user_id IS NOT NULL GROUP BY o.id
    ON CONFLICT (user_id) DO UPDATE SET num_orders = r.num_orders + 1,
        num_order_lines = r.num_order_lines + excluded.num_order_lines,
        num_order_items = r.num_order_items + excluded.num_order_items,
        total_spent = r.total_spent + excluded.total_spent, date_last_order = excluded.date_last_order
"""


@transaction
def count_purchases(order_id: int) -> None:
    """Count an order's products and customer, once: the order is marked in the same transaction."""
    if not Order.objects.filter(pk=order_id, analytics_tracked=False).update(analytics_tracked=True):
        return
    with connection.cursor() as cursor:
        cursor.execute(COUNT_PRODUCTS, [order_id])
        cursor.execute(COUNT_CUSTOMER, [order_id])
