"""Why a cart costs what it costs: which offer, voucher, tax and way of delivery applies, and what is missing."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from forked_apps.offer.explaining import Explanation, explain_offers
from forked_apps.shipping.pricing import Method, Verdict, methods_for, verdict
from nexus_shop.markets.taxes import Destination

from .pricing import offer_lines, parcel_of, price_cart
from .queries import offers_of, rules_of, vouchers_of
from .values import Cart, PricedCart

MAX_OFFERS: Final = 100
_ORDER: Final = ("applied", "condition", "taken", "nothing_to_discount", "customer_limit", "used_up")


@dataclass(frozen=True, slots=True)
class TaxExplanation:
    """The rate of a line, or of the delivery where `item` is None. `rule` is the row of the table; None: no row."""

    item: str | None
    rate: Decimal | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class CartExplanation:
    """A priced cart with the reasons. `refused_vouchers` are codes in the cart that do not count any more."""

    priced: PricedCart
    offers: tuple[Explanation, ...]
    refused_vouchers: tuple[str, ...]
    taxes: tuple[TaxExplanation, ...]
    shipping: tuple[tuple[Method, Verdict], ...]


def explain_cart(cart: Cart, *, destination: Destination | None = None) -> CartExplanation:
    """The reasons for a cart's prices now; offers that are nearest to apply first, at most MAX_OFFERS of them."""
    vouchers = vouchers_of(cart)
    offers = offers_of(cart, vouchers, every=True)
    rules = rules_of(cart)
    priced = price_cart(cart, offers, vouchers=vouchers, rules=rules, destination=destination)
    assert priced is not None
    applied = {application.offer.pk: application for application in priced.applications}
    fresh = offer_lines(cart, rules, destination)
    explained = explain_offers(fresh, offers, applied, currency=cart.currency, owner=cart.owner_id or "guest")
    parcel = parcel_of(priced.lines, cart.currency, rules)
    taxed = [(line.handle, line.product_class) for line in cart.lines] + [(None, "")]
    usable = {voucher.code for voucher in vouchers}
    return CartExplanation(
        priced=priced,
        offers=tuple(sorted(explained, key=lambda each: _ORDER.index(each.reason))[:MAX_OFFERS]),
        refused_vouchers=tuple(code for code in cart.voucher_codes if code not in usable),
        taxes=tuple(
            TaxExplanation(item, rules.taxes.rate(kind, destination), rules.taxes.name(kind, destination))
            for item, kind in taxed
        ),
        shipping=tuple((m, verdict(m, parcel, destination)) for m in methods_for(rules.methods, parcel)),
    )
