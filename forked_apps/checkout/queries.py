"""Reading checkouts: what was said so far, priced as the cart is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from forked_apps.address.queries import is_served
from forked_apps.address.validation import PostalAddress
from forked_apps.basket.pricing import price_cart, quotes_for
from forked_apps.basket.queries import cart_by_id, offers_of, rules_of, vouchers_of, with_voucher_problems
from forked_apps.basket.values import Cart, CartRef, PricedCart
from forked_apps.payment.gateways.registry import method_of
from forked_apps.shipping.pricing import ShippingQuote

from .operations import claims_of, destination_of
from .ordered import ordered_cart

# The referrer's own checkout. `version` grows with the checkout and with its cart; a cart that went into another one
# takes its checkout along.
OWN: Final = "c.handle = %s AND (b.owner_id = %s OR (b.owner_id IS NULL AND b.token_hash = %s))"
SESSION: Final = """
    SELECT c.id, c.handle, c.basket_id,
           CASE WHEN c.status = 'open' AND b.status <> 'Open' THEN 'cancelled' ELSE c.status END,
           c.version + b.version, b.owner_id,
           CASE WHEN b.owner_id IS NULL THEN c.email
                ELSE COALESCE((SELECT u.email FROM accounts_user u WHERE u.id = b.owner_id), '') END,
           c.shipping_address::json, c.billing_address::json, c.shipping_method, c.payment_method, c.notes,
           c.held_until, c.order_id, o.handle,
           (SELECT json_object_agg(r.stock_record_id, r.quantity) FROM partner_stockreservation r
            WHERE r.basket_id = b.id)
    FROM checkout_checkoutsession c JOIN basket_basket b ON b.id = c.basket_id
    LEFT JOIN order_order o ON o.id = c.order_id
    WHERE {condition}
"""


@dataclass(frozen=True, slots=True)
class Session:
    """A checkout as it is kept. `email` is that of the order: the guest's, or the account's own.

    `held`: stock record id -> units that its cart holds.
    """

    id: int
    handle: str
    basket_id: int
    status: str
    version: int
    owner_id: int | None
    email: str
    shipping_address: PostalAddress | None
    billing_address: PostalAddress | None
    shipping_method: str
    payment_method: str
    notes: str
    held_until: datetime | None
    order_id: int | None
    order_handle: str | None
    held: Mapping[int, int]

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed and completed."""
        return self.status == "open"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that was right when it was said, at that place of the checkout, and is not any more."""

    code: str
    pointer: str


@dataclass(frozen=True, slots=True)
class PricedCheckout:
    """A checkout with its cart priced for where it goes, the ways of delivery, and what stands against it.

    `missing` names the steps without which it cannot be completed. What has changed of the cart, the cart itself tells.
    """

    session: Session
    priced: PricedCart
    quotes: list[ShippingQuote]
    missing: list[str]
    flaws: list[Flaw]


def find_checkout(handle: str, ref: CartRef) -> Session | None:
    """The referrer's own checkout of that handle; None for everybody else."""
    return _read(OWN, [handle, ref.owner_id, ref.token_hash])


def checkout_by_id(session_id: int) -> Session:
    """A checkout that is known to exist."""
    session = _read("c.id = %s", [session_id])
    assert session is not None
    return session


def _read(condition: str, values: list[Any]) -> Session | None:
    with connection.cursor() as cursor:
        cursor.execute(SESSION.format(condition=condition), values)
        row = cursor.fetchone()
    if row is None:
        return None
    held = {int(pk): units for pk, units in (row[15] or {}).items()}
    addresses = [_address(fields) for fields in row[7:9]]
    return Session(*[*row[:7], *addresses, *row[9:15], held])


def _address(fields: Any) -> PostalAddress | None:
    return None if fields is None else PostalAddress(**fields)


def priced_checkout(session: Session) -> PricedCheckout:
    """The checkout as the shopper sees it. A way of delivery that is gone counts as not chosen.

    A completed one is as it was ordered.
    """
    cart = cart_by_id(session.basket_id)
    ordered = ordered_cart(cart) if session.order_id is not None else None
    if ordered is not None:
        return PricedCheckout(session, ordered, [], [], [])
    destination = destination_of(session.shipping_address, billing=session.billing_address)
    vouchers = vouchers_of(cart, email=session.email)
    offers = offers_of(cart, vouchers, email=session.email)
    rules = rules_of(cart)
    priced = price_cart(
        *(cart, offers),
        vouchers=vouchers,
        rules=rules,
        destination=destination,
        shipping_code=session.shipping_method or None,
    )
    quotes = quotes_for(priced.lines, cart.currency, rules, destination)
    if not session.is_open:
        return PricedCheckout(session, priced, quotes, [], [])
    priced = with_voucher_problems(priced)
    return PricedCheckout(session, priced, quotes, _missing(session, priced, quotes), _flaws(session, quotes))


def _missing(session: Session, priced: PricedCart, quotes: list[ShippingQuote]) -> list[str]:
    steps = {
        "items": bool(priced.cart.lines),
        "email": bool(session.email or session.owner_id),
        "shipping_address": session.shipping_address is not None or not priced.needs_address,
        "billing_address": priced.totals.tax is not None or priced.needs_address,
        "shipping_method": _has_method(session, quotes),
    }
    return [step for step, is_done in steps.items() if not is_done]


def _has_method(session: Session, quotes: list[ShippingQuote]) -> bool:
    """One is taken where none is named."""
    return any(session.shipping_method in {"", quote.code} for quote in quotes)


def _flaws(session: Session, quotes: list[ShippingQuote]) -> list[Flaw]:
    found = []
    if not _has_method(session, quotes):
        found.append(Flaw("shipping_method_unknown", "/shipping_method"))
    if session.payment_method and method_of(session.payment_method) is None:
        found.append(Flaw("payment_method_unknown", "/payment_method"))
    address = session.shipping_address
    if address is not None and not is_served(address.country):
        found.append(Flaw("country_not_served", "/shipping_address/country"))
    return found


def hold_of(session: Session, cart: Cart) -> str:
    """What has become of the stock that its payment session holds: open, changed (with the cart), expired, closed."""
    if not session.is_open:
        return "closed"
    if session.held_until is None or session.held_until <= timezone.now():
        return "expired"
    return "open" if session.held == claims_of(cart) else "changed"
