"""The ledger of prices: a row for each change, whatever the door, and the newest is what the record has."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from forked_apps.catalogue.models import Product, ProductClass
from forked_apps.dashboard.catalogue.operations import PriceChange as Bulk
from forked_apps.dashboard.catalogue.operations import change_prices, withdraw_product
from forked_apps.partner.inventory import PRICES_ARE_THEIR_LAST_CHANGES, price_changes_of
from forked_apps.partner.models import Partner, PriceChange, StockMovement, StockRecord
from forked_apps.partner.operations import adjust_stock, change_price, set_price
from forked_apps.partner.product_entries import create_product_of
from forked_apps.partner.products import NewProduct, create_product
from forked_apps.partner.stock_records import create_stock_record, delete_stock_record
from nexus_shop.accounts.models import User
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import OutboxEvent
from tests.factories.shop import make_product, make_user
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db


def record_of(product: Product) -> StockRecord:
    return StockRecord.objects.get(product=product)


def ledger_of(product: Product) -> list[tuple[str, str, str]]:
    """(old price, new price, reason) of each change, oldest first."""
    changes = PriceChange.objects.filter(stock_record__product=product).order_by("pk")
    return [
        (str(old), str(new), reason) for old, new, reason in changes.values_list("old_price", "new_price", "reason")
    ]


def products_of_changes(user: User, wanted: dict[str, Any]) -> list[Product]:
    """The products of the changes that the user sees."""
    return [change.stock_record.product for change in price_changes_of(user, wanted) if change.stock_record]


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


def test_the_ledger_outlives_its_record_its_product_and_its_account() -> None:
    clerk, boss, mug, cup = make_user(), make_user(is_staff=True), make_product("Mug", sku="MUG"), make_product("Cup")
    gone = record_of(mug).pk
    change_price(gone, price=Decimal(2), list_price=None, changed_by=clerk.pk, reason="x")
    StockRecord.objects.filter(product=cup).update(price=None)
    clerk.delete()
    product_id = mug.pk
    mug.delete()
    record_of(cup).delete()
    rows = PriceChange.objects.filter(stock_record_id=gone).order_by("pk").values_list("old_price", "new_price")
    assert [tuple(map(str, row)) for row in rows] == [("None", "10.00"), ("10.00", "2.00"), ("2.00", "None")]
    for wanted in ({"product": product_id}, {"sku": "MUG"}, {"stock_record": gone}):
        found: list[Any] = list(price_changes_of(boss, wanted))
        assert [change.stock_record_id for change in found] == [gone] * 3
        assert [(change.stock_record, change.changed_by) for change in found] == [(None, None)] * 3
        assert found[0].former == {"id": product_id, "title": "Mug", "sku": "MUG", "partner_sku": "MUG"}
    assert [change.new_price for change in price_changes_of(boss, {"product": cup.pk})] == [None, Decimal("10.00")]


def test_a_deleted_record_closes_its_ledger_with_who_and_why() -> None:
    clerk, mug = make_user(is_staff=True), make_product("Mug")
    delete_stock_record(clerk, record_of(mug).pk)
    last = PriceChange.objects.latest("pk")
    assert (last.old_price, last.new_price, last.reason, last.changed_by) == (Decimal("10.00"), None, "api", clerk)
    with transaction.atomic():
        other = StockRecord.objects.create(product=mug, partner=Partner.objects.get(), partner_sku="X", price=1)
        StockRecord.objects.filter(pk=other.pk).update(price=2)
    assert PriceChange.objects.latest("pk").reason == ""


def told() -> list[tuple[Any, ...]]:
    """What the outbox says of prices and stock, oldest first: (record, old, new, reason, who)."""
    names = {"PriceChanged": ("old_price", "new_price"), "StockAdjusted": ("old_num_in_stock", "new_num_in_stock")}
    events = OutboxEvent.objects.filter(name__in=names).order_by("pk")
    return [
        tuple(event.payload[name] for name in ("stock_record_id", *names[event.name], "reason", "changed_by"))
        for event in events
    ]


def test_a_deleted_record_is_told_as_its_ledgers_say_it() -> None:
    clerk, mug, cup = make_user(is_staff=True), make_product("Mug", stock=2), make_product("Cup", stock=0)
    mugs, cups = record_of(mug).pk, record_of(cup).pk
    StockRecord.objects.filter(pk=cups).update(price=None)
    delete_stock_record(clerk, mugs, reason="closing")
    delete_stock_record(clerk, cups, reason="closing")
    assert told() == [(mugs, "10.00", None, "closing", clerk.pk), (mugs, 2, 0, "closing", clerk.pk)]
    movement = StockMovement.objects.latest("pk")
    assert (movement.delta, movement.balance, movement.reason, movement.changed_by) == (-2, 0, "closing", clerk)
    assert ledger_of_former(mugs)[-1] == ("10.00", "None", "closing")


def test_a_product_that_is_deleted_tells_of_its_stock() -> None:
    clerk, mug = make_user(is_staff=True), make_product("Mug", stock=2)
    record = record_of(mug).pk
    assert withdraw_product(mug.pk, withdrawn_by=clerk.pk) is True
    assert told() == [(record, "10.00", None, "dashboard", clerk.pk), (record, 2, 0, "dashboard", clerk.pk)]
    assert ledger_of_former(record)[-1] == ("10.00", "None", "dashboard")


def ledger_of_former(stock_record_id: int) -> list[tuple[str, str, str]]:
    rows = PriceChange.objects.filter(stock_record_id=stock_record_id).order_by("pk")
    return [(str(old), str(new), reason) for old, new, reason in rows.values_list("old_price", "new_price", "reason")]


def test_partner_staff_see_the_changes_of_records_that_were_theirs() -> None:
    mug, cup = make_product("Mug"), make_product("Cup")
    own = Partner.objects.create(code="own")
    keeper = make_user()
    own.users.add(keeper)
    StockRecord.objects.filter(product=cup).update(partner=own)
    gone = record_of(cup).pk
    StockRecord.objects.filter(product__in=[mug, cup]).delete()
    assert {change.stock_record_id for change in price_changes_of(keeper, {})} == {gone}


def test_every_first_price_is_told() -> None:
    staff, bowl = (
        make_member("Staff"),
        Product.objects.create(title="Bowl", product_class=ProductClass.objects.create(name="Bowls")),
    )
    create_stock_record(staff, {"product": bowl.pk, "price": Decimal("3.00"), "list_price": Decimal("4.00")})
    create_product(NewProduct(title="Mug", price=Decimal("5.00"), changed_by=staff.pk, sku="MUG"))
    create_product_of(staff, {"title": "Cup", "price": Decimal("6.00"), "reason": "spring"})
    create_product_of(staff, {"title": "Pot", "stock_quantity": 2})
    told = OutboxEvent.objects.filter(name="PriceChanged").order_by("pk").values_list("payload", flat=True)
    names = ("old_price", "new_price", "new_list_price", "changed_by", "reason")
    assert [tuple(payload[name] for name in names) for payload in told] == [
        (None, "3.00", "4.00", staff.pk, "api"),
        (None, "5.00", None, staff.pk, "new product"),
        (None, "6.00", None, staff.pk, "spring"),
    ]


def test_partner_staff_see_the_changes_of_their_own_records() -> None:
    mug, cup = make_product("Mug"), make_product("Cup", sku="CUP")
    own = Partner.objects.create(code="own")
    keeper, boss = make_user(), make_user(is_staff=True)
    own.users.add(keeper)
    StockRecord.objects.filter(product=cup).update(partner=own)
    assert products_of_changes(keeper, {}) == [cup]
    assert products_of_changes(boss, {}) == [cup, mug]
    assert products_of_changes(boss, {"product": mug.pk}) == [mug]
    assert products_of_changes(boss, {"sku": "CUP", "kind": "x"}) == [cup]
