"""Uses of vouchers."""

from concurrent.futures import ThreadPoolExecutor, wait
from decimal import Decimal

import pytest
from django.db import connection

from forked_apps.order.operations import change_order_status
from forked_apps.voucher.models import Voucher
from forked_apps.voucher.operations import count_vouchers
from forked_apps.voucher.tasks import count_carts_with_vouchers_task
from nexus_shop.core.transactions import owning
from nexus_shop.core.worker import drain
from tests.factories.carts import guest_with
from tests.factories.shop import ADDRESS_JSON, make_country, make_order, make_product, make_voucher


def counters_of(voucher: Voucher) -> tuple[int, Decimal]:
    voucher.refresh_from_db()
    return voucher.num_orders, voucher.total_discount


@pytest.mark.django_db
def test_counters_follow_orders_and_cancellations_however_often_the_event_comes() -> None:
    voucher, other = make_voucher("SAVE"), make_voucher("OTHER")
    first = make_order(make_product(price="10.00"), vouchers=("SAVE",))
    make_order(make_product(price="20.00"), vouchers=("save",))
    drain()
    assert counters_of(voucher) == (2, Decimal("15.00"))
    count_vouchers(first.pk)
    assert counters_of(voucher) == (2, Decimal("15.00"))
    change_order_status(first.pk, status="cancelled")
    count_vouchers(first.pk)
    assert counters_of(voucher) == (1, Decimal("10.00"))
    assert counters_of(other) == (0, Decimal("0.00"))


@pytest.mark.django_db
def test_order_cancelled_before_its_vouchers_were_counted() -> None:
    voucher = make_voucher("SAVE")
    order = make_order(make_product(), vouchers=("SAVE",))
    change_order_status(order.pk, status="cancelled")
    drain()
    assert counters_of(voucher) == (0, Decimal("0.00"))


@pytest.mark.django_db
def test_carts_that_hold_a_voucher_are_counted() -> None:
    make_country("US")
    save, other = make_voucher("SAVE"), make_voucher("OTHER")
    mug = make_product(stock=9)
    guests = [guest_with((mug, 1))[0] for _ in range(3)]
    for guest in guests:
        assert guest.post("/api/v1/cart/vouchers/", {"code": "SAVE"}).status_code == 200

    def counts() -> tuple[int, int]:
        count_carts_with_vouchers_task()
        return (
            Voucher.objects.get(pk=save.pk).num_basket_additions,
            Voucher.objects.get(pk=other.pk).num_basket_additions,
        )

    assert counts() == (3, 0)
    total = guests[0].get("/api/v1/cart/").json()["totals"]["total"]
    body = {"email": "a@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    assert guests[0].post("/api/v1/checkout/", body).status_code == 201
    assert guests[1].delete("/api/v1/cart/vouchers/SAVE/").status_code == 200
    assert counts() == (2, 0)


@pytest.mark.django_db
def test_save_of_what_was_loaded_before_an_order_keeps_its_counters() -> None:
    edited = make_voucher("SAVE")
    make_order(make_product(price="10.00"), vouchers=("SAVE",))
    Voucher.objects.update(num_basket_additions=3)
    drain()
    edited.name = "Half off"
    edited.save()
    assert (edited.num_orders, edited.total_discount, edited.num_basket_additions) == (1, Decimal("5.00"), 3)
    edited.usage = Voucher.SINGLE_USE
    edited.num_orders = 9
    edited.save(update_fields=["usage", "num_orders"])
    stored = Voucher.objects.get()
    assert (stored.name, stored.usage, stored.num_orders) == ("Half off", Voucher.SINGLE_USE, 1)
    assert counters_of(stored) == (1, Decimal("5.00"))


@pytest.mark.usefixtures("own_database")
def test_counting_waits_for_a_cancellation_and_sees_it() -> None:
    voucher = make_voucher("SAVE")
    first = make_order(make_product(price="10.00"), vouchers=("SAVE",))
    second = make_order(make_product(price="20.00"), vouchers=("SAVE",))

    def count() -> None:
        try:
            count_vouchers(second.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with owning():
            change_order_status(first.pk, status="cancelled")
            counted = pool.submit(count)
            assert not wait([counted], timeout=0.5).done
        counted.result()
    assert counters_of(voucher) == (1, Decimal("10.00"))
