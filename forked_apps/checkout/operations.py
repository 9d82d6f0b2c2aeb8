"""Placing orders: the only place where basket, order, stock and payment meet.

One transaction: lock the cart, price it anew, compare with what the shopper confirmed, take vouchers, offers and
stock, write the order, close the cart. No gateway is called: the order awaits its payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from forked_apps.address.errors import CountryFacts, CountryNotServed
from forked_apps.address.models import Country
from forked_apps.address.validation import PostalAddress, check_address
from forked_apps.basket.errors import CartEmpty, InvalidOption, ProductFacts, ProductUnavailable
from forked_apps.basket.limits import Held, check_total
from forked_apps.basket.models import line_reference
from forked_apps.basket.operations import Wanted, checked_article, lock_cart, submit_cart
from forked_apps.basket.options import check_options
from forked_apps.basket.pricing import price_cart
from forked_apps.basket.queries import cart_by_id, offers_of, rules_of
from forked_apps.basket.values import Cart, CartLine, PricedCart, extra_of
from forked_apps.offer.errors import LostOfferFacts, OfferUsedUp
from forked_apps.offer.operations import take_capped_offers
from forked_apps.order.errors import TotalChanged, TotalFacts
from forked_apps.order.lifecycle import PROCESSING
from forked_apps.order.models import Order
from forked_apps.order.operations import move_order
from forked_apps.order.placement import Placement, write_order
from forked_apps.partner.operations import Quantities, allocate_stock
from forked_apps.partner.queries import Article, articles
from forked_apps.partner.reservations import exchange_reservation
from forked_apps.payment.errors import PaymentMethodUnknown
from forked_apps.payment.gateways.registry import available_methods, method_of
from forked_apps.payment.operations import open_source
from forked_apps.voucher.errors import LostVoucherFacts, VoucherInvalid
from forked_apps.voucher.models import Voucher
from forked_apps.voucher.operations import lock_vouchers, use_vouchers
from nexus_shop.core.handles import new_handle
from nexus_shop.core.money import ZERO, Money
from nexus_shop.core.rules import rules_token
from nexus_shop.core.transactions import transaction, transaction_required
from nexus_shop.core.versions import ensure_version
from nexus_shop.markets.taxes import Destination

from .errors import (
    BillingAddressRequired,
    CurrencyMismatch,
    EmailRequired,
    ShippingAddressRequired,
    ShippingMethodUnknown,
)
from .models import CheckoutSession
from .unpaid import Standing, check_client


@dataclass(frozen=True, slots=True)
class Details:
    """What a shopper says at checkout. `user_id` None is a guest, who needs an e-mail address.

    `email` is the login's own for one: offers count its uses with those of a guest of that address.
    `shipping_method` None is the cheapest that brings the goods (nothing is collected unasked while any does),
    `payment_method` None the default one. `client` is whom unpaid orders are counted for; nobody's are not limited.
    """

    user_id: int | None
    email: str = ""
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    shipping_method: str | None = None
    payment_method: str | None = None
    vouchers: tuple[str, ...] = ()
    notes: str = ""
    client: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """An order, and whether this call has placed it (else it was there already)."""

    order: Order
    is_new: bool


@transaction
def complete_checkout(
    basket_id: int,
    *,
    details: Details,
    expected_total: Money,
    expected_shipping: Money | None = None,
    version: str | None = None,
) -> Placed:
    """Turn a cart into an order awaiting payment. Whoever has confirmed the charge for delivery too names it.

    Locks the cart, then vouchers, the customer (where an offer has a limit for each), the client, capped offers and
    stock. Completing an ordered cart returns its order; its open checkout is completed with it, and stock that it
    holds becomes the order's. Raises CartEmpty, TotalChanged (with the new totals), CurrencyMismatch,
    InsufficientStock (every short line), ProductUnavailable, InvalidOption, QuantityLimit, OfferUsedUp, VoucherInvalid,
    TooManyUnpaidOrders, StaleVersion, and the rules on address, shipping and payment method; then nothing is changed.
    Publishes OrderPlaced.
    """
    if lock_cart(basket_id) != "Open":
        return Placed(order_of(basket_id), is_new=False)
    order = order_locked_cart(
        basket_id,
        details=details,
        expected_total=expected_total,
        expected_shipping=expected_shipping,
        version=version,
    )
    return Placed(order, is_new=True)


@transaction_required
def order_locked_cart(
    basket_id: int,
    *,
    details: Details,
    expected_total: Money,
    expected_shipping: Money | None = None,
    version: str | None = None,
) -> Order:
    """`complete_checkout` inside the transaction of a caller who has locked the open cart."""
    cart = cart_by_id(basket_id)
    ensure_version(version, cart.version)
    if not cart.lines:
        raise CartEmpty
    order, standing = _place(cart, details, expected_total=expected_total, expected_shipping=expected_shipping)
    submit_cart(basket_id)
    if standing.session_id is not None:
        CheckoutSession.objects.filter(pk=standing.session_id).update(
            status=CheckoutSession.Status.COMPLETED, order=order, version=F("version") + 1, updated_at=Now()
        )
    return order


@transaction
def place_order(wanted: Sequence[Wanted], *, details: Details) -> Order:
    """Order products without a cart, by the cheapest shipping and the default payment method of `Details`.

    Nothing is captured until the shopper confirms the total of the order's next action. Locks vouchers, the customer,
    capped offers and stock as `complete_checkout`; raises as it, without comparing totals. Publishes OrderPlaced.
    """
    order, _ = _place(_cart_of(wanted, details.user_id), details, expected_total=None)
    return order


def order_of(basket_id: int) -> Order:
    """The order of a cart that is not open any more. Raises CartEmpty where it has none."""
    order: Order | None = Order.objects.filter(basket_id=basket_id).first()
    if order is None:  # a cart that was merged into another
        raise CartEmpty
    return order


def _cart_of(wanted: Sequence[Wanted], user_id: int | None) -> Cart:
    """The products as the lines of a cart that is never written, equal ones (product and options) as one."""
    currency = settings.OSCAR_DEFAULT_CURRENCY
    found = articles([item.product_id for item in wanted], currency=currency)
    held = Held()
    lines: dict[str, CartLine] = {}
    for item in wanted:
        line = _line_of(checked_article(item, found=found), item)
        held.take(line.stock, item.quantity, extra=extra_of(line.options), pointer=f"{item.pointer}/quantity")
        options = [(option.code, option.value) for option in line.options]
        reference = line_reference(line.product_id, line.stock.id, options)
        if reference in lines:
            line = replace(line, quantity=lines[reference].quantity + item.quantity)
        lines[reference] = line
    return Cart(currency=currency, owner_id=user_id, rules_token=rules_token(), lines=tuple(lines.values()))


def _line_of(article: Article, item: Wanted) -> CartLine:
    assert article.stock is not None
    assert article.partner_id is not None
    return CartLine(
        handle=new_handle(),
        product_id=article.product_id,
        title=article.title,
        sku=article.sku,
        is_sold=True,
        is_discountable=article.is_discountable,
        tracks_stock=article.tracks_stock,
        requires_shipping=article.requires_shipping,
        product_class=article.product_class,
        stock=article.stock,
        partner_id=article.partner_id,
        partner_name=article.partner_name,
        partner_sku=article.partner_sku,
        quantity=item.quantity,
        options=check_options(article.options, item.options, pointer=f"{item.pointer}/options"),
    )


def _place(
    cart: Cart, details: Details, *, expected_total: Money | None, expected_shipping: Money | None = None
) -> tuple[Order, Standing]:
    method = method_of(details.payment_method) if details.payment_method else available_methods()[0]
    if method is None:
        raise PaymentMethodUnknown(pointer="/payment_method")
    priced = _priced(cart, details)
    countries = _checked_addresses(details, priced)
    if expected_total is not None:
        _compare(priced, expected_total, expected_shipping)
    standing = check_client(details.client, basket_id=cart.id, is_free=not priced.totals.total)
    try:
        _take_offers(priced)
    except OfferUsedUp as refused:  # what the rivals have left is read anew
        totals = _priced(cart, details).totals.as_json()
        raise OfferUsedUp(LostOfferFacts(refused.facts.offers, totals)) from refused
    if standing.holds_stock and cart.id is not None:
        exchange_reservation(cart.id, claims_of(cart))
    else:
        allocate_stock(claims_of(cart))
    order = write_order(
        priced,
        Placement(
            user_id=details.user_id,
            guest_email="" if details.user_id is not None else details.email,
            shipping_address=details.shipping_address,
            billing_address=details.billing_address or details.shipping_address,
            countries=countries,
            payment_method=method.code,
            time_to_pay=method.time_to_pay(),
            client=details.client,
            customer_notes=details.notes or cart.notes,
        ),
    )
    use_vouchers(priced.working_vouchers, order_id=order.pk, user_id=details.user_id)
    open_source(order, method=method)
    if not order.total_incl_tax:  # nothing to wait for
        move_order(order, status=PROCESSING)
    return order, standing


def _priced(cart: Cart, details: Details) -> PricedCart:
    """The cart at the prices of now, with its vouchers and those named at checkout, which stay locked."""
    if details.user_id is None and not details.email:
        raise EmailRequired(pointer="/email")
    vouchers = _locked_vouchers(cart, details)
    destination = destination_of(details.shipping_address, billing=details.billing_address)
    priced = price_cart(
        cart,
        offers_of(cart, vouchers, email=details.email, for_order=True),
        vouchers=vouchers,
        rules=rules_of(cart),
        destination=destination,
        shipping_code=details.shipping_method,
    )
    if priced.totals.tax is None and not priced.needs_address:
        raise BillingAddressRequired(pointer="/billing_address")
    if priced.totals.tax is None:
        raise ShippingAddressRequired(pointer="/shipping_address")
    withdrawn = [line.line.product_id for line in priced.lines if line.unit is None or not line.line.is_sold]
    if withdrawn:
        raise ProductUnavailable(ProductFacts(product_ids=withdrawn))
    check_line_options(cart)
    check_total(priced.totals.items + (priced.totals.shipping or ZERO))
    return priced


def check_line_options(cart: Cart) -> None:
    """Raise InvalidOption where what the shopper said of a line does not fit its product any more."""
    misfit = next((line.misfit for line in cart.lines if line.misfit is not None), None)
    if misfit is not None:
        raise InvalidOption(misfit)


def _locked_vouchers(cart: Cart, details: Details) -> list[Voucher]:
    """The vouchers. Where only those of the cart do not count any more, the error says what it costs without them."""
    codes = [*cart.voucher_codes, *details.vouchers]
    try:
        return lock_vouchers(codes, user_id=details.user_id, email=details.email)
    except VoucherInvalid as refused:
        gone = set(refused.facts.codes)
        if gone & {code.upper() for code in details.vouchers}:
            raise
        rest = replace(cart, voucher_codes=tuple(code for code in cart.voucher_codes if code not in gone))
        totals = _priced(rest, details).totals.as_json()
        raise VoucherInvalid(LostVoucherFacts(refused.facts.codes, totals)) from refused


def destination_of(shipping: PostalAddress | None, *, billing: PostalAddress | None) -> Destination | None:
    """Where an order goes to; until that is known, and where nothing is shipped, the bill says what tax is owed."""
    address = shipping or billing
    if address is None:
        return None
    return Destination(address.country, address.state, address.postcode, is_of_bill=shipping is None)


def _checked_addresses(details: Details, priced: PricedCart) -> dict[str, Country]:
    """The countries of the addresses, by code. Goods go only where a method brings them; a bill goes anywhere."""
    is_nowhere = priced.shipping is None or (details.shipping_method is not None and not priced.is_served)
    if not is_nowhere and priced.needs_address and details.shipping_address is None:
        raise ShippingAddressRequired(pointer="/shipping_address")
    countries = countries_of(details.shipping_address, billing=details.billing_address)
    if is_nowhere or not priced.is_served:
        raise ShippingMethodUnknown(pointer="/shipping_method")
    return countries


def countries_of(shipping: PostalAddress | None, *, billing: PostalAddress | None) -> dict[str, Country]:
    """The countries of the addresses, by code. Raises CountryNotServed, AddressIncomplete, InvalidPostcode."""
    given = {"shipping_address": shipping, "billing_address": billing}
    addresses = {name: address for name, address in given.items() if address is not None}
    countries: dict[str, Country] = Country.objects.in_bulk({address.country for address in addresses.values()})
    for name, address in addresses.items():
        country = countries.get(address.country)
        if country is None or (name == "shipping_address" and not country.is_shipping_country):
            raise CountryNotServed(CountryFacts(country=address.country), pointer=f"/{name}/country")
        check_address(address, pointer=f"/{name}")
    return countries


def _compare(priced: PricedCart, expected: Money, expected_shipping: Money | None) -> None:
    if expected.currency != priced.totals.currency:
        raise CurrencyMismatch(pointer="/expected_total/currency")
    charge = priced.totals.shipping or ZERO
    shipping = expected_shipping or Money(charge, priced.totals.currency)
    if shipping.currency != priced.totals.currency:
        raise CurrencyMismatch(pointer="/shipping_charge/currency")
    if expected.amount != priced.totals.total or shipping.amount != charge:
        raise TotalChanged(TotalFacts(totals=priced.totals.as_json()))


def _take_offers(priced: PricedCart) -> None:
    take_capped_offers(
        {
            application.offer.pk: (application.frequency, application.amount)
            for application in priced.applications
            if application.offer.has_cap
        }
    )


def claims_of(cart: Cart) -> Quantities:
    """What a cart takes of which stock record. Two lines of one (by options) are one claim on it."""
    claims: dict[int, int] = {}
    for line in cart.lines:
        if line.tracks_stock:
            claims[line.stock.id] = claims.get(line.stock.id, 0) + line.quantity
    return claims
