"""Periodic work on carts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from forked_apps.basket.models import Basket, Line, SavedLine, SharedCart
from forked_apps.basket.operations import Wanted, add_to_cart, purge_abandoned_carts
from forked_apps.basket.sharing import purge_shared_carts
from forked_apps.basket.tasks import purge_abandoned_carts_task, purge_shared_carts_task
from forked_apps.basket.values import CartRef, hash_of_token
from tests.factories.shop import make_product, make_user


def old_cart(token: str, *, owner_id: int | None = None) -> Basket:
    """A cart that nobody has touched for 91 days, with a line."""
    ref = CartRef(owner_id=owner_id)
    basket: Basket = Basket.objects.get(pk=add_to_cart(ref, wanted=Wanted(make_product().pk, 1), token=token).basket_id)
    long_ago = timezone.now() - timedelta(days=91)
    Basket.objects.filter(pk=basket.pk).update(date_created=long_ago)
    Line.objects.filter(basket=basket).update(date_created=long_ago, date_updated=long_ago)
    return basket


def touch(token: str) -> None:
    add_to_cart(CartRef(token_hash=hash_of_token(token)), wanted=Wanted(make_product().pk, 1), token="")


@pytest.mark.django_db
def test_abandoned_carts_of_guests_go_in_batches() -> None:
    for number in range(3):
        old_cart(f"token-{number}")
    old_cart("touched")
    touch("touched")
    submitted = old_cart("submitted")
    Basket.objects.filter(pk=submitted.pk).update(status="Submitted")
    mine = old_cart("", owner_id=make_user().pk)
    assert [purge_abandoned_carts(2) for _ in range(3)] == [2, 1, 0]
    assert set(Basket.objects.values_list("token_hash", flat=True)) == {
        *(hash_of_token("touched"), hash_of_token("submitted")),
        mine.token_hash,
    }
    assert Line.objects.count() == 4


@pytest.mark.django_db
def test_cart_with_something_saved_lately_stays_and_goes_with_it_later() -> None:
    basket = old_cart("saved")
    saved = SavedLine.objects.create(basket=basket, product=make_product(), reference="1_0", quantity=1)
    assert purge_abandoned_carts(9) == 0
    SavedLine.objects.filter(pk=saved.pk).update(date_updated=timezone.now() - timedelta(days=91))
    assert purge_abandoned_carts(9) == 1
    assert not SavedLine.objects.exists()


@pytest.mark.django_db
def test_shared_carts_go_when_their_time_is_over() -> None:
    now = timezone.now()
    for hours in (-2, -1, 1):
        SharedCart.objects.create(lines=[], expires_at=now + timedelta(hours=hours))
    assert [purge_shared_carts(1) for _ in range(3)] == [1, 1, 0]
    purge_shared_carts_task()
    assert SharedCart.objects.get().expires_at == now + timedelta(hours=1)


@pytest.mark.usefixtures("own_database")
def test_cart_that_is_being_touched_stays_and_keeps_nobody_waiting() -> None:
    touched = old_cart("touched")
    old_cart("abandoned")
    product = make_product()

    def purge() -> None:
        try:
            purge_abandoned_carts_task()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Basket.objects.select_for_update().get(pk=touched.pk)
            purged = pool.submit(purge)
            purged.result(timeout=10)
            Line.objects.filter(basket=touched).update(date_updated=timezone.now(), product=product)
        pool.submit(purge).result(timeout=10)
    assert [basket.pk for basket in Basket.objects.all()] == [touched.pk]
