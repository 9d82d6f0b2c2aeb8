"""Changing carts."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from forked_apps.basket.errors import ProductUnavailable, QuantityLimit
from forked_apps.basket.models import Line
from forked_apps.basket.operations import Wanted, add_to_cart, replace_cart_lines, set_line_quantity
from forked_apps.basket.queries import cart_by_id
from forked_apps.basket.values import CartRef
from forked_apps.catalogue.models import Product
from forked_apps.partner.errors import InsufficientStock
from forked_apps.partner.models import StockRecord
from tests.factories.shop import make_product, make_user
from tests.factories.staff import make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def ref() -> CartRef:
    return CartRef(owner_id=make_user().pk)


@pytest.fixture
def pinned(ref: CartRef) -> tuple[Line, StockRecord, StockRecord]:
    """A line of five on a second stock record (ten free), with the first one restocked and sold again."""
    product = make_product(price="10.00", stock=0)
    first = StockRecord.objects.get(product=product)
    second = StockRecord.objects.create(
        product=product,
        partner=make_partner("Second"),
        partner_sku="second",
        price=Decimal("9.00"),
        price_currency="GBP",
        num_in_stock=10,
        num_allocated=0,
    )
    add_to_cart(ref, wanted=Wanted(product.pk, 5), token="")
    StockRecord.objects.filter(pk=first.pk).update(num_in_stock=3)
    return Line.objects.get(), first, second


def test_line_is_checked_and_priced_by_its_own_stock_record(
    ref: CartRef, pinned: tuple[Line, StockRecord, StockRecord]
) -> None:
    line, _, second = pinned
    set_line_quantity(ref, line_handle=line.handle, quantity=10)
    line.refresh_from_db()
    assert (line.quantity, line.stockrecord, line.price_incl_tax) == (10, second, Decimal("9.00"))
    with pytest.raises(InsufficientStock) as refusal:
        set_line_quantity(ref, line_handle=line.handle, quantity=11)
    (shortage,) = refusal.value.details()["shortages"]
    assert (shortage["requested"], shortage["available"]) == (11, 10)
    assert Line.objects.get().quantity == 10


@pytest.mark.parametrize("change", [{"price": None}, {"price_currency": "EUR"}])
def test_line_whose_own_stock_record_sells_no_more(
    ref: CartRef, pinned: tuple[Line, StockRecord, StockRecord], change: dict[str, str | None]
) -> None:
    line, _, second = pinned
    StockRecord.objects.filter(pk=second.pk).update(**change)
    with pytest.raises(ProductUnavailable):
        set_line_quantity(ref, line_handle=line.handle, quantity=2)
    assert Line.objects.get().quantity == 5
    set_line_quantity(ref, line_handle=line.handle, quantity=0)
    assert not Line.objects.exists()


def test_cart_worth_more_than_an_order_can_hold(ref: CartRef) -> None:
    house, mug = make_product(price="20000000.00", stock=1000), make_product(price="10.00")
    add_to_cart(ref, wanted=Wanted(house.pk, 499), token="")
    line = Line.objects.get()
    with pytest.raises(QuantityLimit) as refusal:
        set_line_quantity(ref, line_handle=line.handle, quantity=500)
    assert (refusal.value.pointer, refusal.value.details()) == ("/quantity", {"limit": 9_999_999_999})
    with pytest.raises(QuantityLimit):
        add_to_cart(ref, wanted=Wanted(house.pk, 1), token="")
    with pytest.raises(QuantityLimit) as refusal:
        replace_cart_lines(ref, wanted=[Wanted(mug.pk, 1), Wanted(house.pk, 500, pointer="/items/1")], token="")
    assert refusal.value.pointer == "/items/1/quantity"
    set_line_quantity(ref, line_handle=line.handle, quantity=498)
    assert Line.objects.get().quantity == 498


def test_unit_that_costs_more_with_its_tax_than_an_order_can_hold(ref: CartRef, settings: Settings) -> None:
    settings.PRICES_INCLUDE_TAX = False
    palace = make_product(price="9999999999.99")
    with pytest.raises(QuantityLimit):
        add_to_cart(ref, wanted=Wanted(palace.pk, 1), token="")
    assert not Line.objects.exists()


def test_line_of_a_product_without_a_class_is_shipped_from_stock(ref: CartRef) -> None:
    changed = add_to_cart(ref, wanted=Wanted(make_product().pk, 1), token="")
    Product.objects.update(product_class=None)
    (line,) = cart_by_id(changed.basket_id).lines
    assert (line.tracks_stock, line.requires_shipping) == (True, True)
