"""Price a cart. Pure: values in, values out; no write, no statement once the offers are loaded.

Prices are those of the stock records, now. Each line is rounded half up; the tax is what its gross amount contains.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.conf import settings

from forked_apps.offer.models import ConditionalOffer
from forked_apps.offer.pricing import Application, OfferLine, OfferProduct, apply_offers
from forked_apps.partner.selection import unit_price
from forked_apps.shipping.queries import ShippingQuote, shipping_quotes
from forked_apps.voucher.models import Voucher
from nexus_shop.core.money import ZERO, Price, amount_text, contained_tax, round_money

from .values import Cart, CartLine, PricedCart, PricedLine, Problem, Totals


def price_cart(
    cart: Cart,
    offers: Sequence[ConditionalOffer],
    *,
    vouchers: Sequence[Voucher] = (),
    shipping_code: str | None = None,
) -> PricedCart | None:
    """The cart with all its prices; None where `shipping_code` names no method for it. Without one: the cheapest."""
    currency = cart.currency
    units = [_unit(line, currency) for line in cart.lines]
    applications = _apply(cart, units, offers)
    discounts = _discounts(applications, len(units))
    lines = tuple(
        _priced(line, unit, discount, currency)
        for line, unit, discount in zip(cart.lines, units, discounts, strict=True)
    )
    requires_shipping = any(line.requires_shipping for line in cart.lines)
    quotes = shipping_quotes(currency=currency, requires_shipping=requires_shipping)
    wanted = [quote for quote in quotes if shipping_code is None or quote.code == shipping_code]
    if not wanted:
        return None
    shipping, applications = _discounted_shipping(wanted[0], applications, currency)
    if not cart.lines:
        shipping = replace(shipping, price=Price(currency, ZERO, ZERO, ZERO))
    return PricedCart(
        cart=cart,
        lines=lines,
        applications=tuple(applications),
        vouchers=tuple(vouchers),
        shipping=shipping,
        totals=_totals(lines, shipping, currency),
        problems=tuple(
            problem for line, unit in zip(cart.lines, units, strict=True) for problem in _problems(line, unit, cart)
        ),
    )


def _unit(line: CartLine, currency: str) -> Price | None:
    if line.stock.price is None or line.stock.currency != currency:
        return None
    return unit_price(line.stock.price, currency)


def _as_entered(unit: Price) -> Decimal:
    return (unit.gross if settings.PRICES_INCLUDE_TAX else unit.net) or ZERO


def _apply(cart: Cart, units: Sequence[Price | None], offers: Sequence[ConditionalOffer]) -> list[Application]:
    """Applications with gross discounts by the line's position in the cart; lines without a price take no part."""
    positions = [position for position, unit in enumerate(units) if unit is not None]
    if not offers or not positions:
        return []
    lines = []
    for position in positions:
        line, unit = cart.lines[position], units[position]
        assert unit is not None
        product = OfferProduct(line.product_id, line.is_discountable)
        lines.append(
            OfferLine(product, quantity=line.quantity, unit_price=_as_entered(unit), stock_record_id=line.stock.id)
        )
    found = apply_offers(lines, offers, currency=cart.currency, owner=cart.owner_id)
    left = [_before_discounts(line, unit) for line, unit in zip(cart.lines, units, strict=True)]
    return [
        replace(
            application,
            by_line={
                positions[index]: _take(left, positions[index], gross_discount(amount, cart.currency))
                for index, amount in application.by_line.items()
            },
        )
        for application in found
    ]


def _before_discounts(line: CartLine, unit: Price | None) -> Decimal:
    return ZERO if unit is None else (unit.gross or ZERO) * line.quantity


def _take(left: list[Decimal], position: int, amount: Decimal) -> Decimal:
    """As much of the amount as is left of the line: rounded parts may be more together than the line is worth."""
    taken = min(amount, left[position])
    left[position] -= taken
    return taken


def gross_discount(amount: Decimal, currency: str) -> Decimal:
    """A discount in the terms in which prices are entered, as the gross amount that the shopper sees."""
    return amount if settings.PRICES_INCLUDE_TAX else round_money(amount * (1 + settings.TAX_RATE), currency)


def _discounts(applications: Sequence[Application], count: int) -> list[Decimal]:
    discounts = [ZERO] * count
    for application in applications:
        for position, amount in application.by_line.items():
            discounts[position] += amount
    return discounts


def _priced(line: CartLine, unit: Price | None, discount: Decimal, currency: str) -> PricedLine:
    if unit is None or unit.gross is None:
        return PricedLine(line, None, None, ZERO)
    return PricedLine(line, unit, _gross_price(_before_discounts(line, unit) - discount, currency), discount)


def _gross_price(gross: Decimal, currency: str) -> Price:
    tax = contained_tax(gross, currency, rate=settings.TAX_RATE)
    return Price(currency, net=gross - tax, tax=tax, gross=gross)


def _discounted_shipping(
    quote: ShippingQuote, applications: Sequence[Application], currency: str
) -> tuple[ShippingQuote, list[Application]]:
    """The first shipping offer lowers the charge and knows by how much; others do not apply (Oscar takes one)."""
    first = next((application for application in applications if application.affects_shipping), None)
    if first is None:
        return quote, list(applications)
    gross, discount = quote.price.gross or ZERO, ZERO
    if gross:
        entered = first.offer.shipping_discount(_as_entered(quote.price), currency)
        discount = min(gross_discount(round_money(entered, currency), currency), gross)
        quote = replace(quote, price=_gross_price(gross - discount, currency))
    return quote, [
        replace(first, off_shipping=discount) if each is first else each
        for each in applications
        if each is first or not each.affects_shipping
    ]


def _totals(lines: Sequence[PricedLine], shipping: ShippingQuote, currency: str) -> Totals:
    priced = [(line, line.unit, line.total) for line in lines]
    items = sum(((unit.gross or ZERO) * line.line.quantity for line, unit, _ in priced if unit), ZERO)
    discount = sum((line.discount for line in lines), ZERO)
    charge = shipping.price.gross or ZERO
    tax = sum((total.tax or ZERO for _, _, total in priced if total), ZERO) + (shipping.price.tax or ZERO)
    return Totals(currency, items, discount, charge, tax, items - discount + charge)


def _problems(line: CartLine, unit: Price | None, cart: Cart) -> list[Problem]:
    if cart.status != "Open":
        return []
    if not line.is_sold or unit is None:
        return [Problem("product_unavailable", line.handle)]
    problems = []
    wanted = sum(other.quantity for other in cart.lines if other.stock.id == line.stock.id)
    if line.tracks_stock and wanted > line.stock.free:
        problems.append(Problem("insufficient_stock", line.handle, {"requested": wanted, "available": line.stock.free}))
    if line.price_when_added is not None and line.price_when_added != unit.gross:
        old, new = line.price_when_added, unit.gross or ZERO
        texts = {"old": amount_text(old, cart.currency), "new": amount_text(new, cart.currency)}
        problems.append(Problem("price_changed", line.handle, texts))
    return problems
