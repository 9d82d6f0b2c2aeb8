"""Vouchers that a customer may use."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from .models import Voucher, VoucherApplication


def usable_vouchers(codes: Collection[str], *, user_id: int | None) -> list[Voucher]:
    """Those of the codes that this customer may use now, with their offers; order of codes is kept."""
    wanted = [code.upper() for code in codes]
    found = {voucher.code: voucher for voucher in _usable(user_id).filter(code__in=wanted).prefetch_related("offers")}
    return [found[code] for code in dict.fromkeys(wanted) if code in found]


def _usable(user_id: int | None) -> QuerySet[Voucher]:
    """Active and not used up. Once per customer means a customer who has logged in: a guest cannot be recognised."""
    used = VoucherApplication.objects.filter(voucher=OuterRef("pk"))
    free = Q(usage=Voucher.MULTI_USE) | Q(~Exists(used), usage=Voucher.SINGLE_USE)
    if user_id is not None:
        free |= Q(~Exists(used.filter(user_id=user_id)), usage=Voucher.ONCE_PER_CUSTOMER)
    active: QuerySet[Voucher] = Voucher.objects.filter(start_datetime__lte=Now(), end_datetime__gte=Now())
    return active.filter(free)
