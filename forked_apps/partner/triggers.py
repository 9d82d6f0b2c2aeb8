"""Triggers that keep the ledgers of stock and of prices, whoever writes: operation, dashboard, import, plain SQL.

`nexus.stock_change` and `nexus.price_change`, settings of the transaction, say why the next statement that changes
stock or prices does so: JSON with reason and by (user id), for stock with kind and order too. That statement uses it
up. The triggers fire only where their columns are written: a checkout, which only promises, pays nothing for them.
"""

from typing import Final

import pgtrigger

SETTING: Final = "nexus.stock_change"
PRICE_SETTING: Final = "nexus.price_change"

_RECORD: Final = """
    INSERT INTO partner_stockmovement
        (stock_record_id, delta, balance, kind, reason, changed_by_id, order_id, created_at)
    SELECT NEW.id, COALESCE(NEW.num_in_stock, 0) - {before}, COALESCE(NEW.num_in_stock, 0), {kind},
           left(COALESCE(why ->> 'reason', ''), 255), (why ->> 'by')::bigint, (why ->> 'order')::bigint,
           clock_timestamp()
    FROM (SELECT NULLIF(current_setting('nexus.stock_change', true), '')::jsonb) AS said(why);
    RETURN NULL;
"""

# Amounts of another currency are not old prices of this one: the row before has them.
_RECORD_PRICE: Final = """
    INSERT INTO partner_pricechange
        (stock_record_id, old_price, new_price, old_list_price, new_list_price, currency, reason, changed_by_id,
         created_at)
    SELECT NEW.id, {old_price}, NEW.price, {old_list_price}, NEW.list_price, NEW.price_currency,
           left(COALESCE(why ->> 'reason', ''), 255), (why ->> 'by')::bigint, clock_timestamp()
    FROM (SELECT NULLIF(current_setting('nexus.price_change', true), '')::jsonb) AS said(why);
    RETURN NULL;
"""
_PRICES: Final = ("price", "list_price", "price_currency")
_OLD: Final = "CASE WHEN OLD.price_currency = NEW.price_currency THEN OLD.{column} END"

LEDGER: Final = [
    pgtrigger.Trigger(
        name="open_ledger",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func=_RECORD.format(before="0", kind="'initial'"),
    ),
    pgtrigger.Trigger(
        name="record_movement",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("num_in_stock"),
        condition=pgtrigger.Condition("OLD.num_in_stock IS DISTINCT FROM NEW.num_in_stock"),
        func=_RECORD.format(before="COALESCE(OLD.num_in_stock, 0)", kind="COALESCE(why ->> 'kind', 'adjustment')"),
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
    pgtrigger.Trigger(
        name="open_price_ledger",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func=_RECORD_PRICE.format(old_price="NULL", old_list_price="NULL"),
    ),
    pgtrigger.Trigger(
        name="record_price",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf(*_PRICES),
        condition=pgtrigger.Condition(" OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _PRICES)),
        func=_RECORD_PRICE.format(
            old_price=_OLD.format(column="price"), old_list_price=_OLD.format(column="list_price")
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
