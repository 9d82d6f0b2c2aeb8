"""What a product's price was in the last 30 days: one statement."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from forked_apps.partner.price_history import WINDOW
from forked_apps.partner.selection import unit_price
from nexus_shop.core.errors import NotFound
from nexus_shop.core.money import Price
from nexus_shop.core.rules import CURRENT
from nexus_shop.markets.taxes import TAXES

from .places import product_condition
from .prices import JsonPrice

MAX_POINTS: Final = 500

# Rows of records that are gone count until the one that is shown begins: what ended beside it was not its past.
_COUNTED: Final = """
    c.stock_record_id IN (SELECT id FROM own) AND c.currency = s.price_currency
    AND (c.stock_record_id = s.id
         OR c.id < (SELECT min(x.id) FROM partner_pricechange x WHERE x.stock_record_id = s.id))
"""
_HISTORY: Final = """
    SELECT d.product_id, COALESCE(k.slug, ''), s.price_currency, {token}, d.card::json -> 'lowest_price',
           (WITH own AS (
                SELECT s.id UNION ALL
                SELECT f.id FROM partner_formerstockrecord f
                WHERE f.product_id = s.product_id AND f.partner_id = s.partner_id)
            SELECT json_agg(json_build_array(c.created_at, c.new_price::text) ORDER BY c.id) FROM (
               (SELECT * FROM partner_pricechange c
                WHERE {counted} AND c.created_at > %(begin)s
                ORDER BY c.id DESC LIMIT %(limit)s)
               UNION ALL
               (SELECT * FROM partner_pricechange c
                WHERE {counted} AND c.created_at <= %(begin)s
                ORDER BY c.id DESC LIMIT 1)) AS c)
    FROM search_productdocument d
    LEFT JOIN catalogue_product p ON p.id = d.product_id
    LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    LEFT JOIN catalogue_productclass k ON k.id = COALESCE(p.product_class_id, parent.product_class_id)
    LEFT JOIN partner_stockrecord s ON s.id = d.stock_record_id
    WHERE d.market = %(market)s AND d.language = %(language)s AND {asked} AND d.is_public
"""


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """What the price that a product shows was: since when which, oldest first, that of now the last.

    The first one may have begun before the 30 days; those of deleted stock records count until the one that is shown
    begins. Without a price (None) it could not be bought. `lowest_price` is that of the card: the lowest of the 30 days
    before the reduction that is shown; None where none is.
    """

    product_id: int
    points: list[tuple[datetime, Price | None]]
    lowest_price: JsonPrice | None


def price_history(key: int | str, *, language: str) -> PriceHistory:
    """That of a public product, by id, slug or `sku:…`; a parent's is that of the variant whose price it shows.

    Prices are with the tax of now. Raises NotFound.
    """
    parameters: dict[str, Any] = {"language": language, "begin": timezone.now() - WINDOW, "limit": MAX_POINTS}
    asked = product_condition(key, parameters, "d")
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY.format(asked=asked, counted=_COUNTED, token=CURRENT), parameters)
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    product_id, product_class, currency, token, lowest, rows = found
    rate = TAXES.at(token).rate(product_class, None)

    def price(entered: Decimal | None) -> Price | None:
        return None if entered is None else unit_price(entered, currency, rate=rate)

    return PriceHistory(product_id, [(since, price(entered)) for since, entered in _points(rows or [])], lowest)


def _points(rows: list[list[Any]]) -> list[tuple[datetime, Decimal | None]]:
    """The rows at which the price, not the list price alone, became another."""
    points: list[tuple[datetime, Decimal | None]] = []
    for moment, text in rows:
        entered = None if text is None else Decimal(text)
        if not points or points[-1][1] != entered:
            points.append((datetime.fromisoformat(moment), entered))
    return points
