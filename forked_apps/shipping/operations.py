"""Setting up the ways of delivery. The table is one thing: whoever changes it holds its lock."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.db import connection

from forked_apps.address.models import Country
from nexus_shop.core.errors import ListFull, NameTaken, NotFound, Room
from nexus_shop.core.transactions import require_transaction, transaction
from nexus_shop.core.versions import ensure_current

from .drafts import MethodDraft, check_draft, tidied
from .models import ShippingBand, ShippingMethod
from .queries import draft_of, stored_methods

#: Every cart is held against every method.
MAX_METHODS: Final = 100
#: Of a draft, what has columns of the same name.
COLUMNS: Final = (
    *("name", "description", "kind", "price", "price_per_item", "free_over", "default_weight"),
    *("pickup_address", "is_active"),
)


@transaction
def create_shipping_method(draft: MethodDraft) -> int:
    """Offer another way of delivery; returns its id. Its code is made from the name and stays. Locks the table.

    Raises NameTaken, ShippingMethodRefused, ListFull, and NotFound for a country that is none.
    """
    _lock_table()
    if ShippingMethod.objects.count() >= MAX_METHODS:
        raise ListFull(Room(MAX_METHODS))
    return _write(ShippingMethod(), draft)


@transaction
def change_shipping_method(method_id: int, *, changes: Mapping[str, Any], version: str | None = None) -> int:
    """Change what `changes` names (fields of MethodDraft); returns the id. Locks the table. Orders keep what they had.

    Raises NotFound, StaleVersion, NameTaken, ShippingMethodRefused.
    """
    _lock_table()
    row = _row(method_id)
    draft = draft_of(row)
    ensure_current(version, draft)
    return _write(row, replace(draft, **changes))


@transaction
def delete_shipping_method(method_id: int, *, version: str | None = None) -> None:
    """Take a way of delivery out of the shop; orders keep its name and charge. Locks the table.

    Raises NotFound, StaleVersion.
    """
    _lock_table()
    row = _row(method_id)
    ensure_current(version, draft_of(row))
    row.delete()


def _lock_table() -> None:
    require_transaction("a change of the shipping methods")
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE shipping_shippingmethod IN SHARE ROW EXCLUSIVE MODE")


def _row(method_id: int) -> ShippingMethod:
    row = stored_methods().filter(pk=method_id).first()
    if row is None:
        raise NotFound
    return row


def _write(row: ShippingMethod, draft: MethodDraft) -> int:
    check_draft(draft, currency=settings.OSCAR_DEFAULT_CURRENCY)  # as it came: the pointers are the caller's
    _check_countries(draft.countries)
    draft = tidied(draft)
    if ShippingMethod.objects.filter(name__iexact=draft.name).exclude(pk=row.pk).exists():
        raise NameTaken(pointer="/name")
    for name in COLUMNS:
        setattr(row, name, getattr(draft, name))
    row.postcodes = ",".join(draft.postcodes)
    row.save()
    row.countries.set(draft.countries)
    ShippingBand.objects.filter(method=row).delete()
    ShippingBand.objects.bulk_create(
        ShippingBand(method=row, upper_limit=band.upper_limit, charge=band.charge) for band in draft.bands
    )
    return row.pk


def _check_countries(codes: tuple[str, ...]) -> None:
    known = set(Country.objects.filter(pk__in=codes).values_list("pk", flat=True)) if codes else set()
    for position, code in enumerate(codes):
        if code not in known:
            raise NotFound(pointer=f"/countries/{position}")
