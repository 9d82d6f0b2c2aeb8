"""What can be bought now, by the source rows: for who cannot wait for a document, and for the cart's own questions."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from nexus_shop.core.errors import NotFound

from .availability import availability_message
from .queries import Article, articles
from .selection import AT_ONCE, OUT_OF_STOCK

_OF_ADDRESS: Final = "p.id = (SELECT a.product_id FROM catalogue_productaddress a WHERE a.slug = %s)"


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a product can be bought; never how many there are."""

    product_id: int
    sku: str | None
    is_available: bool
    code: str
    message: str
    expected_on: date | None = None


def family_of(key: int | str) -> tuple[int, list[int]]:
    """The id of a public product, by id, slug or `sku:…`, and those of its public variants. Raises NotFound.

    A slug is that of whatever language.
    """
    asked = "p.id = %s" if isinstance(key, int) else _OF_ADDRESS
    if isinstance(key, str) and key.startswith("sku:"):
        asked, key = "p.upc = %s", key.removeprefix("sku:")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id, ARRAY(SELECT c.id FROM catalogue_product c WHERE c.parent_id = p.id AND c.is_public ORDER BY 1)
            FROM catalogue_product p LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
            WHERE {asked} AND p.is_public AND COALESCE(parent.is_public, true)
            """,
            [key],
        )
        found: tuple[int, list[int]] | None = cursor.fetchone()
    if found is None:
        raise NotFound
    return found


def availabilities(key: int | str, *, currency: str, today: date) -> tuple[Availability, list[Availability]]:
    """That of a public product, and of each of its variants, in two statements. Raises NotFound.

    A parent's is that of its cheapest variant in stock, else of that which can be bought, else of the cheapest.
    """
    product_id, children = family_of(key)
    found = articles([product_id, *children], currency=currency)
    own = found.pop(product_id, None)
    if own is None:  # deleted between the statements
        raise NotFound
    variants = [(article, availability_of(article, today)) for _pk, article in sorted(found.items())]
    shown = availability_of(own, today)
    if own.structure == "parent":
        shown = _of_parent(own, variants)
    return shown, [each for _article, each in variants]


def availability_of(article: Article, today: date) -> Availability:
    """That of a product that is sold itself."""
    stock = article.stock
    if stock is None:
        return Availability(article.product_id, article.sku, False, "unavailable", _("Unavailable"))
    if not article.tracks_stock:
        return Availability(article.product_id, article.sku, True, "available", _("Available"))
    code, day = stock.availability(today)
    message = availability_message(code, day)
    return Availability(article.product_id, article.sku, code != OUT_OF_STOCK, code, message, day)


def _of_parent(own: Article, variants: list[tuple[Article, Availability]]) -> Availability:
    priced = sorted((pair for pair in variants if pair[0].stock is not None), key=lambda pair: _price(pair[0]))
    found = [each for _article, each in priced]
    if not found:
        return Availability(own.product_id, own.sku, False, "unavailable", _("Unavailable"))
    buyable = next((each for each in found if each.is_available), found[0])
    shown = next((each for each in found if each.code in AT_ONCE), buyable)
    return Availability(own.product_id, own.sku, shown.is_available, shown.code, shown.message, shown.expected_on)


def _price(article: Article) -> Decimal:
    return article.stock.price or Decimal(0) if article.stock else Decimal(0)
