"""A checkout costs as many statements in a shop with hundreds of offers as in one with a few."""

from typing import Any, Final

import pytest
from rest_framework.test import APIClient

from forked_apps.offer.models import Condition, ConditionalOffer
from forked_apps.order.models import OrderDiscount
from tests.factories.carts import guest_with
from tests.factories.shop import ADDRESS_JSON, make_country, make_offer, make_product
from tests.performance.test_statements import count_of

pytestmark = pytest.mark.django_db

CAPS: Final[dict[str, Any]] = {"max_global_applications": 9, "max_user_applications": 9, "max_discount": 999}


def check_out(client: APIClient) -> int:
    """Complete the cart as it is; the number of statements."""
    total = client.get("/api/v1/cart/").json()["totals"]["total"]  # the process reads the offers once
    body = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    return count_of(client, "POST", "/api/v1/checkout/", body, status=201)


def offers_out_of_reach(count: int, **caps: Any) -> None:
    """Offers that want more pieces than anybody takes."""
    first = make_offer(5, **caps)
    Condition.objects.filter(pk=first.condition_id).update(value=1000)
    ConditionalOffer.objects.bulk_create(
        ConditionalOffer(
            name=f"Far {number}",
            slug=f"far-{number}",
            condition_id=first.condition_id,
            benefit_id=first.benefit_id,
            **caps,
        )
        for number in range(count - 1)
    )


@pytest.fixture
def guest() -> APIClient:
    make_country("US")
    return guest_with(*[(make_product(), 2) for _ in range(3)])[0]


@pytest.mark.parametrize(("offers", "statements"), [(0, 19), (1, 22), (100, 22), (500, 22)])
def test_checkout_whatever_the_offers(guest: APIClient, offers: int, statements: int) -> None:
    for _ in range(offers):
        make_offer(5)
    assert check_out(guest) == statements


# The use of an offer with a cap is taken behind its lock: at most one statement for each that applies, however many
# the shop has.
@pytest.mark.parametrize("offers", [10, 100, 500])
@pytest.mark.parametrize(("applying", "most"), [(0, 21), (1, 25), (3, 27), (9, 33)])
def test_checkout_whatever_the_capped_offers(guest: APIClient, offers: int, applying: int, most: int) -> None:
    for _ in range(applying):
        make_offer(5, exclusive=False, **CAPS)
    offers_out_of_reach(offers - applying, **CAPS)
    assert check_out(guest) <= most
    assert OrderDiscount.objects.count() == applying
