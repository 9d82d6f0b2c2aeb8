"""Lists of lines that are in no cart, seen as one: with the products and prices of now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings

from forked_apps.catalogue.errors import VariantRequired
from forked_apps.partner.queries import Article, articles
from forked_apps.partner.selection import Stock
from forked_apps.partner.shelf import family_of
from nexus_shop.core.errors import NotFound
from nexus_shop.core.rules import rules_token
from nexus_shop.markets.taxes import Destination

from .errors import InvalidOption
from .options import check_options
from .queries import priced
from .values import Cart, CartLine, PricedCart

NOTHING: Final[Mapping[int, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list; `options`: code -> value."""

    handle: str
    product_id: int
    quantity: int
    options: Mapping[str, Any]


def as_cart(lines: Sequence[Listed], *, currency: str, own: Mapping[int, int] = NOTHING) -> Cart:
    """The lines as a cart that is never written, in two statements; what cannot be bought now has no price in it.

    `own`: stock record id -> units that whoever asks holds already, which are promised to nobody else.
    """
    found = articles([line.product_id for line in lines], currency=currency) if lines else {}
    seen = tuple(_without(own, _line(line, found.get(line.product_id), currency)) for line in lines)
    return Cart(currency, rules_token=rules_token() if lines else "", lines=seen)


def price_for(
    key: int | str, *, quantity: int, owner: tuple[int, str] | None, destination: Destination | None
) -> PricedCart:
    """A cart, never written, with so many of one public product (by id, slug or `sku:…`) and nothing else.

    Priced for the login `owner` (id and e-mail) with the offers that count now, without options. A fixed number of
    statements. Raises NotFound and VariantRequired.
    """
    currency = settings.OSCAR_DEFAULT_CURRENCY
    product_id, _children = family_of(key)
    article = articles([product_id], currency=currency).get(product_id)
    if article is None:  # deleted between the statements
        raise NotFound
    if article.structure == "parent":
        raise VariantRequired
    line = _line(Listed("", product_id, quantity, {}), replace(article, options=()), currency)
    owner_id, email = owner or (None, "")
    cart = Cart(currency, owner_id=owner_id, owner_email=email, rules_token=rules_token(), lines=(line,))
    return priced(cart, destination=destination)


def _without(own: Mapping[int, int], line: CartLine) -> CartLine:
    units = own.get(line.stock.id, 0)
    if not units:
        return line
    return replace(line, stock=replace(line.stock, num_allocated=(line.stock.num_allocated or 0) - units))


def _line(listed: Listed, article: Article | None, currency: str) -> CartLine:
    nothing = Stock(0, None, None, currency, None, None)
    try:
        options = check_options(article.options, listed.options, pointer="") if article is not None else ()
        is_fit = True
    except InvalidOption:
        options, is_fit = (), False
    is_sold = article is not None and article.is_sold and article.structure != "parent" and is_fit
    return CartLine(
        handle=listed.handle,
        product_id=listed.product_id,
        title=article.title if article is not None else "",
        sku=article.sku if article is not None else None,
        is_sold=is_sold,
        is_discountable=article is not None and article.is_discountable,
        tracks_stock=article is None or article.tracks_stock,
        requires_shipping=article is None or article.requires_shipping,
        product_class=article.product_class if article is not None else "",
        stock=article.stock if is_sold and article is not None and article.stock is not None else nothing,
        partner_id=(article.partner_id if article is not None else None) or 0,
        partner_name=article.partner_name if article is not None else "",
        partner_sku=article.partner_sku if article is not None else "",
        quantity=listed.quantity,
        options=options,
    )
