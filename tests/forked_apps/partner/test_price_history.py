"""The lowest price of the 30 days before a reduction."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.operations import change_price
from forked_apps.partner.price_history import Reduction, reductions
from forked_apps.partner.products import default_partner
from forked_apps.partner.selection import Stock
from forked_apps.search.history import price_history
from forked_apps.search.operations import rebuild_noted
from tests.factories.prices import had_prices
from tests.factories.shop import make_product
from tests.performance.statements import statements_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def stock(price: str | None = "8.00", list_price: str | None = None) -> Stock:
    amounts = [None if each is None else Decimal(each) for each in (price, list_price)]
    return Stock(1, amounts[0], amounts[1], "GBP", 1, 0)


@pytest.mark.parametrize(
    ("days", "has_fallen", "list_price", "shown", "until"),
    [
        (1, True, None, "10.00", NOW + timedelta(days=29)),
        (29.99, True, None, "10.00", NOW + timedelta(days=0.01)),
        (30, True, None, None, None),
        (1, False, None, None, None),
        (400, True, "12.00", "10.00", None),
        (400, False, "12.00", "10.00", None),
        (400, True, "8.00", None, None),
    ],
)
def test_it_is_shown_while_a_reduction_is(
    days: float, has_fallen: bool, list_price: str | None, shown: str | None, until: datetime | None
) -> None:
    reduction = Reduction(NOW - timedelta(days=days), has_fallen, Decimal("10.00"))
    lowest = reduction.lowest_shown(stock(list_price=list_price), NOW)
    assert lowest == (None if shown is None else Decimal(shown))
    found = reduction.shown_until(stock(list_price=list_price), NOW)
    assert found is None if until is None else found is not None and abs(found - until) < timedelta(seconds=1)


def test_without_an_earlier_price_nothing_is_shown() -> None:
    assert Reduction(NOW, False, None).lowest_shown(stock(list_price="12.00"), NOW) is None
    assert Reduction(NOW, True, Decimal(9)).lowest_shown(stock(price=None, list_price="12.00"), NOW) == Decimal(9)


@pytest.mark.parametrize(
    ("changes", "days_ago", "has_fallen", "lowest"),
    [
        ([(90, None, "10.00", None)], 90, False, None),
        ([(90, None, "10.00", None), (5, "10.00", "8.00", None)], 5, True, "10.00"),
        # A short dip within the window before the reduction counts, one before the window does not
        (
            [
                (90, None, "10.00", None),
                (20, "10.00", "6.00", None),
                (19, "6.00", "10.00", None),
                (5, "10.00", "8.00", None),
            ],
            5,
            True,
            "6.00",
        ),
        (
            [
                (90, None, "10.00", None),
                (50, "10.00", "6.00", None),
                (40, "6.00", "10.00", None),
                (5, "10.00", "8.00", None),
            ],
            5,
            True,
            "10.00",
        ),
        # The price with which the window begins counts, whenever it was set
        ([(90, None, "7.00", None), (30, "7.00", "10.00", None), (1, "10.00", "9.00", None)], 1, True, "7.00"),
        # A list price above an old price announces a reduction that is none
        ([(90, None, "10.00", None), (5, "10.00", "10.00", "12.00")], 5, False, "10.00"),
        # A rise is no fall
        ([(90, None, "10.00", None), (5, "10.00", "12.00", None)], 5, False, "10.00"),
        # It had no price for a while
        ([(90, None, "10.00", None), (9, "10.00", None, None), (5, None, "8.00", None)], 5, False, "10.00"),
    ],
)
@pytest.mark.django_db
def test_the_last_change_and_the_lowest_before_it(
    changes: list[tuple[float, str | None, str | None, str | None]],
    days_ago: int,
    has_fallen: bool,
    lowest: str | None,
) -> None:
    record = make_record()
    had_prices(record.product, *changes)
    found = reductions([record.pk])[record.pk]
    assert (found.has_fallen, found.lowest) == (has_fallen, None if lowest is None else Decimal(lowest))
    assert days_ago - 0.1 < (datetime.now(UTC) - found.since).total_seconds() / 86400 < days_ago + 0.1


@pytest.mark.django_db
def test_many_records_take_one_statement() -> None:
    records = [make_record() for _ in range(3)]
    for record in records:
        had_prices(record.product, (9, None, "10.00", None), (1, "10.00", "8.00", None))
    for count in (1, 3):
        statements, found = statements_of(lambda count=count: reductions([r.pk for r in records[:count]]))  # type: ignore[misc]
        assert (len(statements), {each.lowest for each in found.values()}) == (1, {Decimal("10.00")})


@pytest.mark.django_db
def test_prices_of_another_currency_are_left_out() -> None:
    record = make_record()
    had_prices(record.product, (9, None, "10.00", None), (5, "10.00", "8.00", None))
    StockRecord.objects.filter(pk=record.pk).update(price_currency="EUR", price=7)
    assert reductions([record.pk])[record.pk].lowest is None


@pytest.mark.django_db
def test_prices_of_deleted_records_of_the_partner_count() -> None:
    """Who deletes a record and makes another one does not begin anew; nor does another partner's price count."""
    mug = make_product("Mug", price="5.00")
    mug.stockrecords.all().delete()
    other = Partner.objects.create(code="other")
    StockRecord.objects.create(product=mug, partner=other, partner_sku="O", price=1).delete()
    record = StockRecord.objects.create(product=mug, partner=default_partner(), partner_sku="M", price=8)
    change_price(record.pk, price=Decimal(6), list_price=Decimal(10), changed_by=None, reason="sale")
    statements, found = statements_of(lambda: reductions([record.pk]))
    assert (len(statements), found[record.pk].has_fallen, found[record.pk].lowest) == (1, True, Decimal("5.00"))
    assert [str(entered.gross) if entered else None for _, entered in price_history(mug.pk, language="en").points] == [
        "5.00",
        None,
        "8.00",
        "6.00",
    ]


def history_of(product: Product) -> list[str | None]:
    points = price_history(product.pk, language="en").points
    return [None if price is None else str(price.gross) for _, price in points]


@pytest.mark.django_db
def test_a_record_made_beside_the_one_that_sells_and_deleted_is_no_past_of_it() -> None:
    mug = make_product("Mug", price="20.00")
    record = StockRecord.objects.get(product=mug)
    StockRecord.objects.create(product=mug, partner=record.partner, partner_sku="M2", price=5, num_in_stock=1).delete()
    assert history_of(mug) == ["20.00"]
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert history_of(mug) == ["20.00"]
    change_price(record.pk, price=Decimal(18), list_price=None, changed_by=None, reason="sale")
    assert history_of(mug) == ["20.00", "18.00"]
    assert reductions([record.pk])[record.pk].lowest == Decimal("5.00")  # it may have sold: the law wants the lowest


@pytest.mark.django_db
def test_a_record_that_takes_the_place_of_another_goes_on_where_that_ends() -> None:
    mug = make_product("Mug", price="20.00")
    first = StockRecord.objects.get(product=mug)
    second = StockRecord.objects.create(
        product=mug, partner=first.partner, partner_sku="M2", price=25, num_in_stock=1, num_allocated=0
    )
    first.delete()
    while rebuild_noted():
        pass
    assert history_of(mug) == ["20.00", "25.00"]
    change_price(second.pk, price=Decimal(22), list_price=None, changed_by=None, reason="sale")
    assert history_of(mug) == ["20.00", "25.00", "22.00"]
    assert reductions([second.pk])[second.pk].lowest == Decimal("20.00")


def make_record() -> StockRecord:
    """A record to be given a past."""
    return StockRecord.objects.get(product=make_product(price="8.00"))
