"""Sets of vouchers are written by a handful of statements, however many vouchers they have."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from oscar.apps.voucher.utils import generate_code

from forked_apps.offer.models import ConditionalOffer
from forked_apps.voucher.models import Voucher, VoucherSet
from nexus_shop.core.transactions import transaction, transaction_required

LETTERS: Final = 32  # that Oscar makes codes of
GUESSES: Final = 1_000_000  # it takes so many, on average, to hit a code of a set
LONGEST: Final = 100  # with a dash after each four it fits the column
BATCH: Final = 1000


def shortest_code(count: int) -> int:
    """How many characters the codes of so many vouchers have at least."""
    length = 1
    while LETTERS**length < count * GUESSES:
        length += 1
    return length


def name_in(name: str, *, place: int) -> str:
    """The name of the voucher at a place of the set, from 1."""
    return f"{name} - {place}"


@transaction
def save_set(voucher_set: VoucherSet, *, usage: str, offers: Sequence[ConditionalOffer]) -> VoucherSet:
    """Write a set, give its vouchers its name, times, usage and offers, and make those that it lacks.

    Locks a stored set, then its vouchers in primary-key order. No voucher is deleted: a set that has more than its
    count keeps them, and counts them.
    """
    if voucher_set.pk is not None:
        list(VoucherSet.objects.select_for_update().filter(pk=voucher_set.pk).values_list("pk"))
    voucher_set.save()
    shared = {
        "usage": usage,
        "start_datetime": voucher_set.start_datetime,
        "end_datetime": voucher_set.end_datetime,
    }
    locked = Voucher.objects.select_for_update(of=("self",)).filter(voucher_set=voucher_set).order_by("pk")
    known = sorted(locked, key=lambda voucher: (voucher.date_created, voucher.pk))
    voucher_set.vouchers.update(**shared)
    had = _name(voucher_set, known)
    codes = _unused_codes(voucher_set.count - had, voucher_set.code_length)
    Voucher.objects.bulk_create(
        [
            Voucher(name=name_in(voucher_set.name, place=place), code=code, voucher_set=voucher_set, **shared)
            for place, code in enumerate(codes, start=had + 1)
        ],
        batch_size=BATCH,
    )
    _set_offers(voucher_set, offers)
    voucher_set.update_count()
    return voucher_set


@transaction_required
def _name(voucher_set: VoucherSet, vouchers: list[Voucher]) -> int:
    """Number the vouchers; returns how many they are. A name is unique: each goes out of the others' way first."""
    renamed = []
    for place, voucher in enumerate(vouchers, start=1):
        name = name_in(voucher_set.name, place=place)
        if voucher.name != name:
            voucher.name = name
            renamed.append(voucher)
    aside = Concat(Value("~"), Cast("pk", CharField()), output_field=CharField())
    Voucher.objects.filter(pk__in=[voucher.pk for voucher in renamed]).update(name=aside)
    Voucher.objects.bulk_update(renamed, ["name"], batch_size=BATCH)
    return len(vouchers)


def _unused_codes(count: int, length: int) -> set[str]:
    """As many codes as are asked for, that no voucher has; the length leaves room for them."""
    codes: set[str] = set()
    while len(codes) < count:
        fresh = {generate_code(length) for _ in range(count - len(codes))}
        codes |= fresh.difference(Voucher.objects.filter(code__in=fresh).values_list("code", flat=True))
    return codes


@transaction_required
def _set_offers(voucher_set: VoucherSet, offers: Sequence[ConditionalOffer]) -> None:
    links: Any = Voucher.offers.through.objects
    links.filter(voucher__voucher_set=voucher_set).exclude(conditionaloffer__in=offers).delete()
    links.bulk_create(
        [
            Voucher.offers.through(voucher_id=pk, conditionaloffer_id=offer.pk)
            for pk in voucher_set.vouchers.values_list("pk", flat=True)
            for offer in offers
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
