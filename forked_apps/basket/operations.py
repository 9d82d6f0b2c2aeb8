"""Changing carts. Every change locks the cart's row first, so that rivals for one cart wait for each other.

A cart reserves nothing: quantities are checked against what is free, and taken when the order is placed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import connection

from forked_apps.partner.errors import InsufficientStock, Shortage, Shortages
from forked_apps.partner.queries import Article, articles
from forked_apps.partner.selection import Stock, unit_price
from nexus_shop.core.errors import NotFound, StaleVersion
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import (
    CartNotFound,
    CartOrdered,
    ProductFacts,
    ProductUnavailable,
    QuantityFacts,
    QuantityLimit,
    VariantRequired,
)
from .models import line_reference
from .options import check_options
from .values import CartRef, ChosenOption, hash_of_token

MAX_LINES: Final = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product that a shopper asks for; `options`: code -> value. `pointer` is its place in the request's body."""

    product_id: int
    quantity: int
    options: Mapping[str, Any] = field(default_factory=dict)
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A cart after a change; `token` is set for a guest's cart that was made just now, this once."""

    basket_id: int
    is_new: bool
    token: str | None = None


@dataclass(frozen=True, slots=True)
class _Locked:
    """The open cart of the transaction, its row locked, its version raised."""

    id: int
    currency: str
    is_new: bool
    token: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one line of the cart is to hold, or to hold more of."""

    product_id: int
    stock: Stock
    quantity: int
    options: tuple[ChosenOption, ...]


@transaction
def open_cart(ref: CartRef, *, token: str) -> Changed:
    """The open cart of the reference, made if there is none; `token` names a new guest's cart.

    Raises CartNotFound, CartOrdered.
    """
    return _changed(_lock(ref, token=token))


@transaction
def add_to_cart(ref: CartRef, *, wanted: Wanted, token: str, version: int | None = None) -> Changed:
    """Put units of a product into the cart; an equal line (product and options) grows.

    Locks the cart. Raises NotFound, VariantRequired, ProductUnavailable, InvalidOption, InsufficientStock,
    QuantityLimit, CartNotFound, CartOrdered, StaleVersion.
    """
    cart = _lock(ref, token=token, version=version)
    _add(cart, [wanted], existing={} if cart.is_new else _quantities(cart.id))
    return _changed(cart)


@transaction
def replace_cart_lines(ref: CartRef, *, wanted: Sequence[Wanted], token: str, version: int | None = None) -> Changed:
    """Let the cart hold exactly these units. Locks the cart; raises as `add_to_cart`, then nothing is changed."""
    cart = _lock(ref, token=token, version=version)
    if not cart.is_new:
        _delete_lines(cart.id)
    _add(cart, wanted, existing={})
    return _changed(cart)


@transaction
def set_line_quantity(ref: CartRef, *, line_handle: str, quantity: int, version: int | None = None) -> Changed:
    """Set the units of a line; 0 removes it. The shopper has seen the price of now.

    Locks the cart. Raises NotFound, ProductUnavailable, InsufficientStock, QuantityLimit, StaleVersion.
    """
    cart = _lock_existing(ref, version=version)
    line = _line(cart.id, line_handle)
    if quantity == 0:
        _delete_lines(cart.id, line_handle)
        return _changed(cart)
    product_id, stock_id, before = line
    article = _article_for_sale(articles([product_id], currency=cart.currency), Wanted(product_id, quantity))
    assert article.stock is not None
    others = _quantities(cart.id)
    others[stock_id] = others.get(stock_id, 0) - before
    _check_quantity(article, stock_id, wanted=quantity, existing=others, pointer="/quantity")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE basket_line SET quantity = %s, price_excl_tax = %s, price_incl_tax = %s,"
            " date_updated = clock_timestamp() WHERE basket_id = %s AND handle = %s",
            [quantity, *_prices(article.stock), cart.id, line_handle],
        )
    return _changed(cart)


@transaction
def remove_line(ref: CartRef, *, line_handle: str, version: int | None = None) -> Changed:
    """Take a line out. Locks the cart. Raises NotFound, StaleVersion."""
    cart = _lock_existing(ref, version=version)
    _line(cart.id, line_handle)
    _delete_lines(cart.id, line_handle)
    return _changed(cart)


@transaction
def empty_cart(ref: CartRef, *, version: int | None = None) -> Changed:
    """Take everything out. Locks the cart. Raises NotFound where there is no open cart, StaleVersion."""
    cart = _lock_existing(ref, version=version)
    _delete_lines(cart.id)
    return _changed(cart)


@transaction_required
def lock_cart(basket_id: int) -> str:
    """Lock a cart's row; returns its status as it is now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM basket_basket WHERE id = %s FOR UPDATE", [basket_id])
        row = cursor.fetchone()
    if row is None:
        raise CartNotFound
    return str(row[0])


@transaction_required
def submit_cart(basket_id: int) -> None:
    """Close the cart that has become an order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE basket_basket SET status = 'Submitted', date_submitted = clock_timestamp(), version = version + 1"
            " WHERE id = %s",
            [basket_id],
        )


def checked_article(wanted: Wanted, *, found: Mapping[int, Article]) -> Article:
    """The product asked for, if it is for sale. Raises NotFound, VariantRequired, ProductUnavailable."""
    pointer = f"{wanted.pointer}/product_id"
    article = found.get(wanted.product_id)
    if article is None:
        raise NotFound(pointer=pointer)
    if article.structure == "parent" and article.is_sold:
        raise VariantRequired(pointer=pointer)
    if not article.is_sold:
        raise NotFound(pointer=pointer)
    if article.stock is None:
        raise ProductUnavailable(ProductFacts(product_ids=[wanted.product_id]), pointer=pointer)
    return article


def _article_for_sale(found: Mapping[int, Article], wanted: Wanted) -> Article:
    """As `checked_article`, for a product that is in the cart already: withdrawn is not unknown."""
    article = found.get(wanted.product_id)
    if article is None or not article.is_sold or article.stock is None:
        raise ProductUnavailable(ProductFacts(product_ids=[wanted.product_id]))
    return article


def _changed(cart: _Locked) -> Changed:
    return Changed(cart.id, cart.is_new, cart.token)


def _lock(ref: CartRef, *, token: str, version: int | None = None) -> _Locked:
    """Lock the open cart, making it where none is named. One statement."""
    if ref.owner_id is not None:
        return _lock_of_owner(ref.owner_id, version)
    if ref.token_hash is not None:
        return _lock_by_token(ref.token_hash, version)
    return _new_guest_cart(token, version)


def _lock_existing(ref: CartRef, *, version: int | None) -> _Locked:
    condition, value = (
        ("owner_id = %s", ref.owner_id) if ref.owner_id is not None else ("token_hash = %s", ref.token_hash)
    )
    found = _raise_version(f"{condition} AND status = 'Open'", value, version)
    if found is None:
        raise NotFound
    return found


def _lock_by_token(token_hash: str, version: int | None) -> _Locked:
    """The token's open cart. Raises CartOrdered once it has become an order, CartNotFound for an unknown token."""
    found = _raise_version("token_hash = %s AND owner_id IS NULL AND status = 'Open'", token_hash, version)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM basket_basket WHERE token_hash = %s", [token_hash])
            raise CartNotFound if cursor.fetchone() is None else CartOrdered
    return found


def _raise_version(condition: str, value: Any, version: int | None) -> _Locked | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE basket_basket SET version = version + 1 WHERE {condition} RETURNING id, currency, version",
            [value],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    _check_version(row[2] - 1, version)
    return _Locked(row[0], row[1], is_new=False)


def _lock_of_owner(owner_id: int, version: int | None) -> _Locked:
    """Two first writes at once: the unique index on a login's open cart makes the second one wait and find it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO basket_basket AS b (owner_id, status, date_created, currency)
            VALUES (%s, 'Open', clock_timestamp(), %s)
            ON CONFLICT (owner_id) WHERE status = 'Open' DO UPDATE SET version = b.version + 1
            RETURNING id, currency, version, xmax = 0
            """,
            [owner_id, settings.OSCAR_DEFAULT_CURRENCY],
        )
        pk, currency, new_version, is_new = cursor.fetchone()
    _check_version(new_version - 1, version)
    return _Locked(pk, currency, is_new)


def _new_guest_cart(token: str, version: int | None) -> _Locked:
    _check_version(0, version)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO basket_basket (status, date_created, token_hash, currency)"
            " VALUES ('Open', clock_timestamp(), %s, %s) RETURNING id, currency",
            [hash_of_token(token), settings.OSCAR_DEFAULT_CURRENCY],
        )
        pk, currency = cursor.fetchone()
    return _Locked(pk, currency, is_new=True, token=token)


def _check_version(found: int, wanted: int | None) -> None:
    if wanted is not None and wanted != found:
        raise StaleVersion


def _add(cart: _Locked, wanted: Sequence[Wanted], *, existing: dict[int, int]) -> None:
    """Add lines, equal ones as one. `existing`: stock record id -> units in the cart before, grown on the way."""
    found = articles([item.product_id for item in wanted], currency=cart.currency)
    lines: dict[str, _Entry] = {}
    for item in wanted:
        article = checked_article(item, found=found)
        assert article.stock is not None
        options = check_options(article.options, item.options, pointer=f"{item.pointer}/options")
        _check_quantity(
            article, article.stock.id, wanted=item.quantity, existing=existing, pointer=f"{item.pointer}/quantity"
        )
        existing[article.stock.id] = existing.get(article.stock.id, 0) + item.quantity
        reference = line_reference(
            article.product_id, article.stock.id, [(option.code, option.value) for option in options]
        )
        before = lines[reference].quantity if reference in lines else 0
        lines[reference] = _Entry(article.product_id, article.stock, before + item.quantity, options)
    if lines:
        _upsert_lines(cart, lines)


def _check_quantity(article: Article, stock_id: int, *, wanted: int, existing: Mapping[int, int], pointer: str) -> None:
    """Refuse more than is free, or than one cart may hold."""
    if sum(existing.values()) + wanted > settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD:
        raise QuantityLimit(QuantityFacts(limit=settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD), pointer=pointer)
    together = existing.get(stock_id, 0) + wanted
    free = article.stock.free if article.stock and article.stock.id == stock_id else 0
    if article.tracks_stock and together > free:
        shortage = Shortage(article.product_id, article.sku, together, free)
        raise InsufficientStock(Shortages(shortages=[shortage]), pointer=pointer)


def _upsert_lines(cart: _Locked, entries: Mapping[str, _Entry]) -> None:
    """Add entries (line reference -> entry) in one statement, however many; all or none."""
    references = list(entries)
    prices = [_prices(entry.stock) for entry in entries.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO basket_line AS l (basket_id, line_reference, product_id, stockrecord_id, quantity,
                                          price_currency, price_excl_tax, price_incl_tax, date_created, date_updated)
            SELECT %s, w.reference, w.product_id, w.stock_id, w.quantity, %s, w.net, w.gross,
                   clock_timestamp(), clock_timestamp()
            FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::int[], %s::numeric[], %s::numeric[])
                 WITH ORDINALITY AS w(reference, product_id, stock_id, quantity, net, gross, place)
            WHERE (SELECT count(*) FROM basket_line WHERE basket_id = %s AND line_reference <> ALL(%s)) + %s <= %s
            ORDER BY w.place
            ON CONFLICT (basket_id, line_reference) DO UPDATE SET quantity = l.quantity + excluded.quantity,
                price_excl_tax = excluded.price_excl_tax, price_incl_tax = excluded.price_incl_tax,
                date_updated = clock_timestamp()
            RETURNING id, line_reference, xmax = 0
            """,
            [
                *(cart.id, cart.currency, references),
                [entry.product_id for entry in entries.values()],
                [entry.stock.id for entry in entries.values()],
                [entry.quantity for entry in entries.values()],
                *([net for net, _ in prices], [gross for _, gross in prices]),
                *(cart.id, references, len(references), MAX_LINES),
            ],
        )
        rows = cursor.fetchall()
    if not rows:
        raise QuantityLimit(QuantityFacts(limit=MAX_LINES))
    _write_options({pk: entries[reference].options for pk, reference, is_new in rows if is_new})


def _write_options(chosen: Mapping[int, Sequence[ChosenOption]]) -> None:
    """Keep what the shopper said of new lines: line id -> options."""
    rows = [(line_id, option) for line_id, options in chosen.items() for option in options]
    if not rows:
        return
    from .models import LineAttribute  # noqa: PLC0415 - only where a product has options

    LineAttribute.objects.bulk_create(
        LineAttribute(line_id=line_id, option_id=option.option_id, value=option.value) for line_id, option in rows
    )


def _prices(stock: Stock) -> tuple[Any, Any]:
    """Net and gross unit price of now, kept with the line to tell a later change."""
    assert stock.price is not None
    price = unit_price(stock.price, stock.currency)
    return price.net, price.gross


def _quantities(basket_id: int) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stockrecord_id, sum(quantity)::int FROM basket_line WHERE basket_id = %s GROUP BY 1", [basket_id]
        )
        return dict(cursor.fetchall())


def _line(basket_id: int, handle: str) -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product_id, stockrecord_id, quantity FROM basket_line WHERE basket_id = %s AND handle = %s",
            [basket_id, handle],
        )
        row: tuple[int, int, int] | None = cursor.fetchone()
    if row is None:
        raise NotFound
    return row


def _delete_lines(basket_id: int, handle: str | None = None) -> None:
    """Delete lines with their options; the foreign key between them is checked at commit."""
    condition, values = ("", []) if handle is None else (" AND handle = %s", [handle])
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH gone AS (DELETE FROM basket_line WHERE basket_id = %s{condition} RETURNING id)"
            " DELETE FROM basket_lineattribute WHERE line_id IN (SELECT id FROM gone)",
            [basket_id, *values],
        )
