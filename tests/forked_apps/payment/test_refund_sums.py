"""B3: whatever was discounted and taxed, what goes back for all units of an order is what was paid for them."""

import os
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forked_apps.basket.operations import Wanted
from forked_apps.checkout.invariants import violations
from forked_apps.checkout.operations import Details, place_order
from forked_apps.offer.models import ConditionalOffer
from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.payment.models import Source
from nexus_shop.core.money import fits
from nexus_shop.core.worker import drain
from tests.factories.payments import pay
from tests.factories.shop import ADDRESS, make_country, make_offer, make_product, make_user
from tests.peers.loopback import Loopback

EXAMPLES = 200 if os.environ.get("NEXUS_SOAK") else 12
SHIPPING = {"GBP": Decimal("4.95"), "JPY": Decimal(495)}
shops = st.tuples(st.sampled_from(sorted(SHIPPING)), st.booleans(), st.sampled_from(["0", "0.07", "0.20", "0.255"]))
#: Pennies or yen each, and how many.
goods = st.lists(st.tuples(st.integers(1, 50_000), st.integers(1, 7)), min_size=1, max_size=3)


def order_of(rows: list[tuple[int, int]], currency: str, percents: list[int]) -> Order:
    """An order of the goods with these offers on it."""
    digits = 2 if currency == "GBP" else 0
    for percent in percents:
        make_offer(percent, exclusive=False)
    wanted = [
        Wanted(make_product(price=str(Decimal(price).scaleb(-digits)), stock=9).pk, quantity)
        for price, quantity in rows
    ]
    details = Details(user_id=make_user().pk, shipping_address=ADDRESS, payment_method="loopback")
    return place_order(wanted, details=details)


@pytest.mark.usefixtures("own_database")
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shops, goods, st.lists(st.integers(1, 99), max_size=2), st.data())
def test_refunds_of_all_units_are_what_was_paid(
    gateway: Loopback, shop: tuple[str, bool, str], rows: list[tuple[int, int]], percents: list[int], data: Any
) -> None:
    currency, includes_tax, rate = shop
    make_country("US")
    ConditionalOffer.objects.all().delete()
    of_others = gateway.net()  # an example that was given up half-way keeps its charge
    with override_settings(
        OSCAR_DEFAULT_CURRENCY=currency,
        SHIPPING_FLAT_PRICE=SHIPPING[currency],
        PRICES_INCLUDE_TAX=includes_tax,
        OSCAR_OFFERS_INCL_TAX=includes_tax,
        TAX_RATE=Decimal(rate),
    ):
        order = order_of(rows, currency, percents)
        pay(order)
        before = order.total_incl_tax
        while left := {line.pk: line.units["processing"] for line in order.lines.all() if "processing" in line.units}:
            pk = data.draw(st.sampled_from(sorted(left)))
            quantity = data.draw(st.integers(1, left[pk]))
            change_order_status(order.pk, status="cancelled", quantities={pk: quantity})
            drain()
            given_back = refunded(order)
            assert 0 <= given_back <= before
            assert fits(given_back, currency)
        order.refresh_from_db()
        assert (order.status, order.payment_status) == ("cancelled", "refunded")
        assert refunded(order) == before
        assert gateway.net() == of_others
    assert violations() == []


def refunded(order: Order) -> Decimal:
    """What went back."""
    found: Decimal = Source.objects.filter(order=order).aggregate(sum=Sum("amount_refunded"))["sum"]
    return found
