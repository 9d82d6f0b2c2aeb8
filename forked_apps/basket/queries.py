"""Reading carts: one statement for the cart with its lines, one for the offers."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.conf import settings
from django.db import connection

from forked_apps.offer.models import ConditionalOffer
from forked_apps.offer.queries import offers_for
from forked_apps.partner.selection import Stock
from forked_apps.voucher.models import Voucher
from forked_apps.voucher.queries import usable_vouchers

from .pricing import price_cart
from .values import Cart, CartLine, CartRef, ChosenOption, PricedCart

LINES: Final = """
    SELECT b.id, b.handle, b.version, b.status, b.owner_id, b.currency,
           ARRAY(SELECT v.code FROM basket_basket_vouchers bv JOIN voucher_voucher v ON v.id = bv.voucher_id
                 WHERE bv.basket_id = b.id ORDER BY bv.id),
           l.handle, l.quantity, l.price_incl_tax,
           p.id, COALESCE(NULLIF(p.title, ''), parent.title), p.upc,
           p.is_public AND COALESCE(parent.is_public, true) AND p.structure <> 'parent', p.is_discountable,
           COALESCE(k.track_stock, true), COALESCE(k.requires_shipping, true),
           s.id, s.price, s.list_price, s.price_currency, s.num_in_stock, s.num_allocated,
           s.partner_id, partner.name, s.partner_sku,
           CASE WHEN EXISTS (SELECT 1 FROM basket_lineattribute a WHERE a.line_id = l.id) THEN (
               SELECT json_agg(json_build_array(o.id, o.code, o.name, a.value) ORDER BY a.id)
               FROM basket_lineattribute a JOIN catalogue_option o ON o.id = a.option_id WHERE a.line_id = l.id) END
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
        return _read("b.owner_id = %s AND b.status = 'Open'", ref.owner_id)
    return _read("b.token_hash = %s", ref.token_hash)


def cart_by_id(basket_id: int) -> Cart:
    """A cart that is known to exist."""
    cart = _read("b.id = %s", basket_id)
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
    with connection.cursor() as cursor:
        cursor.execute(LINES.format(condition=condition), [value])
        rows = cursor.fetchall()
    if not rows:
        return None
    pk, handle, version, status, owner_id, currency, codes = rows[0][:7]
    lines = tuple(_line(row[7:]) for row in rows if row[7] is not None)
    return Cart(currency, pk, handle, version, status, owner_id, lines, tuple(codes))


def _line(row: Sequence[Any]) -> CartLine:
    handle, quantity, price_when_added = row[:3]
    options = row[-1] or ()
    chosen = tuple(ChosenOption(*option) for option in options)
    facts = [*row[3:10], Stock(*row[10:16]), *row[16:19]]  # the order of the columns
    return CartLine(handle, *[*facts, quantity, price_when_added, chosen])


def priced(cart: Cart) -> PricedCart:
    """The cart as the shopper sees it, shipped by the cheapest method."""
    vouchers = usable_vouchers(cart.voucher_codes, user_id=cart.owner_id) if cart.voucher_codes else []
    result = price_cart(cart, offers_of(cart, vouchers), vouchers=vouchers)
    assert result is not None
    return result


def offers_of(cart: Cart, vouchers: Collection[Voucher], *, for_order: bool = False) -> list[ConditionalOffer]:
    """The offers that may apply to the cart, those of its vouchers told so. `for_order` as `offers_for` says."""
    if not cart.lines:
        return []
    by_offer = {offer.pk: voucher for voucher in vouchers for offer in voucher.offers.all()}
    offers = offers_for(
        [line.product_id for line in cart.lines],
        owner_id=cart.owner_id,
        voucher_offer_ids=by_offer,
        for_order=for_order,
    )
    for offer in offers:
        if offer.pk in by_offer:
            offer.set_voucher(by_offer[offer.pk])
    return offers
