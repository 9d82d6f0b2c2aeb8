"""What prices were, by their ledger: for the lowest price before a reduction, and for who wants to look back.

Whoever announces a reduction says the lowest price of the 30 days before it (EU directive 98/6, article 6a).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import connection

from .selection import Stock

WINDOW: Final = timedelta(days=30)

# The newest row at which the price became what it is, or at which a list price above it began to be shown, and the
# lowest price that counted in the window before it: each row's old price counted until the row. Rows of former
# records of the partner's for the product count too: who deletes a record and makes another does not begin anew. One
# made beside it may have sold while this one was sold out: its price counts, as a low figure promises too little only.
REDUCTIONS: Final = """
    SELECT s.id, r.created_at, COALESCE(r.old_price > r.new_price, false),
           (SELECT min(c.old_price)
            FROM (SELECT s.id UNION ALL
                  SELECT f.id FROM partner_formerstockrecord f
                  WHERE f.product_id = s.product_id AND f.partner_id = s.partner_id) AS own(id)
            JOIN partner_pricechange c ON c.stock_record_id = own.id
            WHERE c.currency = s.price_currency
              AND c.id <= r.id AND c.created_at > r.created_at - %(window)s::interval)
    FROM partner_stockrecord s
    CROSS JOIN LATERAL (
        SELECT c.id, c.created_at, c.old_price, c.new_price FROM partner_pricechange c
        WHERE c.stock_record_id = s.id
          AND (c.old_price IS DISTINCT FROM c.new_price
               OR (COALESCE(c.new_list_price > c.new_price, false)
                   AND NOT COALESCE(c.old_list_price > c.old_price, false)))
        ORDER BY c.id DESC LIMIT 1) AS r
    WHERE s.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Reduction:
    """The last change of a price: its moment, whether the price fell, and the lowest of the 30 days before (None:
    there was none). Amounts as entered.
    """

    since: datetime
    has_fallen: bool
    lowest: Decimal | None

    def lowest_shown(self, stock: Stock, now: datetime) -> Decimal | None:
        """The lowest price to be shown beside the price: while a list price above it is, and 30 days after a fall."""
        is_shown = _is_announced(stock) or (self.has_fallen and now < self.since + WINDOW)
        return self.lowest if is_shown else None

    def shown_until(self, stock: Stock, now: datetime) -> datetime | None:
        """When the clock alone ends that; None where it does not."""
        ends = self.lowest_shown(stock, now) is not None and not _is_announced(stock)
        return self.since + WINDOW if ends else None


def _is_announced(stock: Stock) -> bool:
    return stock.list_price is not None and stock.price is not None and stock.list_price > stock.price


def reductions(stock_record_ids: Collection[int]) -> dict[int, Reduction]:
    """The last change of each stock record's price, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(REDUCTIONS, {"ids": list(stock_record_ids), "window": f"{WINDOW.days} days"})
        return {pk: Reduction(*facts) for pk, *facts in cursor.fetchall()}
