"""Writing an order: the rows of a priced cart, in a fixed number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

from forked_apps.address.models import Country
from forked_apps.address.validation import PostalAddress
from forked_apps.basket.values import PricedCart, PricedLine
from forked_apps.offer.pricing import Application
from nexus_shop.core.events import publish
from nexus_shop.core.money import ZERO, Price, split_evenly
from nexus_shop.core.transactions import transaction_required

from .events import OrderPlaced
from .lifecycle import PENDING
from .models import (
    BillingAddress,
    Line,
    LineAttribute,
    LinePrice,
    Order,
    OrderDiscount,
    OrderLineDiscount,
    PaymentStatus,
    ShippingAddress,
)
from .numbers import new_order_number

A = TypeVar("A", ShippingAddress, BillingAddress)


@dataclass(frozen=True, slots=True)
class Placement:
    """Who orders, where it goes, how it is paid. `countries` holds the rows of the addresses' countries by code."""

    user_id: int | None
    guest_email: str
    shipping_address: PostalAddress | None
    billing_address: PostalAddress | None
    countries: Mapping[str, Country]
    payment_method: str
    time_to_pay: timedelta
    customer_notes: str = ""
    client: str = ""


@transaction_required
def write_order(priced: PricedCart, placement: Placement) -> Order:
    """Write the order of a priced cart as pending. The caller has locked the cart, compared totals, allocated stock.

    An order that costs nothing is paid. Publishes OrderPlaced. UNIQUE on the order's basket refuses a second order of
    one cart.
    """
    totals, shipping, now = priced.totals, priced.shipping, timezone.now()
    assert shipping is not None
    order = Order(
        number=new_order_number(),
        basket_id=priced.cart.id,
        user_id=placement.user_id,
        guest_email=placement.guest_email,
        site_id=settings.SITE_ID,
        currency=totals.currency,
        total_incl_tax=totals.total,
        total_excl_tax=totals.total - (totals.tax or ZERO),
        shipping_incl_tax=shipping.price.gross or ZERO,
        shipping_excl_tax=shipping.price.net,
        shipping_method=shipping.name,
        shipping_code=shipping.code,
        shipping_address=_address(ShippingAddress, placement.shipping_address, placement.countries),
        billing_address=_address(BillingAddress, placement.billing_address, placement.countries),
        status=settings.OSCAR_INITIAL_ORDER_STATUS,
        payment_status=PaymentStatus.AWAITING if totals.total else PaymentStatus.PAID,
        payment_method=placement.payment_method,
        customer_notes=placement.customer_notes,
        pay_by=now + placement.time_to_pay if totals.total else None,
        client=placement.client,
        date_placed=now,
    )
    order.save(force_insert=True)
    lines = Line.objects.bulk_create(_line(order, line) for line in priced.lines)
    _write_details(order, lines, priced.lines)
    _write_discounts(order, lines, priced)
    publish(OrderPlaced(order_id=order.pk))
    return order


def _address(model: type[A], address: PostalAddress | None, countries: Mapping[str, Country]) -> A | None:
    if address is None:
        return None
    fields = {name: getattr(address, name) for name in ("first_name", "last_name", "line1", "line2", "line3", "line4")}
    fields |= {"state": address.state, "postcode": address.postcode, "country": countries[address.country]}
    fields["title"] = address.title
    if model is ShippingAddress:
        fields |= {"phone_number": address.phone_number, "notes": address.notes}
    row = model(**fields)
    row.save(force_insert=True)
    return row


def _line(order: Order, priced: PricedLine) -> Line:
    line, unit, total = priced.line, priced.unit, priced.total
    assert unit is not None
    assert unit.gross is not None
    assert total is not None
    return Line(
        order=order,
        partner_id=line.partner_id,
        partner_name=line.partner_name,
        partner_sku=line.partner_sku,
        stockrecord_id=line.stock.id,
        product_id=line.product_id,
        title=line.title,
        upc=line.sku,
        quantity=line.quantity,
        line_price_excl_tax=total.net,
        line_price_incl_tax=total.gross,
        line_price_before_discounts_excl_tax=unit.net * line.quantity,
        line_price_before_discounts_incl_tax=unit.gross * line.quantity,
        unit_price_excl_tax=unit.net,
        unit_price_incl_tax=unit.gross,
        status=settings.OSCAR_INITIAL_LINE_STATUS,
        num_allocated=line.quantity if line.tracks_stock else 0,
        units={PENDING: line.quantity},
    )


def _write_details(order: Order, lines: Sequence[Line], priced_lines: Sequence[PricedLine]) -> None:
    """Options, and what each unit of a line costs: Oscar's payment events add these up."""
    pairs = list(zip(lines, priced_lines, strict=True))
    options = [
        LineAttribute(line=line, option_id=option.option_id, type=option.code, value=option.value)
        for line, priced in pairs
        for option in priced.line.options
    ]
    if options:
        LineAttribute.objects.bulk_create(options)
    LinePrice.objects.bulk_create(price for line, priced in pairs for price in _unit_prices(order, line, priced.total))


def _unit_prices(order: Order, line: Line, total: Price | None) -> Iterable[LinePrice]:
    """The line's total shared among its units, to the minor unit: at most three different prices."""
    assert total is not None
    assert total.gross is not None
    larger_gross, gross, larger_grosses = split_evenly(total.gross, line.quantity, order.currency)
    larger_net, net, larger_nets = split_evenly(total.net, line.quantity, order.currency)
    start = 0
    for end in sorted({larger_grosses, larger_nets, line.quantity} - {0}):
        yield LinePrice(
            order=order,
            line=line,
            quantity=end - start,
            price_incl_tax=larger_gross if start < larger_grosses else gross,
            price_excl_tax=larger_net if start < larger_nets else net,
        )
        start = end


def _write_discounts(order: Order, lines: Sequence[Line], priced: PricedCart) -> None:
    applications = priced.applications
    if not applications:
        return
    discounts = OrderDiscount.objects.bulk_create(_discount(order, application) for application in applications)
    shares = [
        OrderLineDiscount(
            line=lines[position],
            order_discount=discount,
            is_incl_tax=True,
            amount=amount,
        )
        for discount, application in zip(discounts, applications, strict=True)
        for position, amount in application.by_line.items()
    ]
    if shares:
        OrderLineDiscount.objects.bulk_create(shares)


def _discount(order: Order, application: Application) -> OrderDiscount:
    offer, voucher = application.offer, application.voucher
    category = OrderDiscount.BASKET
    if application.affects_shipping:
        category = OrderDiscount.SHIPPING
    elif application.message:
        category = OrderDiscount.DEFERRED
    return OrderDiscount(
        order=order,
        category=category,
        offer_id=offer.pk,
        offer_name=offer.name,
        voucher_id=voucher.pk if voucher else None,
        voucher_code=voucher.code if voucher else "",
        frequency=application.frequency,
        amount=application.amount,
        message=application.message,
        is_counted=offer.has_cap,
    )
