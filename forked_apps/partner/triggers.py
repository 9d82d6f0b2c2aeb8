"""Triggers that keep the ledgers of stock and of prices, whoever writes: operation, dashboard, import, plain SQL.

`nexus.stock_change` and `nexus.price_change`, settings of the transaction, say why the next statement that changes
stock or prices does so: JSON with reason and by (user id), for stock with kind and order too. That statement uses it
up.
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
            old="old_rows" if operation == pgtrigger.Update else None,
            new="new_rows",
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
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("num_in_stock"),
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
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(*_PRICES),
        func="PERFORM set_config('nexus.price_change', '', true); RETURN NULL;",
    ),
]


def _append_only(thing: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
        pgtrigger.Trigger(
            name="never_deleted",
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func=f"""
            IF EXISTS (SELECT 1 FROM partner_stockrecord WHERE id = OLD.stock_record_id) THEN
                RAISE EXCEPTION 'pgtrigger: {thing} goes only with its stock record';
            END IF;
            RETURN OLD;
        """,
        ),
    ]


APPEND_ONLY: Final = _append_only("a stock movement")
PRICES_APPEND_ONLY: Final = _append_only("a price change")
