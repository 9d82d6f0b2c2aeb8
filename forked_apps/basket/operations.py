"""Changing carts. Every change locks the cart's row first, so that rivals for one cart wait for each other.

A cart reserves nothing: quantities are checked against what is free, and taken when the order is placed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from forked_apps.catalogue.errors import VariantRequired
from forked_apps.partner.errors import InsufficientStock, Shortage, Shortages
from forked_apps.partner.queries import Article, articles
from forked_apps.partner.selection import Stock
from nexus_shop.core.errors import NotFound
from nexus_shop.core.money import ZERO, round_money
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import CartNotFound, ProductFacts, ProductUnavailable, QuantityFacts, QuantityLimit
from .limits import MAX_LINES, Held
from .locking import Locked, changed, lock, lock_existing, lock_or_follow
from .models import Basket, line_reference
from .options import check_options
from .queries import OPTIONS, chosen_options
from .values import CartRef, Changed, ChosenOption, extra_of

GUEST_CART_AGE: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product that a shopper asks for; `options`: code -> value. `pointer` is its place in the request's body."""

    product_id: int
    quantity: int
    options: Mapping[str, Any] = field(default_factory=dict)
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line of the cart is to hold, or to hold more of."""

    product_id: int
    stock: Stock
    quantity: int
    options: tuple[ChosenOption, ...]


@dataclass(frozen=True, slots=True)
class _PinnedLine:
    """A product with the stock record that its line is sold from, and what the shopper said of it."""

    product_id: int
    stock: Stock
    options: tuple[ChosenOption, ...]


@transaction
def open_cart(ref: CartRef, *, token: str, version: str | None = None) -> Changed:
    """The open cart of the reference, made if there is none; `token` names a new guest's cart.

    Raises CartNotFound, CartOrdered, StaleVersion.
    """
    return changed(lock(ref, token=token, version=version))


@transaction
def add_to_cart(ref: CartRef, *, wanted: Wanted, token: str, version: str | None = None) -> Changed:
    """Put units of a product into the cart; an equal line (product and options) grows.

    Locks the cart. Raises NotFound, VariantRequired, ProductUnavailable, InvalidOption, InsufficientStock,
    QuantityLimit, CartNotFound, CartOrdered, StaleVersion.
    """
    cart = lock(ref, token=token, version=version)
    add_lines(cart, wanted=[wanted], held=Held() if cart.is_new else held_by(cart))
    return changed(cart)


@transaction
def replace_cart_lines(ref: CartRef, *, wanted: Sequence[Wanted], token: str, version: str | None = None) -> Changed:
    """Let the cart hold exactly these units. Locks the cart; raises as `add_to_cart`, then nothing is changed."""
    cart = lock(ref, token=token, version=version)
    if not cart.is_new:
        delete_lines(cart.id)
    add_lines(cart, wanted=wanted, held=Held(own=cart.own))
    return changed(cart)


@transaction
def set_line_quantity(ref: CartRef, *, line_handle: str, quantity: int, version: str | None = None) -> Changed:
    """Set the units of a line; 0 removes it. The shopper has seen the price of now, that of the line's stock record.

    Locks the cart. Raises NotFound, CartNotFound, ProductUnavailable, InsufficientStock, QuantityLimit, StaleVersion.
    """
    cart = lock_existing(ref, version=version)
    line = _line(cart.id, line_handle)
    if quantity == 0:
        delete_lines(cart.id, handle=line_handle)
        return changed(cart)
    article = _article_for_sale(articles([line.product_id], currency=cart.currency), line.product_id)
    if line.stock.price is None or line.stock.currency != cart.currency:
        raise ProductUnavailable(ProductFacts(product_ids=[line.product_id]))
    held = held_by(cart, without=line_handle)
    _check_quantity(article, line, wanted=quantity, held=held, pointer="/quantity")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE basket_line SET quantity = %s, price_excl_tax = %s, price_incl_tax = %s,"
            " date_updated = clock_timestamp() WHERE basket_id = %s AND handle = %s",
            [quantity, *prices_of(line.stock, options=line.options), cart.id, line_handle],
        )
    return changed(cart)


@transaction
def remove_line(ref: CartRef, *, line_handle: str, version: str | None = None) -> Changed:
    """Take a line out. Locks the cart. Raises NotFound, CartNotFound, StaleVersion."""
    cart = lock_existing(ref, version=version)
    _line(cart.id, line_handle)
    delete_lines(cart.id, handle=line_handle)
    return changed(cart)


@transaction
def empty_cart(ref: CartRef, *, token: str = "", version: str | None = None) -> Changed:
    """Take everything out. Locks the cart.

    Raises NotFound where there is none, CartNotFound, CartOrdered, StaleVersion.
    """
    cart = lock_or_follow(ref, token=token, version=version)
    delete_lines(cart.id)
    return changed(cart)


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


@transaction
def purge_abandoned_carts(limit: int) -> int:
    """Delete guests' open carts that nobody has touched for 90 days; carts of logins stay.

    Looks at up to `limit` of them and returns how many these were. Passes by carts that are locked; behind its own
    locks it asks again, so that a cart touched in between stays.
    """
    old = Basket.objects.filter(status=Basket.OPEN, owner=None, date_created__lt=Now() - GUEST_CART_AGE)
    old = old.exclude(lines__date_updated__gte=Now() - GUEST_CART_AGE)
    old = old.exclude(saved_lines__date_updated__gte=Now() - GUEST_CART_AGE)
    locked = list(old.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
    old.filter(pk__in=locked).delete()
    return len(locked)


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


def _article_for_sale(found: Mapping[int, Article], product_id: int) -> Article:
    """As `checked_article`, for a product that is in the cart already: withdrawn is not unknown."""
    article = found.get(product_id)
    if article is None or not article.is_sold:
        raise ProductUnavailable(ProductFacts(product_ids=[product_id]))
    return article


def add_lines(cart: Locked, *, wanted: Sequence[Wanted], held: Held) -> None:
    """Add lines, equal ones as one. `held`: what was in the cart before. Raises as `add_to_cart`, all or none.

    InsufficientStock names every short line, and points to the first.
    """
    found = articles([item.product_id for item in wanted], currency=cart.currency)
    entries = []
    short: list[InsufficientStock] = []
    for item in wanted:
        try:
            entries.append(entry_of(item, found=found, held=held))
        except InsufficientStock as refusal:
            short.append(refusal)
    if short:
        shortages = [shortage for refusal in short for shortage in refusal.facts.shortages]
        raise InsufficientStock(Shortages(shortages=shortages), pointer=short[0].pointer)
    write_lines(cart, entries=joined(entries))


def entry_of(wanted: Wanted, *, found: Mapping[int, Article], held: Held) -> tuple[str, Entry]:
    """The line reference and what is to be put in, which `held` then holds. Raises as `add_to_cart`."""
    article = checked_article(wanted, found=found)
    assert article.stock is not None
    options = check_options(article.options, wanted.options, pointer=f"{wanted.pointer}/options")
    reference = line_reference(
        article.product_id, article.stock.id, [(option.code, option.value) for option in options]
    )
    held.check_line(reference)
    chosen = _PinnedLine(article.product_id, article.stock, options)
    _check_quantity(article, chosen, wanted=wanted.quantity, held=held, pointer=f"{wanted.pointer}/quantity")
    held.lines.add(reference)
    return reference, Entry(article.product_id, article.stock, wanted.quantity, options)


def joined(entries: Iterable[tuple[str, Entry]]) -> dict[str, Entry]:
    """Entries by line reference, equal ones as one."""
    lines: dict[str, Entry] = {}
    for reference, entry in entries:
        before = lines[reference].quantity if reference in lines else 0
        lines[reference] = replace(entry, quantity=before + entry.quantity)
    return lines


def _check_quantity(article: Article, line: _PinnedLine, *, wanted: int, held: Held, pointer: str) -> None:
    """Refuse more than one cart may hold, or than is free of the stock record."""
    extra = extra_of(line.options)
    together = held.take(line.stock, wanted, extra=extra, pointer=pointer)
    free = line.stock.free + held.own.get(line.stock.id, 0)
    if article.tracks_stock and together > free:
        held.put_back(line.stock, wanted, extra=extra)
        shortage = Shortage(article.product_id, article.sku, together, free)
        raise InsufficientStock(Shortages(shortages=[shortage]), pointer=pointer)


def write_lines(cart: Locked, *, entries: Mapping[str, Entry]) -> None:
    """Add entries (line reference -> entry) in one statement, however many; all or none. Raises QuantityLimit."""
    if not entries:
        return
    references = list(entries)
    prices = [prices_of(entry.stock, options=entry.options) for entry in entries.values()]
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


def prices_of(stock: Stock, *, options: Iterable[ChosenOption]) -> tuple[Decimal | None, Decimal | None]:
    """The unit price of now as entered, in the column of its kind (net, gross): kept to tell a later change."""
    assert stock.price is not None
    entered = round_money(stock.price + extra_of(options), stock.currency)
    return (None, entered) if settings.PRICES_INCLUDE_TAX else (entered, None)


def held_by(cart: Locked, *, without: str | None = None) -> Held:
    """What the cart holds, but for the line of that handle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_reference, stockrecord_id, quantity,"
            " quantity * COALESCE(price_incl_tax, price_excl_tax, 0) FROM basket_line"
            " WHERE basket_id = %s AND handle IS DISTINCT FROM %s",
            [cart.id, without],
        )
        rows = cursor.fetchall()
    held = Held(worth=sum((worth for *_, worth in rows), ZERO), own=cart.own)
    for reference, stock_id, quantity, _ in rows:
        held.lines.add(reference)
        held.units[stock_id] = held.units.get(stock_id, 0) + quantity
    return held


def _line(basket_id: int, handle: str) -> _PinnedLine:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.product_id, s.id, s.price, s.list_price, s.price_currency, s.num_in_stock, s.num_allocated,"
            " s.backorder_limit, s.expected_on, s.is_preorder,"
            f" {OPTIONS} FROM basket_line l JOIN partner_stockrecord s ON s.id = l.stockrecord_id"
            " WHERE l.basket_id = %s AND l.handle = %s",
            [basket_id, handle],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return _PinnedLine(row[0], Stock(*row[1:-1]), chosen_options(row[-1]))


def delete_lines(basket_id: int, *, handle: str | None = None) -> None:
    """Delete a line with its options, or all, those with it that are lost. The foreign key is checked at commit."""
    condition = "TRUE" if handle is None else "handle = %(handle)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH gone AS (DELETE FROM basket_line WHERE basket_id = %(cart)s AND {condition} RETURNING id),"
            " lost AS (DELETE FROM basket_lostline WHERE basket_id = %(cart)s AND %(handle)s::text IS NULL)"
            " DELETE FROM basket_lineattribute WHERE line_id IN (SELECT id FROM gone)",
            {"cart": basket_id, "handle": handle},
        )
