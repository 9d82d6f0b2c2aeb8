"""What the rivals do: fill carts and complete them over HTTP; and what the books must say afterwards."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from forked_apps.partner.inventory import (
    ALLOCATED_IS_WHAT_IS_CLAIMED,
    ALLOCATED_IS_WITHIN_BOUNDS,
    STOCK_IS_ITS_MOVEMENTS,
)
from tests.factories.shop import ADDRESS_JSON
from tests.servers import Answer, Shop

# name -> query that finds a broken rule at rest
INVARIANTS: Final[Mapping[str, str]] = {
    "allocated is what is claimed": ALLOCATED_IS_WHAT_IS_CLAIMED,
    "allocated is in stock": ALLOCATED_IS_WITHIN_BOUNDS,
    "stock is the sum of its movements": STOCK_IS_ITS_MOVEMENTS,
    "an order's total is what its lines and shipping say": """
        SELECT o.id FROM order_order o WHERE o.total_incl_tax <> o.shipping_incl_tax
            + (SELECT sum(l.line_price_incl_tax) FROM order_line l WHERE l.order_id = o.id)
    """,
    "a cart has one order": """
        SELECT basket_id FROM order_order WHERE basket_id IS NOT NULL GROUP BY basket_id HAVING count(*) > 1
    """,
    "a submitted cart has its order": """
        SELECT b.id FROM basket_basket b LEFT JOIN order_order o ON o.basket_id = b.id
        WHERE (b.status = 'Submitted') <> (o.id IS NOT NULL)
    """,
    "a login has one open cart": """
        SELECT owner_id FROM basket_basket WHERE status = 'Open' AND owner_id IS NOT NULL
        GROUP BY owner_id HAVING count(*) > 1
    """,
    "an order has its lines, address and payment source": """
        SELECT o.id FROM order_order o WHERE o.shipping_address_id IS NULL
            OR NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id)
            OR (SELECT count(*) FROM payment_source p WHERE p.order_id = o.id) <> 1
    """,
    "no address without an order": """
        SELECT a.id FROM order_shippingaddress a
        WHERE NOT EXISTS (SELECT 1 FROM order_order o WHERE o.shipping_address_id = a.id)
    """,
    "each order is published once": """
        SELECT o.id FROM order_order o WHERE 1 <> (SELECT count(*) FROM core_outboxevent e
            WHERE e.name = 'OrderPlaced' AND (e.payload ->> 'order_id')::bigint = o.id)
    """,
}


def broken_rules() -> dict[str, list[Any]]:
    """The invariants that do not hold, with the ids of what breaks them."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in INVARIANTS.items():
            cursor.execute(query)
            if rows := [row[0] for row in cursor.fetchall()]:
                found[name] = rows
    return found


def drop_constraint(table: str, name: str, *, is_index: bool = False) -> None:
    """Take the database's own guard away, so that a control can show the race behind it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}" if is_index else f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def scalar(query: str, *values: Any) -> Any:
    """The one value of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


def cart_with(shop: Shop, *items: Mapping[str, Any]) -> tuple[str, Any]:
    """A new guest's cart with the lines, added one by one: (token, cart)."""
    token = ""
    for item in items:
        headers = {"X_Cart_Token": token} if token else {}
        added = shop.call("POST", "/api/v1/cart/items/", item, **headers)
        assert added.status == (200 if token else 201), added.body
        token = token or added.headers["X-Cart-Token"]
    return token, shop.call("GET", "/api/v1/cart/", X_Cart_Token=token).body


def check_out(shop: Shop, token: str, cart: Any, **headers: str) -> Answer:
    """Complete the cart as it was seen."""
    body = {
        "email": "guest@example.com",
        "shipping_address": ADDRESS_JSON,
        "expected_total": cart["totals"]["total"],
    }
    return shop.call("POST", "/api/v1/checkout/", body, X_Cart_Token=token, **headers)
