"""Who writes the documents of a product waits for whoever else does."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

LOCK_SPACE: Final = 0x646F63  # first key of the advisory locks


def lock_products(ids: Sequence[int]) -> None:
    """Take the products' advisory locks, in the order given, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, id::int)"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted(id, n) ORDER BY n",
            [LOCK_SPACE, list(ids)],
        )
