"""Stock and prices."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from forked_apps.catalogue.models import Product
from forked_apps.partner.errors import InsufficientStock, StockBelowAllocation
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.operations import adjust_stock, allocate_stock, change_price, consume_stock, release_stock
from forked_apps.partner.selection import Stock, choose_stock
from forked_apps.partner.strategy import Selector
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import OutboxEvent
from tests.factories.shop import make_parent, make_product, stock_of

pytestmark = pytest.mark.django_db


def record_of(product: Product) -> StockRecord:
    return StockRecord.objects.get(product=product)


def test_allocation_is_all_or_nothing_and_names_every_shortage() -> None:
    mug, cup, jug = (make_product(name, stock=stock, sku=name) for name, stock in (("Mug", 5), ("Cup", 1), ("Jug", 0)))
    with pytest.raises(InsufficientStock) as refusal, transaction.atomic():
        allocate_stock({record_of(product).pk: 2 for product in (mug, cup, jug)})
    assert [(s["sku"], s["requested"], s["available"]) for s in refusal.value.details()["shortages"]] == [
        ("Cup", 2, 1),
        ("Jug", 2, 0),
    ]
    assert [stock_of(product) for product in (mug, cup, jug)] == [(5, 0), (1, 0), (0, 0)]


def test_allocate_consume_release() -> None:
    mug, cup = make_product("Mug", stock=5), make_product("Cup", stock=5)
    ids = {record_of(mug).pk: 3, record_of(cup).pk: 2}
    with transaction.atomic():
        allocate_stock(ids)
        consume_stock({record_of(mug).pk: 1})
        release_stock({record_of(cup).pk: 2})
    assert (stock_of(mug), stock_of(cup)) == ((4, 2), (5, 0))


@pytest.mark.parametrize("operation", [consume_stock, release_stock])
def test_more_than_was_promised_is_a_bug_of_the_caller(operation: object) -> None:
    mug = make_product("Mug", stock=5)
    with pytest.raises(RuntimeError, match="fewer units allocated"), transaction.atomic():
        operation({record_of(mug).pk: 1})  # type: ignore[operator]
    assert stock_of(mug) == (5, 0)


def test_quantities_are_positive() -> None:
    mug = make_product("Mug", stock=5)
    with pytest.raises(ValueError, match="positive"), transaction.atomic():
        allocate_stock({record_of(mug).pk: -7})
    with transaction.atomic():
        allocate_stock({})


@pytest.mark.parametrize(
    "change",
    [
        {"num_allocated": 6},
        {"num_allocated": -1},
        {"price": Decimal(-1)},
        {"list_price": Decimal(-1)},
        {"num_in_stock": None, "num_allocated": 1},
    ],
)
def test_database_refuses_what_cannot_be(change: dict[str, object]) -> None:
    mug = make_product("Mug", stock=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockRecord.objects.filter(product=mug).update(**change)


def test_adjusting_stock() -> None:
    mug = make_product("Mug", stock=5)
    record = record_of(mug)
    with transaction.atomic():
        allocate_stock({record.pk: 3})
    with pytest.raises(StockBelowAllocation) as refusal:
        adjust_stock(record.pk, num_in_stock=2, changed_by=None, reason="count")
    assert refusal.value.details() == {"allocated": 3}
    adjust_stock(record.pk, num_in_stock=3, changed_by=None, reason="count")
    adjust_stock(record.pk, num_in_stock=3, changed_by=None, reason="count again")
    assert stock_of(mug) == (3, 3)
    (event,) = OutboxEvent.objects.filter(name="StockAdjusted")
    assert (event.payload["old_num_in_stock"], event.payload["new_num_in_stock"], event.payload["reason"]) == (
        5,
        3,
        "count",
    )
    with pytest.raises(NotFound):
        adjust_stock(999_999, num_in_stock=1, changed_by=None, reason="x")


def test_changing_prices() -> None:
    record = record_of(make_product("Mug", price="10.00"))
    for _ in range(2):
        change_price(record.pk, price=Decimal("8.00"), list_price=Decimal("10.00"), changed_by=None, reason="sale")
    (event,) = OutboxEvent.objects.filter(name="PriceChanged")
    assert {name: event.payload[name] for name in ("old_price", "new_price", "old_list_price", "new_list_price")} == {
        "old_price": "10.00",
        "new_price": "8.00",
        "old_list_price": None,
        "new_list_price": "10.00",
    }


def test_oscars_methods_go_through_the_guard() -> None:
    mug = make_product("Mug", stock=2)
    record = record_of(mug)
    with pytest.raises(InsufficientStock), transaction.atomic():
        record.allocate(3)
    with transaction.atomic():
        record.allocate(2)
        record.consume_allocation(1)
        record.cancel_allocation(1)
    assert (stock_of(mug), record.num_allocated, record.num_in_stock) == ((1, 0), 0, 1)


def stock(pk: int, price: str | None = "1", currency: str = "GBP", free: int = 1) -> Stock:
    return Stock(pk, None if price is None else Decimal(price), None, currency, free, 0)


@pytest.mark.parametrize(
    ("records", "tracks_stock", "chosen"),
    [
        ([], True, None),
        ([stock(2), stock(1)], True, 1),
        ([stock(1, free=0), stock(2)], True, 2),
        ([stock(1, free=0), stock(2)], False, 1),
        ([stock(2, free=0), stock(1, free=0)], True, 1),
        ([stock(1, price=None), stock(2, currency="JPY"), stock(3)], True, 3),
        ([stock(1, currency="JPY")], True, None),
    ],
)
def test_stock_record_that_sells(records: list[Stock], tracks_stock: bool, chosen: int | None) -> None:
    found = choose_stock(records, currency="GBP", tracks_stock=tracks_stock)
    assert (found.id if found else None) == chosen


def test_oscars_strategy_sees_the_same() -> None:
    mug = make_product("Mug", price="12.00", stock=3)
    other = Partner.objects.create(name="Other")
    StockRecord.objects.create(
        product=mug, partner=other, partner_sku="x", price=1, num_in_stock=9, price_currency="JPY"
    )
    strategy = Selector().strategy()
    info = strategy.fetch_for_product(mug)
    assert (info.price.excl_tax, info.price.incl_tax, info.price.currency) == (
        Decimal("10.00"),
        Decimal("12.00"),
        "GBP",
    )
    assert info.availability.is_available_to_buy
    assert info.availability.message == "In stock"
    parent, _ = make_parent("Shirt", {"S": ("20.00", 0), "L": ("15.00", 1)})
    parent_info = strategy.fetch_for_parent(parent)
    assert parent_info.price.incl_tax == Decimal("15.00")
    assert parent_info.availability.is_available_to_buy
    bare = Product.objects.create(title="Bare", product_class=mug.product_class)
    assert not strategy.fetch_for_product(bare).price.exists
