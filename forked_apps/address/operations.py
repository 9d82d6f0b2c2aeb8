"""Changing address books. Every change locks the customer's row first: rivals for one book wait for each other."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from django.db import connection

from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import transaction
from nexus_shop.core.versions import ensure_current

from .errors import AddressKnown, AddressLimit, CountryFacts, CountryNotServed, KnownFacts, LimitFacts
from .models import Country, UserAddress
from .queries import address_of
from .validation import PostalAddress, check_address

MAX_ADDRESSES: Final = 50
FIELDS: Final = tuple(name for name in PostalAddress.__slots__ if name != "country")


@transaction
def add_address(
    user_id: int,
    *,
    address: PostalAddress,
    is_default_for_shipping: bool = False,
    is_default_for_billing: bool = False,
) -> str:
    """Put an address into the customer's book; returns its handle. A default takes the place of the one before.

    Locks the customer. Raises AddressLimit, AddressKnown where the book has it, CountryNotServed for a country that
    there is not, AddressIncomplete, InvalidPostcode.
    """
    _lock(user_id)
    if UserAddress.objects.filter(user_id=user_id).count() >= MAX_ADDRESSES:
        raise AddressLimit(LimitFacts(limit=MAX_ADDRESSES))
    flags = {"is_default_for_shipping": is_default_for_shipping, "is_default_for_billing": is_default_for_billing}
    return _write(UserAddress(user_id=user_id), asdict(address) | flags)


@transaction
def change_address(user_id: int, *, handle: str, changes: Mapping[str, str | bool], version: str | None = None) -> str:
    """Change fields of an address of the customer's book, by PostalAddress's names, and its two default flags.

    What is not named stays. Locks the customer. Raises NotFound, StaleVersion, and as `add_address`; then nothing is
    changed.
    """
    _lock(user_id)
    return _write(_own(user_id, handle, version), changes)


@transaction
def delete_address(user_id: int, *, handle: str, version: str | None = None) -> None:
    """Take an address out of the customer's book; orders keep copies. Locks the customer.

    Raises NotFound, StaleVersion.
    """
    _lock(user_id)
    _own(user_id, handle, version).delete()


def _lock(user_id: int) -> None:
    """The first statement of every change. Rows that only point to the customer may be written meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR NO KEY UPDATE", [user_id])


def _own(user_id: int, handle: str, version: str | None) -> UserAddress:
    found: UserAddress | None = UserAddress.objects.filter(user_id=user_id, handle=handle).first()
    if found is None:
        raise NotFound
    if version is not None:
        ensure_current(version, address_of(user_id, handle))
    return found


def _write(row: UserAddress, values: Mapping[str, Any]) -> str:
    code = str(values.get("country", row.country_id))
    country = Country.objects.filter(pk=code).first()
    if country is None:
        raise CountryNotServed(CountryFacts(country=code), pointer="/country")
    for name, value in values.items():
        setattr(row, name, country if name == "country" else value)
    check_address(PostalAddress(country=code, **{name: str(getattr(row, name) or "") for name in FIELDS}), pointer="")
    known = UserAddress.objects.filter(user_id=row.user_id, hash=row.generate_hash()).exclude(pk=row.pk)
    twin = known.values_list("handle", flat=True).first()
    if twin is not None:
        raise AddressKnown(KnownFacts(id=twin))
    row.save()  # Oscar's: keeps hash and search text, and takes the flags off the other addresses
    return row.handle
