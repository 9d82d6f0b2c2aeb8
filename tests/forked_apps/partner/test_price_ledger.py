"""The ledger of prices: a row for each change, whatever the door, and the newest is what the record has."""

from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, transaction

from forked_apps.catalogue.models import Product
from forked_apps.dashboard.catalogue.operations import PriceChange as Bulk
from forked_apps.dashboard.catalogue.operations import change_prices
from forked_apps.partner.inventory import PRICES_ARE_THEIR_LAST_CHANGES, price_changes_of
from forked_apps.partner.models import Partner, PriceChange, StockRecord
from forked_apps.partner.operations import adjust_stock, change_price, set_price
from forked_apps.partner.products import NewProduct, create_product
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import OutboxEvent
from tests.factories.shop import make_product, make_user

pytestmark = pytest.mark.django_db


def record_of(product: Product) -> StockRecord:
    return StockRecord.objects.get(product=product)


def ledger_of(product: Product) -> list[tuple[str, str, str]]:
    """(old price, new price, reason) of each change, oldest first."""
    changes = PriceChange.objects.filter(stock_record__product=product).order_by("pk")
    return [
        (str(old), str(new), reason) for old, new, reason in changes.values_list("old_price", "new_price", "reason")
    ]


def broken() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(PRICES_ARE_THEIR_LAST_CHANGES)
        return [row[0] for row in cursor.fetchall()]


def test_every_door_writes_its_row() -> None:
    clerk = make_user()
    wanted = NewProduct(title="Mug", price=Decimal(10), stock_quantity=5, sku="MUG", changed_by=clerk.pk)
    mug = Product.objects.get(pk=create_product(wanted))
    record = record_of(mug)

    change_price(record.pk, price=Decimal(8), list_price=Decimal(10), changed_by=clerk.pk, reason="sale")
    change_prices({record.pk: Bulk(amount=Decimal(-1))}, changed_by=clerk.pk)
    record.refresh_from_db()
    record.price = Decimal(6)
    record.save()
    StockRecord.objects.filter(pk=record.pk).update(price=5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE partner_stockrecord SET price = NULL WHERE id = %s", [record.pk])
        cursor.execute("UPDATE partner_stockrecord SET price = 4, num_in_stock = 9 WHERE id = %s", [record.pk])
        cursor.execute("UPDATE partner_stockrecord SET price = 4, num_in_stock = 7 WHERE id = %s", [record.pk])

    assert ledger_of(mug) == [
        ("None", "10.00", "new product"),
        ("10.00", "8.00", "sale"),
        ("8.00", "7.00", "dashboard"),
        ("7.00", "6.00", ""),
        ("6.00", "5.00", ""),
        ("5.00", "None", ""),
        ("None", "4.00", ""),
    ]
    rows = PriceChange.objects.filter(stock_record=record).order_by("pk")
    assert list(rows.values_list("changed_by_id", flat=True)) == [clerk.pk, clerk.pk, clerk.pk, None, None, None, None]
    assert list(rows.values_list("old_list_price", "new_list_price"))[:2] == [(None, None), (None, Decimal("10.00"))]
    assert {row.currency for row in rows} == {"GBP"}
    assert len({row.transaction_id for row in rows}) == 1
    assert broken() == []


def test_amounts_of_another_currency_are_no_old_prices() -> None:
    mug = make_product("Mug")
    StockRecord.objects.filter(product=mug).update(price_currency="EUR", price=9)
    change = PriceChange.objects.filter(stock_record__product=mug).latest("pk")
    assert (change.old_price, change.new_price, change.currency) == (None, Decimal("9.00"), "EUR")
    assert broken() == []


def test_the_event_has_old_and_new_and_comes_once() -> None:
    clerk, mug = make_user(), make_product("Mug")
    record = record_of(mug)
    for _ in range(2):
        change_price(record.pk, price=Decimal("8.00"), list_price=None, changed_by=clerk.pk, reason="sale")
    (event,) = OutboxEvent.objects.filter(name="PriceChanged")
    said = {name: event.payload[name] for name in ("old_price", "new_price", "changed_by", "reason", "currency")}
    assert said == {
        "old_price": "10.00",
        "new_price": "8.00",
        "changed_by": clerk.pk,
        "reason": "sale",
        "currency": "GBP",
    }
    assert len(ledger_of(mug)) == 2


def test_a_reason_is_for_one_statement_only() -> None:
    mug = make_product("Mug", stock=5)
    record = record_of(mug)
    with transaction.atomic():
        set_price(record.pk, price=Decimal(8), list_price=None, changed_by=None, reason="sale")
        StockRecord.objects.filter(pk=record.pk).update(price=7)
    adjust_stock(record.pk, num_in_stock=1, changed_by=None, reason="counted")
    assert [row[2] for row in ledger_of(mug)] == ["new product", "sale", ""]


def test_a_price_of_an_unknown_record_changes_nothing() -> None:
    mug = make_product("Mug")
    with pytest.raises(NotFound), transaction.atomic():
        set_price(0, price=Decimal(8), list_price=None, changed_by=None, reason="sale")
    StockRecord.objects.filter(product=mug).update(price=7)
    assert ledger_of(mug) == [("None", "10.00", "new product"), ("10.00", "7.00", "")]


@pytest.mark.parametrize(
    "statement", ["UPDATE partner_pricechange SET new_price = 1", "DELETE FROM partner_pricechange"]
)
def test_the_ledger_is_append_only(statement: str) -> None:
    mug = make_product("Mug")
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert ledger_of(mug) == [("None", "10.00", "new product")]


def test_the_ledger_goes_with_its_record_and_stays_without_its_account() -> None:
    clerk, mug, cup = make_user(), make_product("Mug"), make_product("Cup", price="3.00")
    change_price(record_of(cup).pk, price=Decimal(2), list_price=None, changed_by=clerk.pk, reason="x")
    clerk.delete()
    mug.delete()
    assert [str(price) for price in PriceChange.objects.order_by("pk").values_list("new_price", flat=True)] == [
        "3.00",
        "2.00",
    ]
    assert PriceChange.objects.select_related("changed_by").latest("pk").changed_by is None


def test_partner_staff_see_the_changes_of_their_own_records() -> None:
    mug, cup = make_product("Mug"), make_product("Cup", sku="CUP")
    own = Partner.objects.create(code="own")
    keeper, boss = make_user(), make_user(is_staff=True)
    own.users.add(keeper)
    StockRecord.objects.filter(product=cup).update(partner=own)
    assert [change.stock_record.product for change in price_changes_of(keeper, {})] == [cup]
    assert [change.stock_record.product for change in price_changes_of(boss, {})] == [cup, mug]
    assert [change.stock_record.product for change in price_changes_of(boss, {"product": mug.pk})] == [mug]
    assert [change.stock_record.product for change in price_changes_of(boss, {"sku": "CUP", "kind": "x"})] == [cup]
