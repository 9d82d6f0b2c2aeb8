"""Uses of offers."""

from concurrent.futures import ThreadPoolExecutor, wait
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from forked_apps.offer.errors import OfferUsedUp
from forked_apps.offer.models import ConditionalOffer
from forked_apps.offer.operations import take_capped_offers
from forked_apps.order.operations import change_order_status
from nexus_shop.core.transactions import owning
from nexus_shop.core.worker import drain
from tests.factories.shop import make_offer, make_order, make_product, make_user


def counters_of(offer: ConditionalOffer) -> tuple[int, int, Decimal]:
    offer.refresh_from_db()
    return offer.num_applications, offer.num_orders, offer.total_discount


@pytest.mark.django_db
def test_cap_set_before_the_relay_runs_leaves_the_use_counted() -> None:
    offer = make_offer(10)
    first = make_order(make_product(price="10.00"))
    ConditionalOffer.objects.update(max_global_applications=5)
    drain()
    assert counters_of(offer) == (1, 1, Decimal("1.00"))
    make_order(make_product(price="10.00"))
    change_order_status(first.pk, status="cancelled")
    assert counters_of(offer) == (1, 1, Decimal("1.00"))


@pytest.mark.django_db
def test_cap_taken_away_before_the_use_is_counted_leaves_it_counted() -> None:
    offer = make_offer(10)
    take_capped_offers({offer.pk: (1, Decimal("1.00"))})
    assert counters_of(offer) == (1, 1, Decimal("1.00"))


@pytest.mark.django_db
def test_budget_that_is_overdrawn_lets_nothing_pass() -> None:
    """As where staff have lowered it below what orders have taken."""
    offer = make_offer(10, max_discount=Decimal(5), total_discount=Decimal(6))
    assert not offer.has_room(1, Decimal(0))
    with pytest.raises(OfferUsedUp):
        take_capped_offers({offer.pk: (1, Decimal(0))})
    assert counters_of(offer) == (0, 0, Decimal("6.00"))


@pytest.mark.django_db
@pytest.mark.parametrize("write", [ConditionalOffer.save, ConditionalOffer.suspend])
def test_saved_offer_keeps_the_counters_of_orders_in_between(write: object) -> None:
    offer = make_offer(10, max_global_applications=5)
    make_order(make_product(price="10.00"))
    offer.priority = 7
    assert callable(write)
    write(offer)
    assert counters_of(offer) == (1, 1, Decimal("1.00"))
    assert offer.priority == 7


@pytest.mark.django_db
def test_saved_offer_is_judged_by_the_counters_of_now() -> None:
    offer = make_offer(10, max_global_applications=1)
    order = make_order(make_product())
    offer.save()
    assert offer.status == "Consumed"
    change_order_status(order.pk, status="cancelled")
    offer.save()
    assert offer.status == "Open"


@pytest.mark.usefixtures("own_database")
def test_saving_waits_for_an_order_that_counts() -> None:
    offer, mug, user = make_offer(10, max_global_applications=1), make_product(price="10.00"), make_user()

    def save() -> str:
        try:
            ConditionalOffer.objects.get(pk=offer.pk).save()
            return str(ConditionalOffer.objects.get(pk=offer.pk).status)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with owning():
            make_order(mug, user=user)
            saved = pool.submit(save)
            assert not wait([saved], timeout=0.5).done
        assert saved.result() == "Consumed"
    assert counters_of(offer) == (1, 1, Decimal("1.00"))


@pytest.mark.django_db
def test_offer_made_with_counters_keeps_them() -> None:
    assert counters_of(make_offer(10, num_applications=3)) == (3, 0, Decimal("0.00"))


@pytest.mark.django_db
@pytest.mark.parametrize("caps", [{"max_global_applications": 1}, {"max_discount": Decimal("1.00")}])
def test_consumed_offer_is_open_again_when_its_use_is_returned(caps: dict[str, Any]) -> None:
    offer = make_offer(10, **caps)
    order = make_order(make_product(price="10.00"))
    offer.save()
    assert make_order(make_product(price="10.00")).total_incl_tax == Decimal("14.95")
    change_order_status(order.pk, status="cancelled")
    offer.refresh_from_db()
    assert offer.status == "Open"
    assert make_order(make_product(price="10.00")).total_incl_tax == Decimal("13.95")


@pytest.mark.django_db
def test_suspended_offer_stays_so_when_its_use_is_returned() -> None:
    offer = make_offer(10, max_global_applications=1)
    order = make_order(make_product(price="10.00"))
    offer.suspend()
    change_order_status(order.pk, status="cancelled")
    offer.refresh_from_db()
    assert (offer.status, offer.num_applications) == ("Suspended", 0)


@pytest.mark.django_db
def test_oscars_own_record_of_a_use_adds_to_what_is_stored() -> None:
    offer = make_offer(10, max_global_applications=9)
    make_order(make_product(price="10.00"))
    offer.record_usage({"freq": 2, "discount": Decimal("3.00")})
    assert (offer.num_applications, offer.num_orders, offer.total_discount) == (3, 2, Decimal("4.00"))
