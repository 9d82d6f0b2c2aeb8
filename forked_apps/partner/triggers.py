"""Triggers that keep the ledger of stock, whoever writes: operation, dashboard, Django admin, import, plain SQL.

`nexus.stock_change`, a setting of the transaction, says why the next statement that changes stock does so: JSON with
kind, reason, by (user id) and order. That statement uses it up. The triggers fire only where `num_in_stock` is written:
a checkout, which only promises, pays nothing for them.
"""

from typing import Final

import pgtrigger

SETTING: Final = "nexus.stock_change"

_RECORD: Final = """
    INSERT INTO partner_stockmovement
        (stock_record_id, delta, balance, kind, reason, changed_by_id, order_id, created_at)
    SELECT NEW.id, COALESCE(NEW.num_in_stock, 0) - {before}, COALESCE(NEW.num_in_stock, 0), {kind},
           left(COALESCE(why ->> 'reason', ''), 255), (why ->> 'by')::bigint, (why ->> 'order')::bigint,
           clock_timestamp()
    FROM (SELECT NULLIF(current_setting('nexus.stock_change', true), '')::jsonb) AS said(why);
    RETURN NULL;
"""

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

APPEND_ONLY: Final = [
    pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
    pgtrigger.Trigger(
        name="never_deleted",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func="""
            IF EXISTS (SELECT 1 FROM partner_stockrecord WHERE id = OLD.stock_record_id) THEN
                RAISE EXCEPTION 'pgtrigger: a stock movement goes only with its stock record';
            END IF;
            RETURN OLD;
        """,
    ),
]
