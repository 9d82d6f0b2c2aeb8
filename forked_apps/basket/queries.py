"""Reading carts: one statement for the cart with its lines, one for the offers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import connection

from forked_apps.offer.models import ConditionalOffer
from forked_apps.offer.queries import Customer, offers_for
from forked_apps.partner.queries import OPTION_RULES, option_rules
from forked_apps.partner.selection import Stock
from forked_apps.shipping.pricing import ShippingQuote
from forked_apps.shipping.queries import METHODS, weights_of
from forked_apps.voucher.models import Voucher
from forked_apps.voucher.queries import usable_vouchers
from nexus_shop.core import prepared
from nexus_shop.core.rules import CURRENT, rules_token
from nexus_shop.markets.taxes import TAXES, Destination

from .options import extra_price, misfit
from .pricing import price_cart, quotes_for
from .values import Cart, CartLine, CartRef, ChosenOption, Lost, PricedCart, PriceRules, Problem

# What the shopper said of a line's options, with what each may cost: [id, code, name, value, price, {choice: price}].
OPTIONS: Final = """
    CASE WHEN EXISTS (SELECT 1 FROM basket_lineattribute a WHERE a.line_id = l.id) THEN (
        SELECT json_agg(json_build_array(o.id, o.code, o.name, a.value, o.price::text,
            (SELECT json_object_agg(c.option, c.price::text) FROM catalogue_attributeoption c
             WHERE c.group_id = o.option_group_id AND c.price <> 0)) ORDER BY a.id)
        FROM basket_lineattribute a JOIN catalogue_option o ON o.id = a.option_id WHERE a.line_id = l.id) END
"""
# Promised to others: what the cart's own payment session holds is not.
PROMISED: Final = """
    s.num_allocated - COALESCE((SELECT r.quantity FROM partner_stockreservation r
                                WHERE r.basket_id = l.basket_id AND r.stock_record_id = s.id), 0)
"""
LINES: Final = """
    SELECT b.id, b.handle, b.version, b.status, b.owner_id, b.currency,
           (SELECT email FROM accounts_user u WHERE u.id = b.owner_id), {token},
           ARRAY(SELECT v.code FROM basket_basket_vouchers bv JOIN voucher_voucher v ON v.id = bv.voucher_id
                 WHERE bv.basket_id = b.id ORDER BY bv.id), b.notes,
           (SELECT json_agg(json_build_array(x.title, x.sku, x.quantity) ORDER BY x.id)
            FROM basket_lostline x WHERE x.basket_id = b.id),
           l.handle, l.quantity, {entered},
           p.id, COALESCE(NULLIF(p.title, ''), parent.title), p.upc,
           p.is_public AND COALESCE(parent.is_public, true) AND p.structure <> 'parent'
               AND COALESCE(LEAST(p.publish_until, parent.publish_until) > now(), true), p.is_discountable,
           COALESCE(k.track_stock, true), COALESCE(k.requires_shipping, true),
           COALESCE(k.slug, ''), s.id, s.price, s.list_price, s.price_currency, s.num_in_stock, {promised},
           s.backorder_limit, s.expected_on, s.is_preorder, s.partner_id, partner.name, s.partner_sku,
           {options}, {rules}
    FROM basket_basket b
    LEFT JOIN basket_line l ON l.basket_id = b.id
    LEFT JOIN catalogue_product p ON p.id = l.product_id
    LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    LEFT JOIN catalogue_productclass k ON k.id = COALESCE(p.product_class_id, parent.product_class_id)
    LEFT JOIN partner_stockrecord s ON s.id = l.stockrecord_id
    LEFT JOIN partner_partner partner ON partner.id = s.partner_id
    WHERE {condition} ORDER BY l.id
"""


def find_cart(ref: CartRef) -> Cart | None:
    """The login's open cart, or the cart of the token whatever became of it; None where there is none."""
    if ref.owner_id is not None:
        return _read("b.owner_id = %(value)s AND b.status = 'Open'", ref.owner_id)
    return _read("b.token_hash = %(value)s", ref.token_hash)


def cart_by_id(basket_id: int) -> Cart:
    """A cart that is known to exist."""
    cart = _read("b.id = %(value)s", basket_id)
    assert cart is not None
    return cart


def basket_id_of(handle: str, ref: CartRef) -> int | None:
    """The id of the referrer's own cart with that handle, whatever became of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM basket_basket"
            " WHERE handle = %s AND (owner_id = %s OR (owner_id IS NULL AND token_hash = %s))",
            [handle, ref.owner_id, ref.token_hash],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def no_cart() -> Cart:
    """What a shopper without a cart sees."""
    return Cart(currency=settings.OSCAR_DEFAULT_CURRENCY)


def _read(condition: str, value: Any) -> Cart | None:
    entered = "l.price_incl_tax" if settings.PRICES_INCLUDE_TAX else "l.price_excl_tax"
    statement = LINES.format(
        condition=condition, token=CURRENT, entered=entered, promised=PROMISED, options=OPTIONS, rules=OPTION_RULES
    )
    with connection.cursor() as cursor:
        prepared.execute(cursor, statement, {"value": value})
        rows = cursor.fetchall()
    if not rows:
        return None
    pk, handle, version, status, owner_id, currency, email, token, codes, notes, lost = rows[0][:11]
    lines = tuple(_line(row[11:]) for row in rows if row[11] is not None)
    gone = tuple(Lost(*each) for each in lost or ())
    return Cart(currency, pk, handle, version, status, owner_id, email or "", token, lines, tuple(codes), notes, gone)


def _line(row: Sequence[Any]) -> CartLine:
    handle, quantity, price_when_added = row[:3]
    facts = [*row[3:11], Stock(*row[11:20]), *row[20:23]]  # the order of the columns
    options = chosen_options(row[-2])
    return CartLine(handle, *[*facts, quantity, price_when_added, options, misfit(option_rules(row[-1]), options)])


def chosen_options(rows: Sequence[Any] | None) -> tuple[ChosenOption, ...]:
    """What OPTIONS has read of a line."""
    return tuple(
        ChosenOption(pk, code, name, value, extra_price(Decimal(base), _decimals(choices), value))
        for pk, code, name, value, base, choices in rows or ()
    )


def _decimals(prices: Mapping[str, str] | None) -> dict[str, Decimal]:
    return {name: Decimal(price) for name, price in (prices or {}).items()}


def priced(cart: Cart, *, destination: Destination | None = None) -> PricedCart:
    """The cart as the shopper sees it, by the way of delivery that checkout takes where none is chosen.

    With taxes and zones of the destination.
    """
    return _priced(cart, rules_of(cart) if cart.lines else PriceRules(), destination)


def _priced(cart: Cart, rules: PriceRules, destination: Destination | None) -> PricedCart:
    vouchers = vouchers_of(cart)
    result = price_cart(cart, offers_of(cart, vouchers), vouchers=vouchers, rules=rules, destination=destination)
    return with_voucher_problems(result)


def with_voucher_problems(priced: PricedCart) -> PricedCart:
    """With the cart's vouchers that were valid when they came in and are no more, and those that do nothing by now."""
    cart = priced.cart
    if not cart.voucher_codes or cart.status != "Open":
        return priced
    usable = {voucher.code for voucher in priced.vouchers}
    at_work = {voucher.code for voucher in priced.working_vouchers} | priced.waiting
    found = [Problem("voucher_invalid", None, {"voucher": code}) for code in cart.voucher_codes if code not in usable]
    found += [
        Problem("voucher_not_applicable", None, {"voucher": code})
        for code in cart.voucher_codes
        if cart.lines and code in usable - at_work
    ]
    return replace(priced, problems=(*priced.problems, *found))


def estimates(cart: Cart, destination: Destination | None) -> tuple[PricedCart, list[tuple[ShippingQuote, PricedCart]]]:
    """The cart priced for a destination, and once for each way of delivery that serves it, cheapest first."""
    vouchers = vouchers_of(cart)
    offers, rules = offers_of(cart, vouchers), rules_of(cart)
    price = partial(price_cart, cart, offers, vouchers=vouchers, rules=rules, destination=destination)
    found = with_voucher_problems(price())
    quotes = quotes_for(found.lines, cart.currency, rules, destination)
    by_method = [price(shipping_code=quote.code) for quote in quotes]
    # an offer on the delivery that is at work by this way alone keeps units: lines may be too dear for it then
    return found, [(each.shipping, each) for each in by_method if each.shipping is not None and each.is_served]


def vouchers_of(cart: Cart, *, email: str = "") -> list[Voucher]:
    """Those of the cart's vouchers that count now for its owner, or for the guest of that e-mail address."""
    if not cart.voucher_codes:
        return []
    return usable_vouchers(cart.voucher_codes, user_id=cart.owner_id, email=email)


def quotes_of(cart: Cart, destination: Destination | None) -> list[ShippingQuote]:
    """The ways of delivery for the cart as it is priced now, cheapest first."""
    rules = rules_of(cart)
    return quotes_for(_priced(cart, rules, destination).lines, cart.currency, rules, destination)


def rules_of(cart: Cart) -> PriceRules:
    """What the shop charges beside the prices. One statement where a method goes by weight, else none."""
    token = cart.rules_token or rules_token()
    methods = METHODS.at(token)
    by_weight = any(method.kind == "weight" for method in methods)
    weights = weights_of([line.product_id for line in cart.lines]) if by_weight and cart.lines else {}
    return PriceRules(TAXES.at(token), methods, weights)


def offers_of(
    cart: Cart, vouchers: Collection[Voucher], *, email: str = "", for_order: bool = False, every: bool = False
) -> list[ConditionalOffer]:
    """The offers that may apply to the cart, those of its vouchers told so. The two flags are those of `offers_for`.

    Of several codes of one offer the first works.

    Uses are counted for the cart's owner, or for the guest of that e-mail address.
    """
    if not cart.lines:
        return []
    by_offer: dict[int, Voucher] = {}
    for voucher in vouchers:
        for offer in voucher.offers.all():
            by_offer.setdefault(offer.pk, voucher)
    offers = offers_for(
        [line.product_id for line in cart.lines],
        token=cart.rules_token,
        customer=Customer(cart.owner_id, cart.owner_email or email),
        voucher_offer_ids=by_offer,
        for_order=for_order,
        every=every,
    )
    for offer in offers:
        if offer.pk in by_offer:
            offer.set_voucher(by_offer[offer.pk])
    return offers
