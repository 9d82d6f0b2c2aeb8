"""Vouchers in a cart. They are used up by the order only; in a cart they wait."""

from dataclasses import replace
from typing import Final

from django.db import connection

from forked_apps.offer.explaining import REASONS
from forked_apps.voucher.errors import VoucherFacts, VoucherInvalid, VoucherNotApplicable, WantFacts
from forked_apps.voucher.models import Voucher
from forked_apps.voucher.queries import wants_of
from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import transaction

from .errors import QuantityFacts, QuantityLimit
from .explaining import idle_offers_of
from .locking import changed, lock, lock_existing
from .queries import cart_by_id, estimates, priced
from .values import Cart, CartRef, Changed

MAX_VOUCHERS: Final = 10


@transaction
def add_voucher(ref: CartRef, *, code: str, token: str, version: str | None = None) -> Changed:
    """Put a voucher into the cart by its code, in whatever case; one that is there already stays.

    Locks the cart. Raises VoucherInvalid (unknown, expired, used up, not for this customer: it does not say which),
    VoucherNotApplicable for a valid one that does nothing for this cart, however it is delivered, QuantityLimit,
    CartNotFound, CartOrdered, StaleVersion.
    """
    locked = lock(ref, token=token, version=version)
    cart = cart_by_id(locked.id)
    code = code.upper()
    if code in cart.voucher_codes:
        return changed(locked)
    if len(cart.voucher_codes) >= MAX_VOUCHERS:
        raise QuantityLimit(QuantityFacts(limit=MAX_VOUCHERS), pointer="/code")
    tried = replace(cart, voucher_codes=(*cart.voucher_codes, code))
    seen = priced(tried)
    voucher = next((voucher for voucher in seen.vouchers if voucher.code == code), None)
    if voucher is None:
        raise VoucherInvalid(VoucherFacts(codes=[code]), pointer="/code")
    if voucher not in seen.working_vouchers and not (code in seen.waiting and _works_somehow(voucher, tried)):
        raise VoucherNotApplicable(_why_idle(voucher, tried), pointer="/code")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO basket_basket_vouchers (basket_id, voucher_id) VALUES (%s, %s)", [locked.id, voucher.pk]
        )
    return changed(locked)


@transaction
def remove_voucher(ref: CartRef, *, code: str, version: str | None = None) -> Changed:
    """Take a voucher out, also one that does not count any more.

    Locks the cart. Raises NotFound where it is not in the cart, CartNotFound, StaleVersion.
    """
    locked = lock_existing(ref, version=version)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM basket_basket_vouchers b USING voucher_voucher v"
            " WHERE v.id = b.voucher_id AND b.basket_id = %s AND v.code = %s",
            [locked.id, code.upper()],
        )
        if not cursor.rowcount:
            raise NotFound
    return changed(locked)


def _works_somehow(voucher: Voucher, cart: Cart) -> bool:
    """Whether some way of delivery leaves the voucher something to take."""
    _, by_method = estimates(cart, None)
    return any(voucher in each.working_vouchers for _, each in by_method)


def _why_idle(voucher: Voucher, cart: Cart) -> WantFacts:
    reasons = idle_offers_of(voucher, cart)
    reason = min(reasons.values(), key=REASONS.index, default="used_up")
    return WantFacts(reason, wants_of(voucher, only=[pk for pk, why in reasons.items() if why == "condition"]))
