"""Triggers that keep the ledgers of stock and of prices, whoever writes: operation, dashboard, import, plain SQL.

`nexus.stock_change` and `nexus.price_change`, settings of the transaction, say why the next statement that changes
stock or prices does so: JSON with reason and by (user id), for stock with kind and order too. That statement uses it
up. A record that is deleted closes its ledgers, which stay, and leaves word of what it was.
"""

from typing import Final

import pgtrigger

SETTING: Final = "nexus.stock_change"
PRICE_SETTING: Final = "nexus.price_change"

# One statement writes all rows of the ledger: row by row, the time for very many grows with their square.
_RECORD: Final = """
    INSERT INTO partner_stockmovement
        (stock_record_id, delta, balance, kind, reason, changed_by_id, order_id, created_at)
    SELECT n.id, COALESCE(n.num_in_stock, 0) - {before}, COALESCE(n.num_in_stock, 0), {kind},
           left(COALESCE(why ->> 'reason', ''), 255), (why ->> 'by')::bigint, (why ->> 'order')::bigint,
           clock_timestamp()
    FROM {rows}, (SELECT NULLIF(current_setting('nexus.stock_change', true), '')::jsonb) AS said(why)
    ORDER BY n.id;
    RETURN NULL;
"""

# Amounts of another currency are not old prices of this one: the row before has them.
_RECORD_PRICE: Final = """
    INSERT INTO partner_pricechange
        (stock_record_id, old_price, new_price, old_list_price, new_list_price, currency, reason, changed_by_id,
         created_at)
    SELECT n.id, {old_price}, n.price, {old_list_price}, n.list_price, n.price_currency,
           left(COALESCE(why ->> 'reason', ''), 255), (why ->> 'by')::bigint, clock_timestamp()
    FROM {rows}, (SELECT NULLIF(current_setting('nexus.price_change', true), '')::jsonb) AS said(why)
    ORDER BY n.id;
    RETURN NULL;
"""
# The last rows of records that go: no stock, no price any more. Without a figure nothing is closed.
_END: Final = """
    INSERT INTO partner_formerstockrecord (id, product_id, partner_id, partner_sku, sku, title, ended_at)
    SELECT o.id, o.product_id, o.partner_id, o.partner_sku, p.upc,
           COALESCE(NULLIF(p.title, ''), parent.title, ''), clock_timestamp()
    FROM old_rows o
    LEFT JOIN catalogue_product p ON p.id = o.product_id
    LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    ON CONFLICT (id) DO NOTHING;
    INSERT INTO partner_stockmovement
        (stock_record_id, delta, balance, kind, reason, changed_by_id, order_id, created_at)
    SELECT o.id, -o.num_in_stock, 0, 'adjustment', left(COALESCE(why ->> 'reason', ''), 255),
           (why ->> 'by')::bigint, NULL, clock_timestamp()
    FROM old_rows o, (SELECT NULLIF(current_setting('nexus.stock_change', true), '')::jsonb) AS said(why)
    WHERE o.num_in_stock <> 0 ORDER BY o.id;
    INSERT INTO partner_pricechange
        (stock_record_id, old_price, new_price, old_list_price, new_list_price, currency, reason, changed_by_id,
         created_at)
    SELECT o.id, o.price, NULL, o.list_price, NULL, o.price_currency, left(COALESCE(why ->> 'reason', ''), 255),
           (why ->> 'by')::bigint, clock_timestamp()
    FROM old_rows o, (SELECT NULLIF(current_setting('nexus.price_change', true), '')::jsonb) AS said(why)
    WHERE o.price IS NOT NULL OR o.list_price IS NOT NULL ORDER BY o.id;
    RETURN NULL;
"""
_PRICES: Final = ("price", "list_price", "price_currency")
_OLD: Final = "CASE WHEN o.price_currency = n.price_currency THEN o.{column} END"


def _recorder(name: str, operation: pgtrigger.Operation, func: str) -> pgtrigger.Trigger:
    """Behind the statement, with its rows as `old_rows` and `new_rows`; before `use_up_…`, as names are in order."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(
            old=None if operation == pgtrigger.Insert else "old_rows",
            new=None if operation == pgtrigger.Delete else "new_rows",
        ),
        func=func,
    )


def _changed(*columns: str) -> str:
    """The rows of an UPDATE in which one of the columns is another now."""
    changes = " OR ".join(f"o.{column} IS DISTINCT FROM n.{column}" for column in columns)
    return f"old_rows o JOIN new_rows n ON n.id = o.id AND ({changes})"


LEDGER: Final = [
    _recorder("open_ledger", pgtrigger.Insert, _RECORD.format(before="0", kind="'initial'", rows="new_rows n")),
    _recorder(
        "record_movement",
        pgtrigger.Update,
        _RECORD.format(
            before="COALESCE(o.num_in_stock, 0)",
            kind="COALESCE(why ->> 'kind', 'adjustment')",
            rows=_changed("num_in_stock"),
        ),
    ),
    pgtrigger.Trigger(
        name="use_up_reason",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("num_in_stock") | pgtrigger.Delete,
        func="PERFORM set_config('nexus.stock_change', '', true); RETURN NULL;",
    ),
]

PRICE_LEDGER: Final = [
    _recorder(
        "open_price_ledger",
        pgtrigger.Insert,
        _RECORD_PRICE.format(old_price="NULL", old_list_price="NULL", rows="new_rows n"),
    ),
    _recorder(
        "record_price",
        pgtrigger.Update,
        _RECORD_PRICE.format(
            old_price=_OLD.format(column="price"),
            old_list_price=_OLD.format(column="list_price"),
            rows=_changed(*_PRICES),
        ),
    ),
    pgtrigger.Trigger(
        name="use_up_price_reason",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(*_PRICES) | pgtrigger.Delete,
        func="PERFORM set_config('nexus.price_change', '', true); RETURN NULL;",
    ),
]


END: Final = [_recorder("end_ledgers", pgtrigger.Delete, _END)]

APPEND_ONLY: Final = [
    pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
    pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
]
