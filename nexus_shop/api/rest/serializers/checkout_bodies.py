"""Bodies of checkouts: values of the domain in the API's shapes."""

from dataclasses import asdict
from typing import Any

from forked_apps.address.validation import PostalAddress
from forked_apps.checkout.queries import Flaw, PricedCheckout, hold_of
from nexus_shop.core.money import Money

from .bodies import cart_body, quote_body


def checkout_body(checkout: PricedCheckout) -> dict[str, Any]:
    """A checkout with its cart."""
    session, priced = checkout.session, checkout.priced
    cart = cart_body(priced)
    return {
        "id": session.handle,
        "status": session.status,
        "version": session.version,
        "email": session.email,
        "shipping_address": _address(session.shipping_address),
        "billing_address": _address(session.billing_address),
        "shipping_method": session.shipping_method or None,
        "payment_method": session.payment_method or None,
        "notes": session.notes,
        "cart": cart,
        "totals": cart["totals"],
        "shipping_methods": [quote_body(quote) for quote in checkout.quotes],
        "missing": checkout.missing,
        "problems": _problems(cart, checkout.flaws),
        "order": session.order_handle,
    }


def _address(address: PostalAddress | None) -> dict[str, str] | None:
    """In the API's fields: Mr and Mrs are oscarapi's alone."""
    return None if address is None else {name: text for name, text in asdict(address).items() if name != "title"}


def _problems(cart: dict[str, Any], flaws: list[Flaw]) -> list[dict[str, Any]]:
    """Those of the cart, and those of what the checkout was told."""
    of_cart = [{name: problem[name] for name in ("code", "item", "detail")} for problem in cart["problems"]]
    return [{**problem, "pointer": None} for problem in of_cart] + [
        {"code": flaw.code, "item": None, "detail": {}, "pointer": flaw.pointer} for flaw in flaws
    ]


def payment_session_body(checkout: PricedCheckout) -> dict[str, Any]:
    """The payment session of a checkout that has one."""
    session, totals = checkout.session, checkout.priced.totals
    return {
        "checkout": session.handle,
        "status": hold_of(session, checkout.priced.cart),
        "payment_method": session.payment_method,
        "amount": Money(totals.total, totals.currency).as_json(),
        "expires_at": session.held_until,
    }
