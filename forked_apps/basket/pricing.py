"""Price a cart. Pure: values in, values out; no write, no statement once the offers are loaded.

Prices are those of the stock records, now, with what the shopper's options add. Each line is rounded half up; the tax
is what its gross amount contains. Where the tax is not known yet (net prices, no address) all amounts are net.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from django.conf import settings
from oscar.apps.offer.benefits import ShippingBenefit

from forked_apps.offer.models import ConditionalOffer
from forked_apps.offer.pricing import Application, OfferLine, OfferProduct, apply_offers
from forked_apps.partner.selection import unit_price
from forked_apps.shipping.pricing import Parcel, ShippingQuote, shipping_quotes
from forked_apps.voucher.models import Voucher
from nexus_shop.core.money import ZERO, Price, amount_text, price_of, round_money
from nexus_shop.markets.taxes import Destination

from .values import Cart, CartLine, PricedCart, PricedLine, PriceRules, Problem, Totals


@dataclass(frozen=True, slots=True)
class _Unit:
    """A line's unit price, and the rate of tax that it was made with; no price where the product cannot be bought."""

    price: Price | None
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class _Way:
    """By what rules a cart is priced, for where, and by which way of delivery."""

    rules: PriceRules
    destination: Destination | None
    code: str | None


def price_cart(
    cart: Cart,
    offers: Sequence[ConditionalOffer],
    *,
    vouchers: Sequence[Voucher] = (),
    rules: PriceRules | None = None,
    destination: Destination | None = None,
    shipping_code: str | None = None,
) -> PricedCart:
    """The cart with all its prices, by the method of `shipping_code`; without one by the cheapest that brings goods.

    They are collected only where that is chosen, or no other method is there or serves the destination. A method that
    does not serve it gives way to one that does, else to any: then the cart is not `is_served`. Without a destination
    every zone is. What the shopper has chosen to collect changes hands at home, unless an address says else. Offers on
    a delivery that leaves them nothing to take keep no units from the others.
    """
    rules = rules or PriceRules()
    if destination is None and any(
        method.code == shipping_code and not method.needs_address for method in rules.methods
    ):
        destination = Destination(settings.SHOP_COUNTRY)
    way = _Way(rules, destination, shipping_code)
    units = [_unit(line, cart, rules, destination) for line in cart.lines]
    found = _apply(cart, units, offers)
    priced = _applied(found, cart, units, way)
    idle = [each for each in found if each.affects_shipping]
    if idle and not _has_shipping_offer(priced):
        others = [offer for offer in offers if not isinstance(offer.benefit.proxy(), ShippingBenefit)]
        priced = _without_idle(priced, [*idle, *_apply(cart, units, others)], units, way)
    return replace(priced, vouchers=tuple(vouchers))


def _without_idle(priced: PricedCart, found: Sequence[Application], units: Sequence[_Unit], way: _Way) -> PricedCart:
    """The cart where idle shipping offers keep no units, where none is chosen also by the way of delivery that it had;
    else as it was: then a delivery that was free would be so no more.
    """
    ways = [way]
    if way.code is None and priced.shipping is not None:
        ways.append(replace(way, code=priced.shipping.code))
    for each in ways:
        again = _applied(found, priced.cart, units, each)
        if not _has_shipping_offer(again):
            return again
    return priced


def _applied(found: Sequence[Application], cart: Cart, units: Sequence[_Unit], way: _Way) -> PricedCart:
    """The cart with what these offers take off; those on a delivery that leaves them nothing fall out."""
    currency, rules, destination = cart.currency, way.rules, way.destination
    discounts = _discounts(found, len(units))
    lines = tuple(
        _priced(line, unit, discount, currency)
        for line, unit, discount in zip(cart.lines, units, discounts, strict=True)
    )
    quotes = quotes_for(lines, currency, rules, destination)
    served = _chosen(quotes, way.code)
    shipping = served or _chosen(quotes or quotes_for(lines, currency, rules, None), None)
    rate = rules.taxes.rate("", destination)
    shipping, applications = _discounted_shipping(shipping, found, currency, rate)
    if shipping is not None and not any(unit.price for unit in units):
        shipping = replace(shipping, price=Price(currency, ZERO, ZERO, ZERO))
    return PricedCart(
        cart=cart,
        lines=lines,
        applications=tuple(applications),
        vouchers=(),
        shipping=shipping,
        is_served=served is not None,
        totals=_totals(lines, shipping, currency),
        problems=(
            *(each for line, unit in zip(cart.lines, units, strict=True) for each in _problems(line, unit, cart)),
            *_losses(cart),
        ),
        idle=_idle(found, applications),
    )


def quotes_for(
    lines: Sequence[PricedLine], currency: str, rules: PriceRules, destination: Destination | None
) -> list[ShippingQuote]:
    """What the ways of delivery charge for priced lines, cheapest first; those that do not serve them are left out."""
    rate = rules.taxes.rate("", destination)
    return shipping_quotes(rules.methods, parcel_of(lines, currency, rules), destination=destination, rate=rate)


def parcel_of(lines: Sequence[PricedLine], currency: str, rules: PriceRules) -> Parcel:
    """What has to be shipped of priced lines. Those without a price are not ordered; with none left, any may be."""
    sold = [each for each in lines if each.unit is not None]
    shipped = [each for each in sold if each.line.requires_shipping]
    units: dict[int, int] = {}
    for each in shipped:
        units[each.line.product_id] = units.get(each.line.product_id, 0) + each.line.quantity
    return Parcel(
        currency=currency,
        requires_shipping=bool(shipped) or not sold,
        total=sum((_as_entered(each.total) for each in shipped if each.total), ZERO),
        units=units,
        weights=rules.weights,
    )


def _chosen(quotes: Sequence[ShippingQuote], code: str | None) -> ShippingQuote | None:
    """Nobody collects what nobody has said to be collected, while it can be brought."""
    if code is not None:
        return next((quote for quote in quotes if quote.code == code), None)
    return min(quotes, key=lambda quote: not quote.needs_address, default=None)


def _unit(line: CartLine, cart: Cart, rules: PriceRules, destination: Destination | None) -> _Unit:
    rate = rules.taxes.rate(line.product_class, destination)
    entered = line.entered
    if entered is None or not line.is_sold or line.stock.currency != cart.currency:
        return _Unit(None, rate)
    return _Unit(unit_price(entered, cart.currency, rate=rate), rate)


def _as_entered(price: Price) -> Decimal:
    return price.shown if settings.PRICES_INCLUDE_TAX else price.net


def _apply(cart: Cart, units: Sequence[_Unit], offers: Sequence[ConditionalOffer]) -> list[Application]:
    """Applications with discounts as shown by the line's position in the cart; lines without a price take no part."""
    positions = [position for position, unit in enumerate(units) if unit.price is not None]
    if not offers or not positions:
        return []
    lines = [_offer_line(cart.lines[position], units[position]) for position in positions]
    found = apply_offers(lines, offers, currency=cart.currency, owner=cart.owner_id or "guest")
    left = [_before_discounts(line, unit) for line, unit in zip(cart.lines, units, strict=True)]
    shown = [_as_shown(application, positions, units, left, cart.currency) for application in found]
    return [each for each in shown if each.by_line or each.affects_shipping or each.message]


def offer_lines(cart: Cart, rules: PriceRules, destination: Destination | None) -> list[OfferLine]:
    """The priced lines as offers see them, before any has used them."""
    units = [_unit(line, cart, rules, destination) for line in cart.lines]
    return [_offer_line(line, unit) for line, unit in zip(cart.lines, units, strict=True) if unit.price is not None]


def _offer_line(line: CartLine, unit: _Unit) -> OfferLine:
    assert unit.price is not None
    product = OfferProduct(line.product_id, line.is_discountable)
    return OfferLine(product, quantity=line.quantity, unit_price=_as_entered(unit.price), stock_record_id=line.stock.id)


def _as_shown(
    application: Application,
    positions: Sequence[int],
    units: Sequence[_Unit],
    left: list[Decimal],
    currency: str,
) -> Application:
    """The application by the cart's positions, within what is left of the lines and of the offer's budget."""
    budget = application.offer.budget
    by_line = {}
    for index, amount in application.by_line.items():
        position = positions[index]
        taken = min(shown_discount(amount, currency, units[position].rate), left[position])
        if budget is not None:
            taken = min(taken, budget)
            budget -= taken
        if taken:
            by_line[position] = taken
            left[position] -= taken
    return replace(application, by_line=by_line)


def _before_discounts(line: CartLine, unit: _Unit) -> Decimal:
    return ZERO if unit.price is None else unit.price.shown * line.quantity


def shown_discount(amount: Decimal, currency: str, rate: Decimal | None) -> Decimal:
    """A discount in the terms in which prices are entered, as the amount that the shopper sees."""
    if settings.PRICES_INCLUDE_TAX or rate is None:
        return amount
    return round_money(amount * (1 + rate), currency)


def _discounts(applications: Sequence[Application], count: int) -> list[Decimal]:
    discounts = [ZERO] * count
    for application in applications:
        for position, amount in application.by_line.items():
            discounts[position] += amount
    return discounts


def _priced(line: CartLine, unit: _Unit, discount: Decimal, currency: str) -> PricedLine:
    if unit.price is None:
        return PricedLine(line, None, None, ZERO)
    total = price_of(_before_discounts(line, unit) - discount, currency, rate=_known(unit.price, unit.rate))
    return PricedLine(line, unit.price, total, discount)


def _known(price: Price, rate: Decimal | None) -> Decimal | None:
    return None if price.gross is None else rate or ZERO


def _discounted_shipping(
    quote: ShippingQuote | None, applications: Sequence[Application], currency: str, rate: Decimal | None
) -> tuple[ShippingQuote | None, list[Application]]:
    """The first shipping offer lowers the charge and knows by how much; others do not apply (Oscar takes one).

    What is delivered free uses none.
    """
    first = next((application for application in applications if application.affects_shipping), None)
    of_lines = [application for application in applications if not application.affects_shipping]
    if quote is None or first is None or not quote.price.shown:
        return quote, of_lines
    shown = quote.price.shown
    entered = first.offer.shipping_discount(_as_entered(quote.price), currency)
    discount = min(shown_discount(round_money(entered, currency), currency, rate), shown)
    if first.offer.budget is not None:
        discount = min(discount, first.offer.budget)
    if not discount:
        return quote, of_lines
    quote = replace(quote, price=price_of(shown - discount, currency, rate=_known(quote.price, rate)))
    return quote, [
        replace(first, off_shipping=discount) if each is first else each
        for each in applications
        if each is first or not each.affects_shipping
    ]


def _has_shipping_offer(priced: PricedCart) -> bool:
    return any(application.affects_shipping for application in priced.applications)


def _idle(found: Sequence[Application], applications: Sequence[Application]) -> tuple[Application, ...]:
    """The shipping offers, where none of them has anything to take."""
    if any(each.affects_shipping for each in applications):
        return ()
    return tuple(each for each in found if each.affects_shipping)


def _totals(lines: Sequence[PricedLine], shipping: ShippingQuote | None, currency: str) -> Totals:
    prices = [line.total for line in lines if line.total] + ([shipping.price] if shipping else [])
    items = sum((line.unit.shown * line.line.quantity for line in lines if line.unit), ZERO)
    discount = sum((line.discount for line in lines), ZERO)
    taxes = [price.tax for price in prices]
    tax = None if None in taxes else sum((tax for tax in taxes if tax is not None), ZERO)
    charge = shipping.price.shown if shipping else None
    return Totals(currency, items, discount, charge, tax, items - discount + (charge or ZERO))


def _losses(cart: Cart) -> list[Problem]:
    return [Problem("product_removed", None, asdict(each)) for each in cart.lost] if cart.status == "Open" else []


def _problems(line: CartLine, unit: _Unit, cart: Cart) -> list[Problem]:
    if cart.status != "Open":
        return []
    if not line.is_sold or unit.price is None:
        return [Problem("product_unavailable", line.handle)]
    problems = []
    if line.misfit is not None:
        problems.append(Problem("invalid_option", line.handle, asdict(line.misfit)))
    wanted = sum(other.quantity for other in cart.lines if other.stock.id == line.stock.id)
    if line.tracks_stock and wanted > line.stock.free:
        problems.append(Problem("insufficient_stock", line.handle, {"requested": wanted, "available": line.stock.free}))
    entered = round_money(line.entered or ZERO, cart.currency)
    if line.price_when_added is not None and line.price_when_added != entered:
        old, new = line.price_when_added, entered
        texts = {"old": amount_text(old, cart.currency), "new": amount_text(new, cart.currency)}
        problems.append(Problem("price_changed", line.handle, texts))
    return problems
