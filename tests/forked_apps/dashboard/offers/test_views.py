"""Offers in the dashboard."""

import pytest

from forked_apps.order.operations import change_order_status
from nexus_shop.core.worker import drain
from tests.factories.shop import make_offer, make_order, make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


def test_uses_of_an_offer_are_those_that_it_counts() -> None:
    offer = make_offer(10)
    kept, cancelled = make_order(make_product()), make_order(make_product())
    change_order_status(cancelled.pk, status="cancelled")
    drain()
    offer.refresh_from_db()
    browser, page = browser_of(make_member("Admin")), f"/dashboard/offers/{offer.pk}/"

    shown = browser.get(page)
    table = browser.get(f"{page}?format=csv")

    assert offer.num_orders == 1
    assert [use.order_id for use in shown.context["order_discounts"]] == [kept.pk]
    assert (shown.status_code, cancelled.number in shown.content.decode()) == (200, False)
    assert [line.split(",")[0] for line in table.content.decode().splitlines()[1:]] == [kept.number]
