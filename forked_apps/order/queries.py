"""Reading orders: one statement for an order, or a page of them, with lines, addresses and payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from nexus_shop.core.money import ZERO, Price


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order, at the prices of then."""

    id: int
    handle: str
    product_id: int | None
    title: str
    sku: str | None
    quantity: int
    unit: Price
    total: Price
    discount: Decimal
    status: str
    units: dict[str, int]
    options: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Payment:
    """One way in which an order is paid, with its amounts."""

    handle: str
    method: str
    allocated: Decimal
    debited: Decimal
    refunded: Decimal


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order whole. Amounts are gross, in `currency`; the tax is contained in the total."""

    id: int
    handle: str
    number: str
    status: str
    payment_status: str
    payment_method: str
    placed_at: datetime
    version: int
    currency: str
    email: str
    total: Decimal
    tax: Decimal
    shipping: Decimal
    shipping_code: str
    shipping_name: str
    customer_notes: str
    lines: list[OrderLine]
    shipping_address: dict[str, str] | None
    billing_address: dict[str, str] | None
    payments: list[Payment]

    @property
    def items(self) -> Decimal:
        """Unit prices times quantities: the lines before their discounts."""
        return sum(((line.total.gross or ZERO) + line.discount for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        """What was taken off the lines."""
        return sum((line.discount for line in self.lines), ZERO)


_ADDRESS: Final = (
    "json_build_object('first_name', a.first_name, 'last_name', a.last_name, 'line1', a.line1, 'line2', a.line2,"
    " 'line3', a.line3, 'line4', a.line4, 'state', a.state, 'postcode', a.postcode, 'country', a.country_id,"
)
# Oscar's orders may lack unit prices: then a unit's share of the line.
_UNIT_PRICE: Final = (
    "COALESCE(l.unit_price_{0}_tax, round(l.line_price_before_discounts_{0}_tax / GREATEST(l.quantity, 1), 2))::text"
)
ORDERS: Final = f"""
    SELECT o.id, o.handle, o.number, o.status, o.payment_status, o.payment_method, o.date_placed, o.version, o.currency,
           COALESCE(u.email, o.guest_email), o.total_incl_tax, o.total_incl_tax - o.total_excl_tax, o.shipping_incl_tax,
           o.shipping_code, o.shipping_method, o.customer_notes,
           (SELECT json_agg(json_build_array(
                l.id, l.handle, l.product_id, l.title, l.upc, l.quantity,
                {_UNIT_PRICE.format("excl")}, {_UNIT_PRICE.format("incl")},
                l.line_price_excl_tax::text, l.line_price_incl_tax::text,
                l.line_price_before_discounts_incl_tax::text, l.status, l.units,
                (SELECT json_agg(json_build_object('option', t.type, 'name', COALESCE(p.name, t.type), 'value', t.value)
                                 ORDER BY t.id)
                 FROM order_lineattribute t LEFT JOIN catalogue_option p ON p.id = t.option_id WHERE t.line_id = l.id)
            ) ORDER BY l.id) FROM order_line l WHERE l.order_id = o.id),
           (SELECT {_ADDRESS} 'phone_number', a.phone_number, 'notes', a.notes)
            FROM order_shippingaddress a WHERE a.id = o.shipping_address_id),
           (SELECT {_ADDRESS} 'phone_number', '', 'notes', '')
            FROM order_billingaddress a WHERE a.id = o.billing_address_id),
           (SELECT json_agg(json_build_array(s.handle, k.code, s.amount_allocated::text, s.amount_debited::text,
                                             s.amount_refunded::text) ORDER BY s.id)
            FROM payment_source s JOIN payment_sourcetype k ON k.id = s.source_type_id WHERE s.order_id = o.id)
    FROM order_order o LEFT JOIN accounts_user u ON u.id = o.user_id
"""
OF_CART: Final = "EXISTS (SELECT 1 FROM basket_basket b WHERE b.id = o.basket_id AND b.token_hash = %s)"


def find_order(handle: str, *, user_id: int | None, token_hash: str | None) -> OrderRow | None:
    """The order, if it is the login's or was made with the cart token; None else."""
    found = _read(f"WHERE o.handle = %s AND (o.user_id = %s OR {OF_CART})", [handle, user_id, token_hash])
    return found[0] if found else None


def order_by_id(order_id: int) -> OrderRow:
    """An order that is known to exist."""
    return _read("WHERE o.id = %s", [order_id])[0]


def id_of_order(handle: str) -> int | None:
    """The id behind a handle, for staff."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM order_order WHERE handle = %s", [handle])
        row = cursor.fetchone()
    return row[0] if row else None


def line_ids(order_id: int, handles: Sequence[str]) -> dict[str, int]:
    """The ids of an order's lines, by handle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT handle, id FROM order_line WHERE order_id = %s AND handle = ANY(%s)", [order_id, list(handles)]
        )
        return dict(cursor.fetchall())


def orders_of(
    user_id: int, *, status: str | None, after: tuple[datetime, int] | None, limit: int
) -> tuple[list[OrderRow], int | None]:
    """The login's orders, newest first, from behind `after` (placed at, id); and how many there are, up to 1,000."""
    where = ["o.user_id = %s"]
    values: list[Any] = [user_id]
    if status is not None:
        where.append("o.status = %s")
        values.append(status)
    counted = f"SELECT count(*) FROM (SELECT 1 FROM order_order o WHERE {' AND '.join(where)} LIMIT 1001) c"
    with connection.cursor() as cursor:
        cursor.execute(counted, values)
        count = cursor.fetchone()[0]
    if after is not None:
        where.append("(o.date_placed, o.id) < (%s, %s)")
        values.extend(after)
    tail = f"WHERE {' AND '.join(where)} ORDER BY o.date_placed DESC, o.id DESC LIMIT %s"
    return _read(tail, [*values, limit]), count if count <= 1000 else None


def _read(tail: str, values: Sequence[Any]) -> list[OrderRow]:
    with connection.cursor() as cursor:
        cursor.execute(f"{ORDERS} {tail}", values)
        return [_order(row) for row in cursor.fetchall()]


def _order(row: Sequence[Any]) -> OrderRow:
    *facts, lines, shipping_address, billing_address, sources = row
    currency = facts[8]
    parts = [
        [_line(line, currency) for line in lines or ()],
        shipping_address,
        billing_address,
        [Payment(handle, method, *map(Decimal, amounts)) for handle, method, *amounts in sources or ()],
    ]
    return OrderRow(*facts, *parts)


def _line(row: Sequence[Any], currency: str) -> OrderLine:
    pk, handle, product_id, title, sku, quantity, *amounts, status, units, options = row
    unit_net, unit_gross, net, gross, before = map(Decimal, amounts)
    return OrderLine(
        id=pk,
        handle=handle,
        product_id=product_id,
        title=title,
        sku=sku,
        quantity=quantity,
        unit=Price(currency, unit_net, unit_gross - unit_net, unit_gross),
        total=Price(currency, net, gross - net, gross),
        discount=before - gross,
        status=status,
        units=units,
        options=options or [],
    )
