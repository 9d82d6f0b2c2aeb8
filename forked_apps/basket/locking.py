"""The cart's row, locked and its version raised: the first statement of every change of a cart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import connection

from nexus_shop.core.errors import NotFound
from nexus_shop.core.versions import ensure_version

from .errors import CartNotFound, CartOrdered
from .values import CartRef, Changed, hash_of_token

# Of a row `{basket}`: stock record id -> units that the cart's own payment session holds.
OWN: Final = """
    (SELECT json_object_agg(stock_record_id, quantity) FROM partner_stockreservation WHERE basket_id = {basket}.id)
"""


@dataclass(frozen=True, slots=True)
class Locked:
    """The open cart of the transaction, its row locked, its version raised. `own`: what it holds of stock already."""

    id: int
    currency: str
    is_new: bool
    token: str | None = None
    own: Mapping[int, int] = field(default_factory=dict)


def changed(cart: Locked) -> Changed:
    """What an operation that only changes the cart answers."""
    return Changed(cart.id, cart.is_new, cart.token)


def lock(ref: CartRef, *, token: str, version: str | None = None) -> Locked:
    """Lock the open cart, making it where none is named. One statement.

    Raises CartNotFound, CartOrdered (go on with a reference that only `follows`), StaleVersion; NotFound where the
    reference has a handle and there is no such open cart of the shopper.
    """
    if ref.handle is not None:
        return lock_existing(ref, version=version)
    if ref.owner_id is not None:
        return lock_of_owner(ref.owner_id, version)
    if ref.token_hash is not None:
        return _lock_by_token(ref.token_hash, version)
    cart = _new_guest_cart(token, version)
    if ref.follows is not None:
        _take_saved_lines(cart.id, ref.follows)
    return cart


def lock_existing(ref: CartRef, *, version: str | None) -> Locked:
    """Lock the open cart. Raises NotFound where there is none (any more), CartNotFound, StaleVersion."""
    condition, value = (
        ("owner_id = %s", ref.owner_id) if ref.owner_id is not None else ("token_hash = %s", ref.token_hash)
    )
    found = _raise_version(f"{condition} AND status = 'Open'", value, version, handle=ref.handle)
    if found is None:
        if ref.owner_id is None and ref.token_hash is not None and not is_known(ref.token_hash):
            raise CartNotFound
        raise NotFound
    return found


def lock_or_follow(ref: CartRef, *, token: str, version: str | None) -> Locked:
    """Lock the open cart, or make the one that follows an ordered one; no other is made.

    Raises CartOrdered (as `lock`), NotFound where there is none, CartNotFound, StaleVersion.
    """
    if ref.handle is None and (ref.follows is not None or (ref.owner_id is None and ref.token_hash is not None)):
        return lock(ref, token=token, version=version)
    return lock_existing(ref, version=version)


def _lock_by_token(token_hash: str, version: str | None) -> Locked:
    """The token's open cart. Raises CartOrdered once it has become an order, CartNotFound for an unknown token."""
    found = _raise_version("token_hash = %s AND owner_id IS NULL AND status = 'Open'", token_hash, version)
    if found is None:
        raise CartOrdered if is_known(token_hash) else CartNotFound
    return found


def is_known(token_hash: str) -> bool:
    """Whether a cart, whatever became of it, has the token."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM basket_basket WHERE token_hash = %s", [token_hash])
        return cursor.fetchone() is not None


def _raise_version(condition: str, value: Any, version: str | None, *, handle: str | None = None) -> Locked | None:
    named, values = ("", [value]) if handle is None else (" AND handle = %s", [value, handle])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE basket_basket SET version = version + 1 WHERE {condition}{named} RETURNING id, currency, version,"
            f" {OWN.format(basket='basket_basket')}",
            values,
        )
        row = cursor.fetchone()
    if row is None:
        return None
    ensure_version(version, row[2] - 1)
    return Locked(row[0], row[1], is_new=False, own=units_of(row[3]))


def units_of(found: Mapping[str, int] | None) -> dict[int, int]:
    """What OWN has read."""
    return {int(pk): units for pk, units in (found or {}).items()}


def lock_of_owner(owner_id: int, version: str | None) -> Locked:
    """Two first writes at once: the unique index on a login's open cart makes the second one wait and find it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO basket_basket AS b (owner_id, status, date_created, currency)
            VALUES (%s, 'Open', clock_timestamp(), %s)
            ON CONFLICT (owner_id) WHERE status = 'Open' DO UPDATE SET version = b.version + 1
            RETURNING id, currency, version, xmax = 0, {OWN.format(basket="b")}
            """,
            [owner_id, settings.OSCAR_DEFAULT_CURRENCY],
        )
        pk, currency, new_version, is_new, own = cursor.fetchone()
    ensure_version(version, new_version - 1)
    return Locked(pk, currency, is_new, own=units_of(own))


def _new_guest_cart(token: str, version: str | None) -> Locked:
    ensure_version(version, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO basket_basket (status, date_created, token_hash, currency)"
            " VALUES ('Open', clock_timestamp(), %s, %s) RETURNING id, currency",
            [hash_of_token(token), settings.OSCAR_DEFAULT_CURRENCY],
        )
        pk, currency = cursor.fetchone()
    return Locked(pk, currency, is_new=True, token=token)


def _take_saved_lines(basket_id: int, token_hash: str) -> None:
    """What a guest has saved for later goes with him from the cart that was ordered to the one that follows it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE basket_savedline SET basket_id = %s"
            " WHERE basket_id = (SELECT id FROM basket_basket WHERE token_hash = %s AND status <> 'Open')",
            [basket_id, token_hash],
        )
