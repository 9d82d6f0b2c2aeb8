"""Load the demo shop: files first, then all rows in one transaction, then pictures, then what follows from them.

Every step finds what is there by its natural key (SKU, e-mail address, code) and adds only what is missing; nothing
that is there is changed. A load that was killed is repeated by the next one, which comes to the same end.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

from nexus_shop.core.transactions import owning
from nexus_shop.core.worker import drain

from .accounts import add_accounts
from .catalogue import add_categories, add_product_types
from .countries import add_countries
from .offers import add_offers
from .orders import add_orders
from .pages import add_pages
from .pictures import add_pictures, draw_missing_files
from .products import add_products, restock_first_product
from .reviews import add_reviews

LOCK: Final = 0x64_65_6D_6F  # advisory lock: one load at a time

Say = Callable[[str], object]


def load(say: Say) -> None:
    """Load what is missing of the demo shop. Waits for a load that runs already. Raises DomainError."""
    with _alone():
        drawn = draw_missing_files()
        _report(say, "Pictures drawn", len(drawn))
        with owning():
            _add_rows(say)
        with owning():  # one transaction for all pictures: the documents are rebuilt once, below, and not for each
            _report(say, "Pictures shown", add_pictures(drawn))
        drain()
        say("  Documents, counters: up to date")


def _add_rows(say: Say) -> None:
    _report(say, "Countries", add_countries())
    _report(say, "Accounts", add_accounts())
    _report(say, "Product classes", add_product_types())
    _report(say, "Categories", add_categories(say))
    _report(say, "Products", add_products(say))
    _report(say, "Offers and vouchers", add_offers())
    _report(say, "Reviews", add_reviews())
    _report(say, "Orders", add_orders(say))
    _report(say, "Pages", add_pages())
    restock_first_product()


def _report(say: Say, what: str, added: int) -> None:
    say(f"  {what}: {added or 'nothing new'}")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of the demo: it outlives transactions, and ends with the connection at the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
