"""Carts that have become orders: they are read as they were ordered, whatever the shop charges by now."""

from dataclasses import replace

from forked_apps.basket.queries import priced
from forked_apps.basket.values import Cart, CartLine, ChosenOption, PricedCart, PricedLine, Totals
from forked_apps.offer.models import ConditionalOffer
from forked_apps.offer.pricing import Application
from forked_apps.order.models import Order, OrderDiscount
from forked_apps.order.queries import OrderLine, OrderRow, order_by_id
from forked_apps.partner.selection import Stock
from forked_apps.shipping.pricing import ShippingQuote
from forked_apps.voucher.models import Voucher
from nexus_shop.core.money import ZERO, Price


def shown_cart(cart: Cart) -> PricedCart:
    """The cart as its shopper sees it: as it was ordered, else at the prices of now."""
    return ordered_cart(cart) or priced(cart)


def ordered_cart(cart: Cart) -> PricedCart | None:
    """The cart with the figures of its order; None where it has none. A fixed number of statements."""
    if cart.status != "Submitted":
        return None
    order_id = Order.objects.filter(basket_id=cart.id).values_list("pk", flat=True).first()
    if order_id is None:
        return None
    order = order_by_id(order_id)
    lines = tuple(PricedLine(_line(row), row.unit, row.total, row.discount) for row in order.lines)
    applications = _applications(order_id)
    vouchers = {each.voucher.code: each.voucher for each in applications if each.voucher is not None}
    return PricedCart(
        cart=replace(cart, lines=tuple(line.line for line in lines)),
        lines=lines,
        applications=applications,
        vouchers=tuple(vouchers.values()),
        shipping=_shipping(order),
        is_served=True,
        totals=Totals(order.currency, order.items, order.discount, order.shipping, order.tax, order.total),
        problems=(),
    )


def _line(row: OrderLine) -> CartLine:
    """What the order says of a line: that of the cart is gone where its stock record, or its product, is."""
    return CartLine(
        handle=row.handle,
        product_id=row.product_id or 0,
        title=row.title,
        sku=row.sku,
        is_sold=False,
        is_discountable=False,
        tracks_stock=False,
        requires_shipping=False,
        product_class="",
        stock=Stock(0, None, None, row.unit.currency, None, None),
        partner_id=0,
        partner_name="",
        partner_sku="",
        quantity=row.quantity,
        options=tuple(ChosenOption(0, each["option"], each["name"], each["value"]) for each in row.options),
    )


def _applications(order_id: int) -> tuple[Application, ...]:
    """What each offer took off the order, under the name that it had then."""
    rows = list(OrderDiscount.objects.filter(order_id=order_id).order_by("pk"))
    offers = ConditionalOffer.objects.in_bulk({row.offer_id for row in rows if row.offer_id is not None})
    vouchers = {each.code: each for each in Voucher.objects.filter(code__in=[row.voucher_code for row in rows])}
    applications = []
    for row in rows:
        offer = offers.get(row.offer_id) or ConditionalOffer()
        offer.name = row.offer_name
        code = row.voucher_code
        voucher = (vouchers.get(code) or Voucher(code=code, name=code)) if code else None
        applications.append(Application(offer, voucher, row.frequency or 0, off_shipping=row.amount))
    return tuple(applications)


def _shipping(order: OrderRow) -> ShippingQuote:
    net = order.total - order.tax - sum((line.total.net for line in order.lines), ZERO)
    price = Price(order.currency, net, order.shipping - net, order.shipping)
    return ShippingQuote(order.shipping_code, order.shipping_name, "", price, order.shipping_address is not None)
