"""What the rivals do: fill carts and complete them over HTTP; and what the books must say afterwards."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection

from forked_apps.checkout.invariants import violations
from nexus_shop.core.worker import drain
from tests.factories.shop import ADDRESS_JSON
from tests.servers import Answer, Shop

# What holds of the shops of these tests beside the invariants; name -> query that finds where it does not.
OF_TESTS: Final[Mapping[str, str]] = {
    "a submitted cart has its order": """
        SELECT b.id FROM basket_basket b LEFT JOIN order_order o ON o.basket_id = b.id
        WHERE b.status = 'Submitted' AND o.id IS NULL
    """,
    "each order is published once": """
        SELECT o.id FROM order_order o WHERE 1 <> (SELECT count(*) FROM core_outboxevent e
            WHERE e.name = 'OrderPlaced' AND (e.payload ->> 'order_id')::bigint = o.id)
    """,
    "each order's mail is queued once": """
        SELECT o.id FROM order_order o WHERE 1 <> (SELECT count(*) FROM communication_ordermail m
            WHERE m.kind = 'order_placed' AND m.order_id = o.id)
    """,
    "nothing is parked": """
        SELECT id FROM core_outboxevent WHERE parked_at IS NOT NULL
        UNION ALL SELECT id FROM core_queuedtask WHERE parked_at IS NOT NULL
    """,
}


def broken_rules() -> dict[str, list[Any]]:
    """What does not hold once the worker has nothing left to do, with the ids of what breaks it."""
    drain()
    found: dict[str, list[Any]] = {each.invariant: list(each.ids) for each in violations()}
    with connection.cursor() as cursor:
        for name, query in OF_TESTS.items():
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


def check_out(shop: Shop, token: str, cart: Any, *, vouchers: Sequence[str] = (), **headers: str) -> Answer:
    """Complete the cart as it was seen."""
    body = {
        "vouchers": list(vouchers),
        "email": "guest@example.com",
        "shipping_address": ADDRESS_JSON,
        "expected_total": cart["totals"]["total"],
    }
    return shop.call("POST", "/api/v1/checkout/", body, X_Cart_Token=token, **headers)
