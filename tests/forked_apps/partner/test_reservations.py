"""What payment sessions hold: taken with a guard, claimed or given back once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from forked_apps.catalogue.models import Product
from forked_apps.partner.errors import InsufficientStock, TooManyReservations
from forked_apps.partner.inventory import ALLOCATED_IS_WHAT_IS_CLAIMED
from forked_apps.partner.models import StockRecord, StockReservation
from forked_apps.partner.operations import release_stock
from forked_apps.partner.reservations import (
    claim_reservation,
    release_expired_reservations,
    release_reservation,
    reserve_stock,
)
from forked_apps.partner.tasks import release_expired_reservations_task
from tests.factories.shop import make_order, make_product, stock_of

pytestmark = pytest.mark.django_db


def pk_of(product: Product) -> int:
    return StockRecord.objects.get(product=product).pk


def reserve(basket_id: int, *, client: str = "user:1", minutes: int = 15, **units: int) -> None:
    """Reserve `sku=units` in a transaction."""
    quantities = {StockRecord.objects.get(product__upc=sku).pk: count for sku, count in units.items()}
    with transaction.atomic():
        reserve_stock(basket_id, quantities, client=client, expires_at=timezone.now() + timedelta(minutes=minutes))


def unclaimed() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(ALLOCATED_IS_WHAT_IS_CLAIMED)
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def goods() -> list[Product]:
    return [make_product(sku=sku, stock=5) for sku in ("MUG", "CUP")]


def test_reserved_stock_is_promised_and_a_new_reservation_takes_the_place_of_the_old(goods: list[Product]) -> None:
    reserve(1, MUG=2)
    reserve(1, MUG=1, CUP=5)
    assert [stock_of(product) for product in goods] == [(5, 1), (5, 5)]
    assert sorted(StockReservation.objects.values_list("quantity", flat=True)) == [1, 5]
    assert unclaimed() == []


def test_refused_reservation_changes_nothing(goods: list[Product]) -> None:
    reserve(1, MUG=2)
    make_order(goods[1], quantity=4)
    with pytest.raises(InsufficientStock) as refusal:
        reserve(1, MUG=6, CUP=2)
    assert [(s["sku"], s["requested"], s["available"]) for s in refusal.value.details()["shortages"]] == [
        ("MUG", 6, 5),
        ("CUP", 2, 1),
    ]
    assert [stock_of(product) for product in goods] == [(5, 2), (5, 4)]
    assert StockReservation.objects.count() == 1
    assert unclaimed() == []


def test_released_once(goods: list[Product]) -> None:
    reserve(1, MUG=2, CUP=1)
    reserve(2, MUG=3)
    with transaction.atomic():
        assert release_reservation(1) == {pk_of(goods[0]): 2, pk_of(goods[1]): 1}
        assert release_reservation(1) == {}
    assert [stock_of(product) for product in goods] == [(5, 3), (5, 0)]
    assert unclaimed() == []


def test_claimed_reservation_stays_promised(goods: list[Product]) -> None:
    reserve(1, MUG=2)
    with transaction.atomic():
        held = claim_reservation(1)
        assert held == {pk_of(goods[0]): 2}
        assert (claim_reservation(1), release_reservation(1)) == ({}, {})
        assert stock_of(goods[0]) == (5, 2)
        release_stock(held)
    assert unclaimed() == []


def test_time_is_up_once(goods: list[Product]) -> None:
    reserve(1, MUG=2, minutes=-1)
    reserve(2, MUG=1, CUP=1, minutes=-2)
    reserve(3, CUP=2)
    assert release_expired_reservations(2) == 2
    release_expired_reservations_task()
    release_expired_reservations_task()
    assert [stock_of(product) for product in goods] == [(5, 0), (5, 2)]
    assert list(StockReservation.objects.values_list("basket_id", flat=True)) == [3]
    assert unclaimed() == []


@pytest.mark.usefixtures("goods")
def test_a_client_holds_stock_for_so_many_carts(settings: Settings) -> None:
    settings.UNPAID_ORDERS_PER_CLIENT = 2
    reserve(1, MUG=1, minutes=-1)
    for basket_id in (2, 3, 3):
        reserve(basket_id, MUG=1)
    with pytest.raises(TooManyReservations) as refusal:
        reserve(4, MUG=1)
    assert refusal.value.details() == {"limit": 2}
    reserve(4, MUG=1, client="user:2")
    reserve(5, MUG=1, client="")
    assert sorted(StockReservation.objects.values_list("basket_id", flat=True)) == [1, 2, 3, 4, 5]
    assert unclaimed() == []


def test_database_refuses_what_cannot_be(goods: list[Product]) -> None:
    reserve(1, MUG=1)
    row = StockReservation.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        StockReservation.objects.update(quantity=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockReservation.objects.create(
            stock_record=row.stock_record, basket_id=1, quantity=1, expires_at=row.expires_at
        )
    assert stock_of(goods[0]) == (5, 1)
