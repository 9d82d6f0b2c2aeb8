"""Uses of vouchers."""

from collections.abc import Collection

from nexus_shop.core.transactions import transaction_required

from .errors import VoucherFacts, VoucherInvalid
from .models import Voucher, VoucherApplication
from .queries import usable_vouchers


@transaction_required
def lock_vouchers(codes: Collection[str], *, user_id: int | None) -> list[Voucher]:
    """The vouchers, fit to be used by this customer; those with a limit stay locked, in primary-key order.

    Rivals for a single use wait here and then find it gone. Raises VoucherInvalid with every code that does not count.
    """
    wanted = {code.upper() for code in codes}
    if not wanted:
        return []
    limited = Voucher.objects.filter(code__in=wanted).exclude(usage=Voucher.MULTI_USE)
    list(limited.order_by("pk").select_for_update().values_list("pk"))
    usable = usable_vouchers(sorted(wanted), user_id=user_id)
    refused = wanted - {voucher.code for voucher in usable}
    if refused:
        raise VoucherInvalid(VoucherFacts(codes=sorted(refused)), pointer="/vouchers")
    return usable


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
    list(Voucher.objects.filter(applications__in=used).order_by("pk").select_for_update().values_list("pk"))
    used.delete()
