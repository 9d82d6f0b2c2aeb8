"""Compose the documents. Pure: rows in, JSON texts out; the shapes are those of the API, product card and detail."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext as _

from forked_apps.catalogue.html import plain_text, sanitised
from forked_apps.partner.availability import availability_message
from forked_apps.partner.selection import AT_ONCE, OUT_OF_STOCK, Stock, choose_stock, unit_price
from nexus_shop.core.money import Price
from nexus_shop.markets.taxes import TaxBook

from .facts import attribute_tokens
from .named_offers import named_offers
from .prices import fresh_until, lowest_price, price_per_unit
from .seo import Texts, first_text, seo
from .sources import AttributeRow, CategoryRow, ImageRow, OptionRow, ProductRow

CARD_IMAGE_WIDTH = 640

UrlOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same for all documents of a batch: currency, addresses, taxes, the time."""

    currency: str
    product_url: str
    page_address: UrlOf
    product_page: Callable[[int, str], str]
    url_of: UrlOf
    taxes: TaxBook
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """The columns of one document. `stock_record_id` is that whose price it shows; from `fresh_until` on the clock
    alone has made it stale.
    """

    product_id: int
    is_public: bool
    is_listed: bool
    slug: str
    sku: str | None
    title_key: str
    price: Decimal | None
    in_stock: bool
    on_sale: bool
    brand_id: int | None
    rating: float
    attribute_tokens: list[str]
    category_ids: list[int]
    date_created: datetime
    card: str
    attributes: str
    detail: str
    etag: str
    stock_record_id: int | None
    fresh_until: datetime | None


@dataclass(frozen=True, slots=True)
class _Sale:
    """How a product is sold: the stock record's price, or the cheapest child's. `row` is the one that has the price."""

    stock: Stock | None
    is_available: bool
    code: str
    message: str
    expected_on: date | None = None
    row: ProductRow | None = None


def compose(row: ProductRow, rows: Mapping[int, ProductRow], context: Context) -> Document:
    """The document of one product, in the active language."""
    parent = rows.get(row.parent_id) if row.parent_id else None
    attributes = _attributes(row, parent)
    card = _card(row, rows, context)
    detail = card | _details(row, rows, card, attributes, context)
    detail_text = _json(detail)
    chains = (parent or row).categories
    is_public = row.is_public and (parent is None or parent.is_public)
    sale = _sale(row, rows, context)
    return Document(
        product_id=row.id,
        is_public=is_public,
        is_listed=is_public and row.structure != "child",
        slug=row.slug,
        sku=row.sku,
        title_key=title_key(card["title"]),
        price=sale.stock.price if sale.stock else None,
        in_stock=sale.code in AT_ONCE,
        on_sale=any(_is_reduced(each.stock) for each in _sales(row, rows, context)),
        brand_id=row.brand["id"] if row.brand else None,
        rating=row.rating or 0.0,
        attribute_tokens=attribute_tokens(row, rows),
        category_ids=sorted({above.id for category in chains if category.is_browsable for above in category.chain}),
        date_created=row.date_created,
        card=_json(card),
        attributes=_json(attributes),
        detail=detail_text,
        etag=hashlib.blake2b(detail_text.encode(), digest_size=16).hexdigest(),
        stock_record_id=sale.stock.id if sale.stock else None,
        fresh_until=fresh_until(
            ((each, _own_sale(each, context).stock) for each in (row, *_public_children(row, rows))), context.now
        ),
    )


def title_key(title: str) -> str:
    """What titles sort by: no case, no accents. The database sorts text by bytes."""
    folded = unicodedata.normalize("NFKD", title.casefold())
    return "".join(char for char in folded if not unicodedata.combining(char))[:255]


def _card(row: ProductRow, rows: Mapping[int, ProductRow], context: Context) -> dict[str, Any]:
    parent = rows.get(row.parent_id) if row.parent_id else None
    sale = _sale(row, rows, context)
    rate = context.taxes.rate(row.product_class, None)
    price = _price(sale.stock.price, sale.stock, rate) if sale.stock else None
    images = row.images or (parent.images if parent else [])
    sold, stock = sale.row, sale.stock
    return {
        "id": row.id,
        "url": context.product_url.format(id=row.id),
        "slug": row.slug,
        "title": row.title or (parent.title if parent else ""),
        "sku": row.sku,
        "structure": row.structure,
        "brand": row.brand,
        "tags": (parent or row).tags,
        "categories": [_category(category) for category in _browsable(parent or row)],
        "price": price,
        "price_from": price if row.structure == "parent" else None,
        "list_price": _price(sale.stock.list_price, sale.stock, rate) if sale.stock else None,
        "lowest_price": lowest_price(sold, stock, context.now, rate) if sold and stock else None,
        "unit_price": price_per_unit(sold, rows.get(sold.parent_id or 0), stock, rate) if sold and stock else None,
        "offers": named_offers(_public_children(row, rows) or [row], context.now),
        "availability": {
            "is_available": sale.is_available,
            "code": sale.code,
            "message": sale.message,
            "expected_on": sale.expected_on,
        },
        "image": _image(images[0], context, alt=row.title) if images else None,
        "rating": {"average": row.rating, "count": row.review_count},
        "variant_count": len(_public_children(row, rows)),
    }


def _details(
    row: ProductRow,
    rows: Mapping[int, ProductRow],
    card: dict[str, Any],
    attributes: list[dict[str, Any]],
    context: Context,
) -> dict[str, Any]:
    parent = rows.get(row.parent_id) if row.parent_id else None
    images = [_image(image, context, alt=row.title) for image in row.images or (parent.images if parent else [])]
    description = sanitised(row.description or (parent.description if parent else ""))
    chain = next((category.chain for category in _browsable(parent or row)), [])
    variants = [
        _card(child, rows, context) | {"attributes": _attributes(child, row)} for child in _public_children(row, rows)
    ]
    return {
        "barcode": row.barcode,
        "parent": {"id": parent.id, "slug": parent.slug} if parent else None,
        "description": description,
        "attributes": attributes,
        "options": [_option(option, context, context.taxes.rate(row.product_class, None)) for option in row.options],
        "images": images,
        "media": [{"type": "image", **image} for image in images],
        "variants": variants,
        "breadcrumbs": [_category(category) for category in chain],
        "seo": seo(
            card,
            _texts(row, parent, description, context),
            images=images,
            variants=variants,
            barcode=row.barcode,
            page_of=lambda shown: context.product_page(shown["id"], shown["slug"]),
            slugs=row.slugs,
        ),
        "date_created": row.date_created.astimezone(UTC),
        "date_updated": row.date_updated.astimezone(UTC),
    }


def _texts(row: ProductRow, parent: ProductRow | None, description: str, context: Context) -> Texts:
    """A variant has those of its parent, where it has none of its own."""
    own_and_above = [row, parent] if parent else [row]
    return Texts(
        title=first_text([*(each.meta_title for each in own_and_above), *(each.title for each in own_and_above)]),
        description=row.meta_description or plain_text(description),
        canonical=context.page_address(first_text(each.canonical_url for each in own_and_above)),
        shared_title=first_text(each.og_title for each in own_and_above),
        shared_description=first_text(each.og_description for each in own_and_above),
    )


def _option(option: OptionRow, context: Context, rate: Decimal | None) -> dict[str, Any]:
    """An option; what is said of it adds `extra_price` to a unit, and the price of each choice that is taken."""

    def extra(entered: Decimal) -> dict[str, str | None]:
        return unit_price(entered, context.currency, rate=rate).as_json()

    return {
        "code": option.code,
        "name": option.name,
        "type": option.type,
        "required": option.is_required,
        "help_text": option.help_text,
        "extra_price": extra(option.price),
        "choices": list(option.choices),
        "choice_prices": [
            {"choice": choice, "display": option.shown.get(choice, choice), "extra_price": extra(price)}
            for choice, price in option.choices.items()
        ],
    }


def _sale(row: ProductRow, rows: Mapping[int, ProductRow], context: Context) -> _Sale:
    """A parent has the price of its cheapest variant that can be bought, and is available as the one in stock is."""
    sales = sorted((sale for sale in _sales(row, rows, context) if sale.stock), key=_entered)
    if not sales:
        return _Sale(None, False, "unavailable", _("Unavailable"))
    priced = next((sale for sale in sales if sale.is_available), sales[0])
    shown = next((sale for sale in sales if sale.code in AT_ONCE), priced)
    return replace(priced, code=shown.code, message=shown.message, expected_on=shown.expected_on)


def _sales(row: ProductRow, rows: Mapping[int, ProductRow], context: Context) -> list[_Sale]:
    """How a product is sold, or each public variant of a parent."""
    sold = _public_children(row, rows) if row.structure == "parent" else [row]
    return [_own_sale(each, context) for each in sold]


def _entered(sale: _Sale) -> Decimal:
    return sale.stock.price or Decimal(0) if sale.stock else Decimal(0)


def _own_sale(row: ProductRow, context: Context) -> _Sale:
    stock = choose_stock(row.stock, currency=context.currency, tracks_stock=row.tracks_stock)
    if stock is None:
        return _Sale(None, False, "unavailable", _("Unavailable"))
    if not row.tracks_stock:
        return _Sale(stock, True, "available", _("Available"), row=row)
    code, day = stock.availability(context.today)
    return _Sale(stock, code != OUT_OF_STOCK, code, availability_message(code, day), day, row)


def _is_reduced(stock: Stock | None) -> bool:
    if stock is None or stock.price is None or stock.list_price is None:
        return False
    return stock.price < stock.list_price


def _price(entered: Decimal | None, stock: Stock, rate: Decimal | None) -> dict[str, str | None] | None:
    if entered is None:
        return None
    price: Price = unit_price(entered, stock.currency, rate=rate)
    return price.as_json()


def _public_children(row: ProductRow, rows: Mapping[int, ProductRow]) -> list[ProductRow]:
    return [rows[child] for child in row.children if rows[child].is_public]


def _browsable(row: ProductRow) -> Iterable[CategoryRow]:
    return (category for category in row.categories if category.is_browsable)


def _category(category: CategoryRow) -> dict[str, Any]:
    return {"id": category.id, "name": category.name, "slug": category.slug, "path": category.path}


def _attributes(row: ProductRow, parent: ProductRow | None) -> list[dict[str, Any]]:
    """Own attributes over the parent's."""
    merged: dict[str, AttributeRow] = {attribute.code: attribute for attribute in (parent.attributes if parent else [])}
    merged |= {attribute.code: attribute for attribute in row.attributes}
    return [
        {
            "code": attribute.code,
            "name": attribute.name,
            "type": attribute.type,
            "value": sanitised(attribute.value)
            if attribute.type == "richtext" and attribute.value
            else attribute.value,
            "display": _display(attribute),
        }
        for attribute in merged.values()
    ]


def _display(attribute: AttributeRow) -> str:
    if attribute.type == "boolean" and attribute.display:
        return _("Yes") if attribute.value else _("No")
    return plain_text(attribute.display) if attribute.type == "richtext" else attribute.display


def _image(image: ImageRow, context: Context, *, alt: str) -> dict[str, Any]:
    """The size for a card, all sizes as srcset. Before they are made: the original, its size unknown."""
    best = next((size for size in image.sizes if size[0] >= CARD_IMAGE_WIDTH), image.sizes[-1] if image.sizes else None)
    return {
        "url": context.url_of(best[2] if best else image.file),
        "alt": image.caption or alt,
        "srcset": ", ".join(f"{context.url_of(file)} {width}w" for width, _height, file in image.sizes),
        "width": best[0] if best else None,
        "height": best[1] if best else None,
    }


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()
