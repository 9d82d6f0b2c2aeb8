"""Which listed documents stand in which category: kept by triggers on the documents, for lists by date.

No index of the documents has both, the categories that contain a product and an order: a page of a category would read
all the documents of it and sort them.
"""

from typing import Final

import pgtrigger

_SHOWN: Final = "{0}.is_listed, {0}.market, {0}.language, {0}.category_ids, {0}.date_created, {0}.product_id"
_CHANGED: Final = (
    f"old_rows o JOIN new_rows n ON n.id = o.id WHERE ({_SHOWN.format('o')}) IS DISTINCT FROM ({_SHOWN.format('n')})"
)
_LEAVE: Final = "DELETE FROM search_categoryentry WHERE document_id IN ({ids})"


def entered(rows: str) -> str:
    """The query of the entries of documents, `rows` being the query of these."""
    return (
        "SELECT DISTINCT d.id, category_id, d.market, d.language, d.date_created, d.product_id"
        f" FROM ({rows}) AS d CROSS JOIN LATERAL unnest(d.category_ids) AS category_id WHERE d.is_listed"
    )


def entering(rows: str) -> str:
    """The statement by which documents enter their categories."""
    columns = "document_id, category_id, market, language, date_created, product_id"
    return f"INSERT INTO search_categoryentry ({columns}) {entered(rows)}"


def _trigger(operation: pgtrigger.Operation, referencing: pgtrigger.Referencing, *statements: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"enter_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=f"{'; '.join(statements)}; RETURN NULL;",
    )


ENTERED: Final = [
    _trigger(pgtrigger.Insert, pgtrigger.Referencing(new="new_rows"), entering("SELECT * FROM new_rows")),
    _trigger(pgtrigger.Delete, pgtrigger.Referencing(old="old_rows"), _LEAVE.format(ids="SELECT id FROM old_rows")),
    _trigger(
        pgtrigger.Update,
        pgtrigger.Referencing(old="old_rows", new="new_rows"),
        _LEAVE.format(ids=f"SELECT o.id FROM {_CHANGED}"),
        entering(f"SELECT n.* FROM {_CHANGED}"),
    ),
]
