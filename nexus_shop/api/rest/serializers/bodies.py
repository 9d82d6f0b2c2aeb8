"""Bodies of answers: values of the domain in the API's shapes, products joined from their documents."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from forked_apps.address.validation import PostalAddress, address_problems
from forked_apps.basket.saving import Saved
from forked_apps.basket.sharing import Shared
from forked_apps.basket.values import PricedCart, PricedLine, Problem
from forked_apps.order.lifecycle import ENDED
from forked_apps.order.queries import OrderLine, OrderRow, Payment
from forked_apps.payment.gateways.registry import available_methods
from forked_apps.payment.queries import next_action_of
from forked_apps.search.queries import cards
from forked_apps.shipping.pricing import ShippingQuote
from nexus_shop.core.languages import active_language
from nexus_shop.core.money import Money

CART_URL: Final = "/api/v1/cart/"
LINE_FIELDS = ("id", "url", "slug", "title", "sku", "image", "attributes")


def cart_body(priced: PricedCart) -> dict[str, Any]:
    """A cart, without its token."""
    cart = priced.cart
    documents = _documents(line.product_id for line in cart.lines)
    currency = cart.currency
    return {
        "id": cart.handle,
        "token": None,
        "version": cart.version,
        "currency": currency,
        "items": [_cart_item(line, documents, currency) for line in priced.lines],
        "vouchers": [{"code": voucher.code, "name": voucher.name} for voucher in priced.vouchers],
        "offers": [
            {
                "name": application.offer.name,
                "description": application.offer.description,
                "amount": Money(application.amount, currency).as_json(),
                "voucher": application.voucher.code if application.voucher else None,
            }
            for application in priced.applications
        ],
        "totals": priced.totals.as_json(),
        "notes": cart.notes,
        "problems": cart_problems(priced),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "item": problem.line, "detail": problem.detail}


def _resolution(problem: Problem) -> dict[str, Any]:
    """A voucher is taken out by its code: why it does not count may hang on what only the checkout has been told."""
    code = problem.detail.get("voucher", "")
    if code.strip("."):  # dots alone are no step of a path
        return {"method": "DELETE", "url": f"{CART_URL}vouchers/{quote(code, safe='')}/", "body": {}}
    return {"method": "PATCH", "url": CART_URL, "body": {"accept": [problem.code]}}


def saved_body(lines: Sequence[Saved], priced: PricedCart) -> dict[str, Any]:
    """What is saved for later, priced as the cart would be."""
    documents = _documents(line.product_id for line in lines)
    return {
        "items": [
            {
                "id": line.handle,
                "product": _product(documents, line.product_id, title=seen.line.title, sku=seen.line.sku),
                "quantity": line.quantity,
                "unit_price": seen.unit.as_json() if seen.unit else None,
                "options": [option.as_json() for option in seen.line.options],
                "saved_at": line.saved_at,
            }
            for line, seen in zip(lines, priced.lines, strict=True)
        ],
        "problems": [_problem(each) for each in priced.problems],
    }


def shared_body(shared: Shared, priced: PricedCart) -> dict[str, Any]:
    """A shared cart: its lines at the prices of now."""
    documents = _documents(line.product_id for line in shared.lines)
    return {
        "id": shared.handle,
        "expires_at": shared.expires_at,
        "currency": shared.currency,
        "items": [_cart_item(line, documents, shared.currency) for line in priced.lines],
        "totals": priced.totals.as_json(),
        "problems": [_problem(each) for each in priced.problems],
    }


def cart_problems(priced: PricedCart) -> list[dict[str, Any]]:
    """What has changed since it was put into the cart, each with the request that accepts it."""
    return [_problem(each) | {"resolve": _resolution(each)} for each in priced.problems]


def _documents(product_ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    ids = {pk for pk in product_ids if pk is not None}
    return cards(ids, language=active_language()) if ids else {}


def _product(
    documents: Mapping[int, dict[str, Any]], product_id: int | None, *, title: str, sku: str | None
) -> dict[str, Any]:
    """The product block of a line; what an order says of it stands above what the catalogue says now. A product that
    the catalogue does not show has no address.
    """
    card = documents.get(product_id or 0)
    if card is None:
        nothing: dict[str, Any] = {"url": None, "slug": None, "image": None, "attributes": []}
        return {"id": product_id, "title": title, "sku": sku} | nothing
    hidden = {} if card["is_public"] else {"url": None, "slug": None}
    return {name: card[name] for name in LINE_FIELDS} | {"title": title, "sku": sku} | hidden


def _cart_item(priced: PricedLine, documents: Mapping[int, dict[str, Any]], currency: str) -> dict[str, Any]:
    line = priced.line
    return {
        "id": line.handle,
        "product": _product(documents, line.product_id or None, title=line.title, sku=line.sku),
        "quantity": line.quantity,
        "unit_price": priced.unit.as_json() if priced.unit else None,
        "total": priced.total.as_json() if priced.total else None,
        "discount": Money(priced.discount, currency).as_json(),
        "options": [option.as_json() for option in line.options],
    }


def quote_body(quote: ShippingQuote) -> dict[str, Any]:
    """A way of delivery with its price."""
    return {
        "code": quote.code,
        "name": quote.name,
        "description": quote.description,
        "price": quote.price.as_json(),
        "needs_address": quote.needs_address,
        "pickup_address": quote.pickup_address,
    }


def order_bodies(orders: Iterable[OrderRow]) -> list[dict[str, Any]]:
    """Orders, their products joined in one statement for all."""
    rows = list(orders)
    documents = _documents(line.product_id for order in rows for line in order.lines)
    return [_order_body(order, documents) for order in rows]


def _order_body(order: OrderRow, documents: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    currency = order.currency
    return {
        "id": order.handle,
        "number": order.number,
        "status": order.status,
        "payment_status": order.payment_status,
        "placed_at": order.placed_at,
        "version": order.version,
        "currency": currency,
        "email": order.email,
        "items": [_order_item(line, documents, currency) for line in order.lines],
        "totals": order_totals(order),
        "cancelled_total": Money(order.cancelled_total, currency).as_json(),
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "shipping_method": {"code": order.shipping_code, "name": order.shipping_name},
        "notes": order.customer_notes,
        "cancel_reason": order.cancel_reason or None,
        "payments": [_payment(payment, order) for payment in order.payments],
        "next_action": next_action_body(order),
        "problems": _address_problems(order),
    }


def order_totals(order: OrderRow) -> dict[str, dict[str, str]]:
    """The totals of an order: money each."""
    amounts = {
        "items": order.items,
        "discount": order.discount,
        "shipping": order.shipping,
        "tax": order.tax,
        "total": order.total,
    }
    return {name: Money(amount, order.currency).as_json() for name, amount in amounts.items()}


def _order_item(line: OrderLine, documents: Mapping[int, dict[str, Any]], currency: str) -> dict[str, Any]:
    return {
        "id": line.handle,
        "product": _product(documents, line.product_id, title=line.title, sku=line.sku),
        "quantity": line.quantity,
        "unit_price": line.unit.as_json(),
        "total": line.total.as_json(),
        "discount": Money(line.discount, currency).as_json(),
        "options": line.options,
        "status": line.status,
        "units": line.units,
    }


def _payment(payment: Payment, order: OrderRow) -> dict[str, Any]:
    status, amount = payment_state(payment, order)
    return {
        "id": payment.handle,
        "method": payment.method,
        "status": status,
        "amount": amount.as_json(),
        "paid": Money(payment.debited, order.currency).as_json(),
        "refunded": Money(payment.refunded, order.currency).as_json(),
    }


def payment_state(payment: Payment, order: OrderRow) -> tuple[str, Money]:
    """How a payment stands, and its amount: what is still to come by it; else what came; else what was to come.

    The words are those of a charge, as that says itself while it has not ended, and `awaiting`.
    """
    is_unpaid = order.payment_status in {"awaiting", "authorised"} and order.status not in ENDED
    if is_unpaid and order.due and payment.debited < payment.allocated:
        live = payment.live or {"status": "awaiting", "amount": order.due}
        status, amount = live["status"], Decimal(live["amount"])
    elif payment.debited or (order.payment_status == "paid" and not payment.allocated):
        status, amount = "captured", payment.debited
    else:
        status, amount = "voided", payment.allocated
    return status, Money(amount, order.currency)


def next_action_body(order: OrderRow) -> dict[str, Any] | None:
    """What is to be done next about an order."""
    live = next((payment.live for payment in order.payments if payment.live), None)
    action = next_action_of(order.payment_method, order.payment_status, order.status, live=live)
    due = order.due
    if action is None or not due:
        return None
    codes = [method.code for method in available_methods()]
    return {
        "type": action.type,
        "amount": Money(due, order.currency).as_json(),
        "methods": [order.payment_method] if live else sorted(codes, key=lambda code: code != order.payment_method),
        "url": action.url,
        "data": dict(action.data),
    }


def _address_problems(order: OrderRow) -> list[dict[str, str]]:
    addresses = {"/shipping_address": order.shipping_address, "/billing_address": order.billing_address}
    return [
        {"code": code, "pointer": f"{pointer}/postcode"}
        for pointer, address in addresses.items()
        if address is not None
        for code in address_problems(PostalAddress(**address))
    ]
