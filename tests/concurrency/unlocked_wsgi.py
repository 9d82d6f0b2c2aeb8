"""The shop without its locks: what the tests of this folder must catch, else they prove nothing.

Each guarded statement is replaced by a read and a write with a barrier between them: the first two requests that have
read wait for each other, in whatever process they are, so that the race is certain.
"""

import os
import time
import uuid
from pathlib import Path
from typing import Any, Final

import django
from django.conf import settings
from django.db import connection

django.setup()


from forked_apps.address import operations as address_operations
from forked_apps.address.models import UserAddress
from forked_apps.basket import locking as cart_locking
from forked_apps.basket import merging
from forked_apps.basket import operations as cart_operations
from forked_apps.basket.queries import cart_by_id
from forked_apps.catalogue import categories
from forked_apps.catalogue.products import set_product
from forked_apps.checkout import operations as checkout_operations
from forked_apps.checkout import unpaid
from forked_apps.checkout.errors import TooManyUnpaidOrders, UnpaidFacts
from forked_apps.offer import queries as offer_queries
from forked_apps.offer.errors import OfferFacts, OfferUsedUp
from forked_apps.offer.models import ConditionalOffer
from forked_apps.offer.operations import count_offer_use
from forked_apps.order import operations as order_operations
from forked_apps.order.models import Order
from forked_apps.partner import operations as stock_operations
from forked_apps.partner import product_entries
from forked_apps.payment import operations as payment_operations
from forked_apps.payment.models import Source
from forked_apps.payment.states import may_become
from forked_apps.voucher import operations as voucher_operations
from forked_apps.voucher.queries import usable_vouchers
from nexus_shop.core import limits
from nexus_shop.wsgi import application

PATIENCE: Final = 10.0
MEETING_FOLDER: Final = Path(os.environ["NEXUS_MEETING_FOLDER"])
MEETINGS: Final = os.environ.get("NEXUS_MEETINGS", "").split()

__all__ = ["application"]


def meet(place: str) -> None:
    """Wait until a second request is here; only at those places that the environment names, where it names some."""
    if MEETINGS and place not in MEETINGS:
        return
    folder = MEETING_FOLDER / place
    folder.mkdir(exist_ok=True)
    (folder / uuid.uuid4().hex).touch()
    end = time.monotonic() + PATIENCE
    while len(list(folder.iterdir())) < 2 and time.monotonic() < end:
        time.sleep(0.01)


_move_guarded = stock_operations._move


def _move_unguarded(statement: str, quantities: Any, why: str = "") -> list[int]:
    if statement != stock_operations.ALLOCATE:
        return _move_guarded(statement, quantities, why)
    ids = sorted(quantities)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, num_in_stock - COALESCE(num_allocated, 0) FROM partner_stockrecord WHERE id = ANY(%s)", [ids]
        )
        short = [pk for pk, free in cursor.fetchall() if free < quantities[pk]]
        meet("stock")
        if not short:
            cursor.execute(
                "UPDATE partner_stockrecord s SET num_allocated = COALESCE(s.num_allocated, 0) + w.quantity"
                " FROM unnest(%s::bigint[], %s::int[]) AS w(id, quantity) WHERE s.id = w.id",
                [ids, [quantities[pk] for pk in ids]],
            )
    return short


def _raise_version_unlocked(condition: str, value: Any, version: int | None, *, handle: str | None = None) -> Any:
    del version, handle
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, currency FROM basket_basket WHERE {condition}", [value])
        row = cursor.fetchone()
    return row and cart_locking.Locked(row[0], row[1], is_new=False)


_add_new_lines = cart_operations.write_lines


def _add_after_reading(cart: Any, *, entries: Any) -> None:
    reference, entry = next(iter(entries.items()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, quantity FROM basket_line WHERE basket_id = %s AND line_reference = %s", [cart.id, reference]
        )
        row = cursor.fetchone()
        if row is None:
            _add_new_lines(cart, entries=entries)
            return
        meet("cart")
        cursor.execute("UPDATE basket_line SET quantity = %s WHERE id = %s", [row[1] + entry.quantity, row[0]])


def _both_without_lock(token_hash: str, owner_id: int, version: int | None) -> Any:
    del version
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status FROM basket_basket WHERE token_hash = %s", [token_hash])
        source = merging._Source(*cursor.fetchone())
        cursor.execute("SELECT id, currency FROM basket_basket WHERE owner_id = %s AND status = 'Open'", [owner_id])
        own = cursor.fetchone()
    return source, cart_locking.Locked(own[0], own[1], is_new=False)


def _guests_cart(basket_id: int) -> Any:
    cart = cart_by_id(basket_id)
    meet("merge")
    return cart


_usable_vouchers = usable_vouchers


def _usable_without_lock(*arguments: Any, **options: Any) -> Any:
    usable = _usable_vouchers(*arguments, **options)
    meet("voucher")
    return usable


def _status_without_lock(basket_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM basket_basket WHERE id = %s", [basket_id])
        status = str(cursor.fetchone()[0])
    meet("checkout")
    return status


def _order_without_lock(order_id: int) -> Order:
    order = Order.objects.get(pk=order_id)
    meet("order")
    return order


_take_flags_off = UserAddress._ensure_defaults_integrity


def _take_flags_off_then_meet(row: UserAddress) -> None:
    _take_flags_off(row)
    meet("address")


def _take_after_reading(uses: Any) -> None:
    for pk, (frequency, amount) in sorted(uses.items()):
        offer = ConditionalOffer.objects.get(pk=pk)
        if offer.max_global_applications and offer.num_applications + frequency > offer.max_global_applications:
            raise OfferUsedUp(OfferFacts(offers=[offer.name]))
        meet("offer")
        count_offer_use(pk, frequency=frequency, amount=amount)


_may_become = may_become


def _may_become_after_reading(kind: str, now: str, then: str) -> bool:
    may = _may_become(kind, now, then)
    if then == "captured":
        meet("payment")
    return may


def _sources_without_lock(order: Order) -> Any:
    return list(Source.objects.filter(order=order).select_related("source_type").order_by("pk"))


def _count_after_reading(keys: Any) -> list[limits.State]:
    states = []
    with connection.cursor() as cursor:
        for key, limit in keys.items():
            cursor.execute("SELECT count FROM core_limitcounter WHERE key = %s", [key])
            row = cursor.fetchone()
            used = (row[0] if row else 0) + 1
            if limit.name == "new_cart":
                meet("limit")
            cursor.execute(
                "INSERT INTO core_limitcounter (key, count, resets_at) VALUES (%s, %s, now() + interval '1 hour')"
                " ON CONFLICT (key) DO UPDATE SET count = excluded.count",
                [key, used],
            )
            states.append(limits.State(limit, used, limit.window))
    return states


_take_offers = checkout_operations._take_offers


def _take_offers_after_meeting(priced: Any) -> None:
    if any(application.offer.max_user_applications is not None for application in priced.applications):
        meet("customer")
    _take_offers(priced)


def _count_unpaid_unlocked(client: str, *, basket_id: int | None, is_free: bool) -> unpaid.Standing:
    del basket_id, is_free
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count FROM {unpaid.UNPAID} unpaid", {"client": client})
        (count,) = cursor.fetchone()
    if settings.UNPAID_ORDERS_PER_CLIENT < 100:
        meet("client")
    if count >= settings.UNPAID_ORDERS_PER_CLIENT:
        raise TooManyUnpaidOrders(UnpaidFacts(limit=settings.UNPAID_ORDERS_PER_CLIENT))
    return unpaid.Standing(None, holds_stock=False)


def _no_lock(_: Any) -> None:
    pass


_set_product = set_product
_placed = categories._placed


def _set_product_after_meeting(product_id: int, **options: Any) -> Any:
    meet("product")
    return _set_product(product_id, **options)


def _placed_after_meeting(*arguments: Any, **options: Any) -> Any:
    meet("tree")
    return _placed(*arguments, **options)


for module, name, replacement in (
    (product_entries, "_lock_family", _no_lock),
    (product_entries, "set_product", _set_product_after_meeting),
    (categories, "lock_tree", lambda: None),
    (categories, "_placed", _placed_after_meeting),
    (offer_queries, "_lock", _no_lock),
    (checkout_operations, "_take_offers", _take_offers_after_meeting),
    (checkout_operations, "check_client", _count_unpaid_unlocked),
    (limits, "_count_in_table", _count_after_reading),
    (stock_operations, "_move", _move_unguarded),
    (cart_locking, "_raise_version", _raise_version_unlocked),
    (cart_operations, "write_lines", _add_after_reading),
    (checkout_operations, "lock_cart", _status_without_lock),
    (order_operations, "lock_order", _order_without_lock),
    (address_operations, "_lock", lambda user_id: None),
    (UserAddress, "_ensure_defaults_integrity", _take_flags_off_then_meet),
    (merging, "_lock_both", _both_without_lock),
    (merging, "cart_by_id", _guests_cart),
    (checkout_operations, "take_capped_offers", _take_after_reading),
    (checkout_operations, "_compare", lambda *_: None),
    (payment_operations, "lock_order", lambda order_id: Order.objects.get(pk=order_id)),
    (payment_operations, "lock_sources", _sources_without_lock),
    (payment_operations, "may_become", _may_become_after_reading),
    (voucher_operations, "_lock_limited", lambda codes: None),
    (voucher_operations, "usable_vouchers", _usable_without_lock),
):
    assert hasattr(module, name)
    setattr(module, name, replacement)
