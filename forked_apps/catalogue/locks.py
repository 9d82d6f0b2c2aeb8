"""The lock of the category tree."""

from django.db import connection

from nexus_shop.core.transactions import require_transaction


def lock_tree() -> None:
    """Hold the tree until the end of the transaction: rivals wait. Comes before the locks of its rows."""
    require_transaction("a change of the category tree")
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalogue_category IN SHARE ROW EXCLUSIVE MODE")
