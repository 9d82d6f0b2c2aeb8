"""Filling a cart from another list of lines: as much as there is, the rest reported, nothing refused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from forked_apps.partner.queries import Article, articles
from nexus_shop.core.errors import DomainError, NotFound

from .errors import ProductUnavailable
from .limits import Held
from .locking import Locked
from .models import line_reference
from .operations import Entry, Wanted, entry_of, joined, write_lines
from .queries import cart_by_id
from .values import CartLine, Skipped

#: How quantities of a product in both lists are joined: added up, the larger one, or the cart's own.
STRATEGIES: Final = ("sum", "maximum", "keep")


def fill(cart: Locked, wanted: Sequence[Wanted], *, strategy: str) -> tuple[set[str], list[Skipped]]:
    """Put as much as there is of the wanted into a locked cart: references of the lines written, and what is missing.

    As many statements however long the list.
    """
    present = cart_by_id(cart.id).lines
    held = _held(present, cart)
    found = articles([item.product_id for item in wanted], currency=cart.currency)
    entries: list[tuple[str, Entry]] = []
    skipped = []
    for item in _joined_to(present, wanted, strategy):
        taken, code = _take(item, found, held, entries)
        if taken < item.quantity:
            article = found.get(item.product_id)
            sku = article.sku if article is not None else None
            skipped.append(Skipped(code, item.product_id, sku, item.quantity, taken))
    lines = joined(entries)
    write_lines(cart, entries=lines)
    return set(lines), skipped


def _held(lines: Sequence[CartLine], cart: Locked) -> Held:
    held = Held(own=cart.own)
    for line in lines:
        held.lines.add(line_reference(line.product_id, line.stock.id, _pairs(line)))
        held.units[line.stock.id] = held.units.get(line.stock.id, 0) + line.quantity
        held.worth += (line.price_when_added or 0) * line.quantity
    return held


def _pairs(line: CartLine) -> list[tuple[str, object]]:
    return [(option.code, option.value) for option in line.options]


def _joined_to(lines: Sequence[CartLine], wanted: Sequence[Wanted], strategy: str) -> list[Wanted]:
    """What is to be added to the lines, which may be sold from another stock record than it would be now."""
    there: dict[str, int] = {}
    for line in lines:
        key = line_reference(line.product_id, 0, _pairs(line))
        there[key] = there.get(key, 0) + line.quantity
    added = []
    for item in wanted:
        own = there.get(line_reference(item.product_id, 0, list(item.options.items())), 0)
        less = {"sum": 0, "maximum": own, "keep": item.quantity if own else 0}[strategy]
        if item.quantity > less:
            added.append(replace(item, quantity=item.quantity - less))
    return added


def _take(item: Wanted, found: Mapping[int, Article], held: Held, entries: list[tuple[str, Entry]]) -> tuple[int, str]:
    """Units that can be had, and the code of the rule that stands against more."""
    quantity, code = item.quantity, ""
    article = found.get(item.product_id)
    if article is not None and article.stock is not None:
        room = held.room(article.stock)
        own = held.own.get(article.stock.id, 0) - held.units.get(article.stock.id, 0)
        free = article.stock.free + own if article.tracks_stock else room
        quantity = max(0, min(quantity, room, free))
        code = "insufficient_stock" if free <= room else "quantity_limit"
    try:
        entry = entry_of(replace(item, quantity=max(1, quantity)), found=found, held=held)
    except NotFound:
        return 0, ProductUnavailable.code
    except DomainError as refusal:
        return 0, refusal.code
    entries.append(entry)
    return quantity, code
