"""Checkout step by step. Every step locks the cart first, as ordering does: rivals for one cart wait for each other.

What a step is told is checked against the shop of now, and again when the order is placed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from forked_apps.address.validation import PostalAddress
from forked_apps.basket.errors import CartEmpty, CartNotFound, ProductFacts, ProductUnavailable
from forked_apps.basket.operations import lock_cart
from forked_apps.basket.queries import cart_by_id, quotes_of
from forked_apps.basket.values import CartRef
from forked_apps.partner.reservations import release_reservation, reserve_stock
from forked_apps.payment.errors import PaymentMethodUnknown
from forked_apps.payment.gateways.base import PaymentMethod
from forked_apps.payment.gateways.registry import available_methods, method_of
from nexus_shop.core.errors import NotFound
from nexus_shop.core.money import Money
from nexus_shop.core.transactions import transaction
from nexus_shop.core.versions import ensure_version

from .errors import CheckoutClosed, ShippingMethodUnknown
from .models import CheckoutSession
from .operations import (
    Details,
    Placed,
    check_line_options,
    claims_of,
    countries_of,
    destination_of,
    order_locked_cart,
    order_of,
)
from .queries import Session, find_checkout

AGE_DAYS: Final = 90
#: What a shopper can say, each by its name.
FIELDS: Final = frozenset(
    {"email", "notes", "shipping_method", "payment_method", "shipping_address", "billing_address"}
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkout, and whether this call has opened it."""

    session_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Payer:
    """Who completes a checkout: the login's e-mail address, and whom unpaid orders are counted for."""

    email: str = ""
    client: str = ""


@transaction
def open_checkout(ref: CartRef) -> Opened:
    """The open checkout of the referrer's open cart, made if there is none.

    Locks the cart. Raises CartEmpty where there is nothing to order, CartNotFound for an unknown token.
    """
    with connection.cursor() as cursor:
        basket_id = _lock_open_cart(cursor, ref)
        cursor.execute(
            "INSERT INTO checkout_checkoutsession AS c (basket_id)"
            " SELECT %s WHERE EXISTS (SELECT 1 FROM basket_line WHERE basket_id = %s)"
            " ON CONFLICT (basket_id) WHERE status = 'open' DO UPDATE SET basket_id = c.basket_id"
            " RETURNING id, xmax = 0",
            [basket_id, basket_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise CartEmpty
    return Opened(*row)


def _lock_open_cart(cursor: Any, ref: CartRef) -> int:
    cursor.execute(
        "SELECT id, status FROM basket_basket"
        " WHERE (owner_id = %s AND status = 'Open') OR (owner_id IS NULL AND token_hash = %s) FOR UPDATE",
        [ref.owner_id, ref.token_hash],
    )
    row = cursor.fetchone()
    if row is None and ref.token_hash is not None:
        raise CartNotFound
    if row is None or row[1] != "Open":
        raise CartEmpty
    return int(row[0])


@transaction
def change_checkout(handle: str, ref: CartRef, *, changes: Mapping[str, Any], version: str | None = None) -> int:
    """Keep what the shopper says: names of `FIELDS`; addresses are PostalAddress or None. Returns the checkout's id.

    A login's e-mail address is the account's, whatever is said. Locks the cart. Raises NotFound, CheckoutClosed,
    StaleVersion, CountryNotServed, AddressIncomplete, InvalidPostcode, ShippingMethodUnknown (for where it goes now),
    PaymentMethodUnknown; then nothing is changed.
    """
    assert set(changes) <= FIELDS
    session = _lock_open(handle, ref, version)
    if session.owner_id is not None and "email" in changes:
        changes = {**changes, "email": ""}
    shipping = changes.get("shipping_address", session.shipping_address)
    billing = changes.get("billing_address", session.billing_address)
    if {"shipping_address", "billing_address"} & set(changes):
        countries_of(changes.get("shipping_address"), billing=changes.get("billing_address"))
    if changes.get("shipping_method"):
        quotes = quotes_of(cart_by_id(session.basket_id), destination_of(shipping, billing=billing))
        if changes["shipping_method"] not in {quote.code for quote in quotes}:
            raise ShippingMethodUnknown(pointer="/shipping_method")
    if changes.get("payment_method"):
        _method(changes["payment_method"])
    _update(session, **{name: asdict(v) if isinstance(v, PostalAddress) else v for name, v in changes.items()})
    return session.id


@transaction
def open_payment_session(
    handle: str, ref: CartRef, *, payment_method: str = "", client: str = "", is_known: bool = False
) -> Opened:
    """Choose the payment method (else the one chosen, else the default) and hold the cart's stock for its time to pay.

    Before there is an order that is TIME_TO_PAY_GATEWAY at most. Opened again it holds what the cart has now, no longer
    than before: only once its time is up it begins anew. `is_known`: there has to be one already. Locks the cart, the
    client's reservations, then stock. Raises NotFound, CheckoutClosed, CartEmpty, PaymentMethodUnknown,
    ProductUnavailable, InvalidOption, InsufficientStock, TooManyReservations.
    """
    session = _lock_open(handle, ref, None)
    if is_known and session.held_until is None:
        raise NotFound
    method = _method(payment_method or session.payment_method)
    cart = cart_by_id(session.basket_id)
    if not cart.lines:
        raise CartEmpty
    gone = [line.product_id for line in cart.lines if line.entered is None or not line.is_sold]
    if gone:
        raise ProductUnavailable(ProductFacts(product_ids=gone))
    check_line_options(cart)
    now = timezone.now()
    held_until = now + min(method.time_to_pay(), timedelta(seconds=settings.TIME_TO_PAY_GATEWAY))
    is_new = session.held_until is None or session.held_until <= now
    if session.held_until is not None and not is_new:
        held_until = min(held_until, session.held_until)
    reserve_stock(session.basket_id, claims_of(cart), client=client, expires_at=held_until)
    _update(session, payment_method=method.code, held_until=held_until)
    return Opened(session.id, is_new)


@transaction
def cancel_checkout(handle: str, ref: CartRef, *, version: str | None = None) -> int:
    """Leave the checkout: its cart stays open, the stock that it holds goes back. Cancelling again changes nothing.

    Locks the cart, then stock. Returns the checkout's id. Raises NotFound, CheckoutClosed once it is completed,
    StaleVersion.
    """
    session = _lock(handle, ref)
    if session.status == CheckoutSession.Status.CANCELLED:
        ensure_version(version, session.version)
        return session.id
    _check_open(session, version)
    release_reservation(session.basket_id)
    _update(session, status=CheckoutSession.Status.CANCELLED)
    return session.id


@transaction
def complete_session(
    handle: str, ref: CartRef, *, payer: Payer, expected_total: Money, version: str | None = None
) -> Placed:
    """Place the order of the checkout, as `complete_checkout` does with its cart. A completed one answers its order.

    Locks and raises as `complete_checkout`, and NotFound, CheckoutClosed.
    """
    session = _lock(handle, ref)
    if session.order_id is not None:
        return Placed(order_of(session.basket_id), is_new=False)
    _check_open(session, version)
    details = Details(
        user_id=session.owner_id,
        email=payer.email if session.owner_id else session.email,
        shipping_address=session.shipping_address,
        billing_address=session.billing_address,
        shipping_method=session.shipping_method or None,
        payment_method=session.payment_method or None,
        notes=session.notes,
        client=payer.client,
    )
    order = order_locked_cart(session.basket_id, details=details, expected_total=expected_total)
    return Placed(order, is_new=True)


@transaction
def purge_old_checkouts(limit: int) -> int:
    """Forget up to `limit` checkouts that nobody has touched for 90 days; returns how many. Their orders stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM checkout_checkoutsession WHERE id IN ("
            " SELECT id FROM checkout_checkoutsession WHERE updated_at < now() - make_interval(days => %s)"
            " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)",
            [AGE_DAYS, limit],
        )
        return int(cursor.rowcount)


def _lock(handle: str, ref: CartRef) -> Session:
    """The referrer's checkout as it is behind its cart's lock. Raises NotFound."""
    seen = find_checkout(handle, ref)
    if seen is None:
        raise NotFound
    lock_cart(seen.basket_id)
    session = find_checkout(handle, ref)  # again: what was read before the lock may be of yesterday
    if session is None:
        raise NotFound
    return session


def _lock_open(handle: str, ref: CartRef, version: str | None) -> Session:
    session = _lock(handle, ref)
    _check_open(session, version)
    return session


def _check_open(session: Session, version: str | None) -> None:
    if not session.is_open:
        raise CheckoutClosed
    ensure_version(version, session.version)


def _update(session: Session, **values: Any) -> None:
    CheckoutSession.objects.filter(pk=session.id).update(**values, version=F("version") + 1, updated_at=Now())


def _method(code: str) -> PaymentMethod:
    method = method_of(code) if code else available_methods()[0]
    if method is None:
        raise PaymentMethodUnknown(pointer="/payment_method")
    return method
