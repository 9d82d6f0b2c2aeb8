"""Uses of vouchers."""

from collections.abc import Collection
from typing import Final

from django.db import connection

from nexus_shop.core.transactions import transaction, transaction_required

from .errors import VoucherFacts, VoucherInvalid
from .models import Voucher, VoucherApplication
from .queries import usable_vouchers

# What Oscar's dashboard shows of a voucher, by the orders that hold a use of it.
RECOUNT: Final = """
    UPDATE voucher_voucher v SET
        num_orders = (SELECT count(DISTINCT a.order_id) FROM voucher_voucherapplication a WHERE a.voucher_id = v.id),
        total_discount = (
            SELECT COALESCE(sum(d.amount), 0) FROM order_orderdiscount d
            WHERE d.voucher_id = v.id AND d.order_id IN (
                SELECT a.order_id FROM voucher_voucherapplication a WHERE a.voucher_id = v.id))
    WHERE v.id = ANY(%s)
"""
# How many carts, open and ordered, hold a voucher. One that is being used is counted the next time.
COUNT_CARTS: Final = """
    UPDATE voucher_voucher v SET num_basket_additions = f.carts
    FROM (SELECT w.id, COALESCE(c.carts, 0) AS carts
          FROM voucher_voucher w
          LEFT JOIN (SELECT voucher_id, count(*) AS carts FROM basket_basket_vouchers GROUP BY 1) c
               ON c.voucher_id = w.id
          WHERE w.num_basket_additions <> COALESCE(c.carts, 0)
          ORDER BY w.id FOR NO KEY UPDATE OF w SKIP LOCKED) f
    WHERE v.id = f.id
"""


@transaction_required
def lock_vouchers(codes: Collection[str], *, user_id: int | None, email: str = "") -> list[Voucher]:
    """The vouchers in the order of their codes, fit to be used by this customer; those with a limit stay locked.

    They are locked in primary-key order.

    A guest is the customer of the `email` address. Rivals for a single use wait here and then find it gone.
    Raises VoucherInvalid with every code that does not count.
    """
    wanted = list(dict.fromkeys(code.upper() for code in codes))
    if not wanted:
        return []
    _lock_limited(wanted)
    usable = usable_vouchers(wanted, user_id=user_id, email=email)
    refused = set(wanted) - {voucher.code for voucher in usable}
    if refused:
        raise VoucherInvalid(VoucherFacts(codes=sorted(refused)), pointer="/vouchers")
    return usable


def _lock_limited(codes: Collection[str]) -> None:
    limited = Voucher.objects.filter(code__in=codes).exclude(usage=Voucher.MULTI_USE)
    list(limited.order_by("pk").select_for_update().values_list("pk"))


@transaction_required
def use_vouchers(vouchers: Collection[Voucher], *, order_id: int, user_id: int | None) -> None:
    """Record that an order has used the vouchers. The caller holds `lock_vouchers`."""
    VoucherApplication.objects.bulk_create(
        VoucherApplication(voucher=voucher, order_id=order_id, user_id=user_id) for voucher in vouchers
    )


@transaction_required
def return_vouchers(order_id: int) -> None:
    """Forget that an order has used vouchers: they can be used again. Locks the vouchers, in primary-key order."""
    used = VoucherApplication.objects.filter(order_id=order_id)
    locked = _lock_used(order_id)
    used.delete()
    _recount(locked)


@transaction
def count_vouchers(order_id: int) -> None:
    """Let the counters of the vouchers that an order has used say what the orders say, however often this is called.

    Locks the vouchers, in primary-key order. Called by a subscriber of OrderPlaced.
    """
    _recount(_lock_used(order_id))


@transaction
def count_carts_with_vouchers() -> None:
    """Let each voucher's `num_basket_additions` say how many carts hold it, those that were ordered included.

    Now and then, all in one statement: who puts a code into a cart waits for no one else who does.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT_CARTS)


def _lock_used(order_id: int) -> list[int]:
    used = VoucherApplication.objects.filter(order_id=order_id)
    locked = Voucher.objects.filter(applications__in=used).order_by("pk").select_for_update(of=("self",))
    return list(locked.values_list("pk", flat=True))


def _recount(voucher_ids: list[int]) -> None:
    """Behind the vouchers' locks, in a statement of its own: it sees what rivals have committed before."""
    if not voucher_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, [voucher_ids])
