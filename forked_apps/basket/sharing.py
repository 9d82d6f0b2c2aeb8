"""Carts by link: what a cart held when the link was made, and nothing of whose it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models.functions import Now

from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import transaction
from nexus_shop.core.versions import ensure_version

from .errors import CartEmpty, CartNotFound
from .filling import fill
from .locking import changed, is_known, lock
from .models import SharedCart
from .operations import Wanted
from .previews import Listed
from .queries import cart_by_id
from .values import CartRef, Changed

LIFETIME: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared cart."""

    handle: str
    currency: str
    expires_at: datetime
    lines: tuple[Listed, ...]


@transaction
def share_cart(ref: CartRef, *, version: str | None = None) -> Shared:
    """Make a link to what the open cart holds, good for 30 days. The cart stays as it is.

    Locks the cart. Raises CartEmpty, CartNotFound, StaleVersion.
    """
    basket_id = _lock_unchanged(ref)
    if basket_id is None and ref.token_hash is not None and not is_known(ref.token_hash):
        raise CartNotFound
    cart = cart_by_id(basket_id) if basket_id is not None else None
    if cart is not None:
        ensure_version(version, cart.version)
    if cart is None or not cart.lines:
        raise CartEmpty
    lines = [
        {
            "product_id": line.product_id,
            "quantity": line.quantity,
            "options": {option.code: option.value for option in line.options},
        }
        for line in cart.lines
    ]
    shared = SharedCart.objects.create(currency=cart.currency, lines=lines, expires_at=Now() + LIFETIME)
    shared.refresh_from_db()
    return _shared(shared)


@transaction
def restore_shared_cart(
    handle: str, *, ref: CartRef, token: str, strategy: str = "sum", version: str | None = None
) -> Changed:
    """Put what a shared cart holds into the cart, as far as it can be had; the rest is in the answer's `skipped`.

    Locks the cart. Raises NotFound, CartNotFound, CartOrdered, StaleVersion.
    """
    shared = find_shared_cart(handle)
    cart = lock(ref, token=token, version=version)
    wanted = [Wanted(line.product_id, line.quantity, line.options) for line in shared.lines]
    _, skipped = fill(cart, wanted, strategy=strategy)
    done = changed(cart)
    return Changed(done.basket_id, done.is_new, done.token, skipped=tuple(skipped))


@transaction
def purge_shared_carts(limit: int) -> int:
    """Delete up to `limit` shared carts whose time is over; returns how many."""
    old = SharedCart.objects.filter(expires_at__lt=Now()).select_for_update(skip_locked=True)
    locked = list(old.values_list("pk", flat=True)[:limit])
    SharedCart.objects.filter(pk__in=locked).delete()
    return len(locked)


def find_shared_cart(handle: str) -> Shared:
    """The shared cart of that handle. Raises NotFound, also for one whose time is over."""
    found = SharedCart.objects.filter(handle=handle, expires_at__gt=Now()).first()
    if found is None:
        raise NotFound
    return _shared(found)


def _shared(row: SharedCart) -> Shared:
    return Shared(row.handle, row.currency, row.expires_at, _listed(row.lines))


def _listed(lines: Sequence[dict[str, Any]]) -> tuple[Listed, ...]:
    return tuple(
        Listed(str(place), line["product_id"], line["quantity"], line["options"]) for place, line in enumerate(lines, 1)
    )


def _lock_unchanged(ref: CartRef) -> int | None:
    """Lock the open cart; its version stays, for nothing of it changes."""
    condition, value = (
        ("owner_id = %s", ref.owner_id) if ref.owner_id is not None else ("token_hash = %s", ref.token_hash)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM basket_basket WHERE {condition} AND status = 'Open' FOR UPDATE", [value])
        row = cursor.fetchone()
    return row[0] if row else None
