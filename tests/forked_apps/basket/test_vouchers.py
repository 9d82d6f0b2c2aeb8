"""Vouchers in a cart: what adding one costs."""

from typing import Any

import pytest

from forked_apps.basket import queries
from forked_apps.basket.operations import Wanted, add_to_cart
from forked_apps.basket.pricing import price_cart
from forked_apps.basket.values import CartRef
from forked_apps.basket.vouchers import add_voucher
from forked_apps.offer.models import Benefit
from forked_apps.shipping.models import ShippingMethod
from forked_apps.voucher.errors import VoucherInvalid
from tests.factories.shop import make_product, make_user, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def ref() -> CartRef:
    """A cart in a shop with three ways of delivery, the cheapest for nothing."""
    for price in (0, 3, 4):
        ShippingMethod.objects.create(name=f"Post {price}", price=price)
    ref = CartRef(owner_id=make_user().pk)
    add_to_cart(ref, wanted=Wanted(make_product().pk, 1), token="")
    return ref


@pytest.fixture
def pricings(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """By which way of delivery the cart was priced, each time."""
    ways: list[str | None] = []

    def noted(*args: Any, **facts: Any) -> Any:
        ways.append(facts.get("shipping_code"))
        return price_cart(*args, **facts)

    monkeypatch.setattr(queries, "price_cart", noted)
    return ways


def test_wrong_code_is_priced_once(ref: CartRef, pricings: list[str | None]) -> None:
    with pytest.raises(VoucherInvalid):
        add_voucher(ref, code="WRONG", token="")
    assert pricings == [None]


def test_voucher_that_works_is_priced_once(ref: CartRef, pricings: list[str | None]) -> None:
    make_voucher("SAVE")
    add_voucher(ref, code="SAVE", token="")
    assert pricings == [None]


def test_voucher_that_waits_is_tried_by_each_way_of_delivery(ref: CartRef, pricings: list[str | None]) -> None:
    offer = make_voucher("SHIP").offers.get()
    Benefit.objects.filter(pk=offer.benefit_id).update(type="Shipping percentage", range=None)
    offer.save()
    add_voucher(ref, code="SHIP", token="")
    assert pricings == [None, None, "post-0", "post-3", "post-4"]
