"""Offers whose range, condition or benefit is a class of the shop's own."""

import pytest
from oscar.apps.offer.custom import create_benefit, create_condition, create_range
from rest_framework.test import APIClient

from forked_apps.offer.models import Benefit, Condition, ConditionalOffer
from tests.factories.carts import guest_with
from tests.factories.shop import make_offer, make_product

from .own_rules import Chosen, PennyOff, TwoKinds

pytestmark = pytest.mark.django_db
CART = "/api/v1/cart/"


def discounts(client: APIClient) -> list[str]:
    return [item["discount"]["amount"] for item in client.get(CART).json()["items"]]


def reasons(client: APIClient) -> list[str]:
    return [offer["reason"] for offer in client.get(f"{CART}explain/").json()["offers"]]


def test_range_of_its_own_class_says_itself_what_it_contains() -> None:
    mug, cup = make_product("Mug", price="10.00"), make_product("Cup", price="10.00")
    chosen = create_range(Chosen)
    Chosen.ids = {cup.pk}
    ConditionalOffer.objects.create(
        name="Chosen",
        condition=Condition.objects.create(range=chosen, type="Count", value=1),
        benefit=Benefit.objects.create(range=chosen, type="Percentage", value=50),
    )
    guest, _ = guest_with((mug, 1))
    assert (discounts(guest), reasons(guest)) == (["0.00"], ["condition"])
    guest.post(f"{CART}items/", {"product_id": cup.pk})
    assert (discounts(guest), reasons(guest)) == (["0.00", "5.00"], ["applied"])


def test_condition_and_benefit_of_their_own_classes() -> None:
    mug, cup = make_product("Mug", price="10.00"), make_product("Cup", price="10.00")
    offer = make_offer(10)
    offer.condition, offer.benefit = create_condition(TwoKinds), create_benefit(PennyOff)
    offer.save()
    guest, _ = guest_with((mug, 2))
    assert (discounts(guest), reasons(guest)) == (["0.00"], ["condition"])
    guest.post(f"{CART}items/", {"product_id": cup.pk})
    assert (discounts(guest), reasons(guest)) == (["0.01", "0.01"], ["applied"])
