"""Why a cart costs what it costs: which offer, voucher, tax and way of delivery applies, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from forked_apps.offer.explaining import REASONS, Explanation, explain_offers
from forked_apps.offer.models import ConditionalOffer
from forked_apps.offer.pricing import OfferLine
from forked_apps.shipping.pricing import Method, Verdict, methods_for, verdict
from forked_apps.voucher.models import Voucher
from nexus_shop.markets.taxes import Destination

from .pricing import offer_lines, parcel_of, price_cart
from .queries import offers_of, rules_of, vouchers_of
from .values import Cart, PricedCart

MAX_OFFERS: Final = 100


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
    explained = _explained(priced, offers, offer_lines(cart, rules, destination))
    parcel = parcel_of(priced.lines, cart.currency, rules)
    taxed = [(line.handle, line.product_class) for line in cart.lines] + [(None, "")]
    usable = {voucher.code for voucher in vouchers}
    return CartExplanation(
        priced=priced,
        offers=tuple(sorted(explained, key=lambda each: REASONS.index(each.reason))[:MAX_OFFERS]),
        refused_vouchers=tuple(code for code in cart.voucher_codes if code not in usable),
        taxes=tuple(
            TaxExplanation(item, rules.taxes.rate(kind, destination), rules.taxes.name(kind, destination))
            for item, kind in taxed
        ),
        shipping=tuple((m, verdict(m, parcel, destination)) for m in methods_for(rules.methods, parcel)),
    )


def idle_offers_of(voucher: Voucher, cart: Cart) -> dict[int, str]:
    """Why each of the voucher's offers does nothing for a cart that holds its code: offer id -> one of REASONS.

    An offer that another code has put to work is `taken`.
    """
    offers, rules = offers_of(cart, vouchers_of(cart), every=True), rules_of(cart)
    priced = price_cart(cart, offers, rules=rules)
    explained = _explained(priced, offers, offer_lines(cart, rules, None))
    reasons = {each.offer.pk: "taken" if each.application else each.reason for each in explained}
    closed = "used_up" if cart.lines else "condition"
    return {offer.pk: reasons.get(offer.pk, closed) for offer in voucher.offers.all()}


def _explained(priced: PricedCart, offers: Sequence[ConditionalOffer], fresh: Sequence[OfferLine]) -> list[Explanation]:
    """Of `fresh` lines no offer has used a unit."""
    applied = {application.offer.pk: application for application in priced.applications}
    currency, owner = priced.cart.currency, priced.cart.owner_id or "guest"
    return explain_offers(fresh, offers, applied, is_shipping_idle=bool(priced.idle), currency=currency, owner=owner)
