"""Many orders: a few are placed and brought to their end by the shop, and their rows are copied in SQL.

Whatever refers to an order or to its cart is copied along, found by the foreign keys of the database: lines with what
each unit costs, discounts, addresses, payments, events, history, and the movements of stock.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import ProgrammingError, connection, transaction

from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.payment.operations import record_manual_payment

ROOTS: Final = ("basket_basket", "order_shippingaddress", "order_billingaddress", "order_order")
#: Columns that no two rows share, as an expression over the row `t` and the number `n` of its copy.
UNIQUE: Final = {
    "handle": "md5(t.handle || n)",
    "token_hash": "CASE WHEN t.token_hash IS NOT NULL THEN md5(t.token_hash || n) || md5(n::text) END",
    "number": "'B' || t.id || '-' || n",
    "event_id": "gen_random_uuid()",
}
MINUTES_APART: Final = 3


@dataclass(frozen=True)
class _Copied:
    """A table with the ids of the rows that are copied, and the number after which their copies begin."""

    ids: list[int]
    base: int

    def key(self, column: str) -> str:
        """What refers to one of the rows refers to its copy; anything else stays."""
        place = f"array_position('{{{','.join(map(str, self.ids))}}}'::bigint[], {column}::bigint)"
        return f"COALESCE({self.base} + (n - 1) * {len(self.ids)} + {place}, {column})"


def finish(numbers: Sequence[str]) -> list[int]:
    """Pay the orders and send them out; the last one is cancelled instead. Returns their ids."""
    orders = list(Order.objects.filter(number__in=numbers).order_by("pk"))
    for order in orders[:-1]:
        record_manual_payment(order.pk, amount=order.total_incl_tax, reference="bench", recorded_by=None)
        for status in ("shipped", "delivered"):
            change_order_status(order.pk, status=status)
    change_order_status(orders[-1].pk, status="cancelled")
    return [order.pk for order in orders]


def copy(order_ids: Sequence[int], count: int) -> int:
    """Copy the orders until there are about `count` more; returns how many there are now."""
    copies = max(1, count // len(order_ids))
    with transaction.atomic(), connection.cursor() as cursor:
        with contextlib.suppress(ProgrammingError), transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers: superusers alone may
        copied: dict[str, _Copied] = {}
        for table in _tables(cursor):
            ids = _ids(cursor, table, order_ids, copied)
            if ids:
                # Room for what the worker writes meanwhile
                cursor.execute(f"SELECT COALESCE(max(id), 0) + 100000 FROM {table}")
                copied[table] = _Copied(ids, cursor.fetchone()[0])
                _copy(cursor, table, copied, copies)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE search_documentnote")
        cursor.execute("VACUUM ANALYZE")
    return Order.objects.count()


def _tables(cursor: Any) -> list[str]:
    """The tables of carts and orders, and all that refer to them, each after those that it refers to."""
    cursor.execute(
        "SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid <> confrelid"
    )
    pairs = cursor.fetchall()
    wanted = set(ROOTS)
    while more := {table for table, target in pairs if target in wanted} - wanted:
        wanted |= more
    ordered: list[str] = []
    while left := sorted(wanted - set(ordered)):
        waiting = {table for table, target in pairs if target in left}
        ordered += [table for table in left if table not in waiting]
    return ordered


def _references(cursor: Any, table: str) -> dict[str, str]:
    """Column -> the table that it refers to."""
    return {column: target for column, (_, target) in connection.introspection.get_relations(cursor, table).items()}


def _ids(cursor: Any, table: str, order_ids: Sequence[int], copied: dict[str, _Copied]) -> list[int]:
    if table in ROOTS:
        column = {
            "basket_basket": "basket_id",
            "order_shippingaddress": "shipping_address_id",
            "order_billingaddress": "billing_address_id",
            "order_order": "id",
        }[table]
        cursor.execute(f"SELECT DISTINCT {column} FROM order_order WHERE id = ANY(%s) ORDER BY 1", [list(order_ids)])
    else:
        references = {column: target for column, target in _references(cursor, table).items() if target in copied}
        if not references:
            return []
        where = " OR ".join(f"{column} = ANY(%s)" for column in references)
        cursor.execute(
            f"SELECT id FROM {table} WHERE {where} ORDER BY id", [copied[target].ids for target in references.values()]
        )
    return [pk for (pk,) in cursor.fetchall() if pk is not None]


def _copy(cursor: Any, table: str, copied: dict[str, _Copied], copies: int) -> None:
    references = _references(cursor, table)
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    values: dict[str, str] = {}
    for column, kind in cursor.fetchall():
        if column == "id":
            values[column] = copied[table].key("t.id")
        elif references.get(column) in copied:
            values[column] = copied[references[column]].key(f"t.{column}")
        elif column in UNIQUE:
            values[column] = UNIQUE[column]
        elif kind == "timestamp with time zone":
            values[column] = f"t.{column} - n * interval '{MINUTES_APART} minutes'"
        else:
            values[column] = f't."{column}"'
    names = ", ".join(f'"{column}"' for column in values)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values.values())}"
        f" FROM generate_series(1, {copies}) n, {table} t WHERE t.id = ANY(%s)",
        [copied[table].ids],
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
