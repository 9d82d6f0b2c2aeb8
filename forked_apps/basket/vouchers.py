"""Vouchers in a cart. They are used up by the order only; in a cart they wait."""

from dataclasses import replace
from typing import Final

from django.db import connection

from forked_apps.voucher.errors import VoucherFacts, VoucherInvalid, VoucherNotApplicable
from forked_apps.voucher.queries import wants_of
from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import transaction

from .errors import QuantityFacts, QuantityLimit
from .locking import changed, lock, lock_existing
from .queries import cart_by_id, priced
from .values import CartRef, Changed, PricedCart

MAX_VOUCHERS: Final = 10


@transaction
def add_voucher(ref: CartRef, *, code: str, token: str, version: int | None = None) -> Changed:
    """Put a voucher into the cart by its code, in whatever case; one that is there already stays.

    Locks the cart. Raises VoucherInvalid (unknown, expired, used up, not for this customer: it does not say which),
    VoucherNotApplicable for a valid one that does nothing for this cart, QuantityLimit, CartNotFound, CartOrdered,
    StaleVersion.
    """
    locked = lock(ref, token=token, version=version)
    cart = cart_by_id(locked.id)
    code = code.upper()
    if code in cart.voucher_codes:
        return changed(locked)
    if len(cart.voucher_codes) >= MAX_VOUCHERS:
        raise QuantityLimit(QuantityFacts(limit=MAX_VOUCHERS), pointer="/code")
    tried = priced(replace(cart, voucher_codes=(*cart.voucher_codes, code)))
    voucher = next((voucher for voucher in tried.vouchers if voucher.code == code), None)
    if voucher is None:
        raise VoucherInvalid(VoucherFacts(codes=[code]), pointer="/code")
    if not _is_at_work(code, tried):
        raise VoucherNotApplicable(wants_of(voucher), pointer="/code")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO basket_basket_vouchers (basket_id, voucher_id) VALUES (%s, %s)", [locked.id, voucher.pk]
        )
    return changed(locked)


@transaction
def remove_voucher(ref: CartRef, *, code: str, version: int | None = None) -> Changed:
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


def _is_at_work(code: str, cart: PricedCart) -> bool:
    return any(each.voucher is not None and each.voucher.code == code for each in cart.applications)
