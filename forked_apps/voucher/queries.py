"""Vouchers that a customer may use."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower, Now

from forked_apps.offer.models import ConditionalOffer
from nexus_shop.accounts.models import User

from .errors import Want
from .models import Voucher, VoucherApplication


def usable_vouchers(codes: Collection[str], *, user_id: int | None, email: str = "") -> list[Voucher]:
    """Those of the codes that this customer may use now, with their offers; order of codes is kept.

    A customer is a login, or a guest by the e-mail address (in whatever case), which a cart does not know yet.
    """
    wanted = [code.upper() for code in codes]
    usable = _usable(user_id, email).filter(code__in=wanted).prefetch_related("offers")
    found = {voucher.code: voucher for voucher in usable}
    return [found[code] for code in dict.fromkeys(wanted) if code in found]


def wants_of(voucher: Voucher, *, only: Collection[int]) -> list[Want]:
    """What the voucher's offers of these ids want of a cart, as far as their conditions say."""
    offers = voucher.offers.filter(pk__in=only).select_related("condition__range").order_by("-priority", "pk")
    return [_want(offer) for offer in offers]


def _want(offer: ConditionalOffer) -> Want:
    condition = offer.condition
    known = condition.type in {"Count", "Value", "Coverage"} and condition.range is not None
    return Want(
        offer=offer.name,
        type=condition.type.lower() if known else "other",
        range=condition.range.name if known else None,
        required=f"{condition.value.normalize():f}" if known and condition.value is not None else None,
    )


def _usable(user_id: int | None, email: str) -> QuerySet[Voucher]:
    """Active and not used up."""
    addresses = {"guest_address": Lower("order__guest_email"), "login_address": Lower("order__user__email")}
    used = VoucherApplication.objects.filter(voucher=OuterRef("pk")).alias(**addresses)
    free = Q(usage=Voucher.MULTI_USE) | Q(~Exists(used), usage=Voucher.SINGLE_USE)
    free |= Q(~Exists(used.filter(_by(user_id, email))), usage=Voucher.ONCE_PER_CUSTOMER)
    active: QuerySet[Voucher] = Voucher.objects.filter(start_datetime__lte=Now(), end_datetime__gte=Now())
    return active.filter(free)


def _by(user_id: int | None, email: str) -> Q:
    """Uses by the login, or by orders of a login or a guest with the same e-mail address."""
    if user_id is None and not email:
        return Q(pk__in=[])
    address: Any = Lower(Value(email))
    by = Q()
    if user_id is not None:
        address = User.objects.filter(pk=user_id).exclude(email="").values(address=Lower("email"))[:1]
        by |= Q(user_id=user_id)
    return by | Q(guest_address=address) | Q(login_address=address)
