"""Triggers that keep the ledger of what options and their choices cost, whoever writes: operation, admin, plain SQL.

`nexus.option_price_change`, a setting of the transaction, says why the next statement that changes such a price does
so: JSON with reason and by (user id). That statement uses it up. Nothing is written of what is made, or goes, without
costing anything.
"""

from typing import Final

import pgtrigger

SETTING: Final = "nexus.option_price_change"

# Of a row `r`: whose price it is, and how that is called.
_OF_OPTION: Final = "r.id, NULL::bigint, NULL::bigint, r.name"
_OF_CHOICE: Final = """
    NULL::bigint, r.id, r.group_id,
    COALESCE((SELECT g.name || ': ' FROM catalogue_attributeoptiongroup g WHERE g.id = r.group_id), '') || r.option
"""
_RECORD: Final = f"""
    INSERT INTO catalogue_optionpricechange
        (option_id, choice_id, option_group_id, name, old_price, new_price, reason, changed_by_id, created_at)
    SELECT {{of}}, {{old}}, {{new}}, left(COALESCE(why ->> 'reason', ''), 255), (why ->> 'by')::bigint,
           clock_timestamp()
    FROM {{rows}}, (SELECT NULLIF(current_setting('{SETTING}', true), '')::jsonb) AS said(why)
    ORDER BY r.id;
    RETURN NULL;
"""


def _recorder(name: str, operation: pgtrigger.Operation, of: str, old: str, new: str, rows: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(
            old=None if operation == pgtrigger.Insert else "old_rows",
            new=None if operation == pgtrigger.Delete else "new_rows",
        ),
        func=_RECORD.format(of=of, old=old, new=new, rows=rows),
    )


def _ledger(of: str) -> list[pgtrigger.Trigger]:
    """Triggers of one statement fire in the order of their names: it is recorded first, then used up."""
    changed = "new_rows r JOIN old_rows o ON o.id = r.id AND o.price IS DISTINCT FROM r.price"
    fresh, gone = (f"(SELECT * FROM {rows} WHERE price <> 0) r" for rows in ("new_rows", "old_rows"))
    return [
        _recorder("record_first_price", pgtrigger.Insert, of, "NULL::numeric", "r.price", fresh),
        _recorder("record_price", pgtrigger.Update, of, "o.price", "r.price", changed),
        _recorder("record_last_price", pgtrigger.Delete, of, "r.price", "NULL::numeric", gone),
        pgtrigger.Trigger(
            name="use_up_price_reason",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.UpdateOf("price") | pgtrigger.Delete,
            func=f"PERFORM set_config('{SETTING}', '', true); RETURN NULL;",
        ),
    ]


OPTION_PRICES: Final = _ledger(_OF_OPTION)
CHOICE_PRICES: Final = _ledger(_OF_CHOICE)
APPEND_ONLY: Final = [
    pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
    pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
]
