"""What documents say of prices beside the price itself: the lowest of 30 days, the price of a unit."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import change_price
from forked_apps.search.history import price_history
from forked_apps.search.models import DocumentNote, ProductDocument
from forked_apps.search.operations import note_passed_days, rebuild_noted, stale_products
from forked_apps.search.queries import product_detail
from nexus_shop.core.errors import NotFound
from tests.factories.prices import had_prices
from tests.factories.shop import make_parent, make_product

pytestmark = pytest.mark.django_db


def settle() -> None:
    while rebuild_noted():
        pass


def detail_of(product: Product) -> dict[str, Any]:
    """As the document has it, once the worker is through."""
    settle()
    found = product_detail(product.pk, language="en")
    assert found is not None
    body: dict[str, Any] = orjson.loads(found[0])
    return body


def gross(price: dict[str, str] | None) -> str | None:
    return None if price is None else price["gross"]


def test_a_price_that_has_fallen_is_shown_with_the_lowest_before_it_until_the_clock_ends_that() -> None:
    mug = make_product("Mug", price="10.00")
    assert detail_of(mug)["lowest_price"] is None
    change_price(
        StockRecord.objects.get(product=mug).pk, price=Decimal(8), list_price=None, changed_by=None, reason="sale"
    )
    found = product_detail(mug.pk, language="en")
    assert found is not None
    assert orjson.loads(found[0])["lowest_price"] == {"currency": "GBP", "net": "8.33", "tax": "1.67", "gross": "10.00"}
    settle()
    assert note_passed_days() == 0

    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1), tick=False):
        assert stale_products() == [mug.pk]
        assert note_passed_days() == 1
        assert list(DocumentNote.objects.values_list("kind", "ref")) == [("product", mug.pk)]
        assert detail_of(mug)["lowest_price"] is None
        assert note_passed_days() == 0
        assert stale_products() == []


def test_a_list_price_keeps_it_shown() -> None:
    mug = make_product("Mug", price="8.00")
    had_prices(mug, (400, None, "10.00", None), (300, "10.00", "8.00", "12.00"))
    StockRecord.objects.filter(product=mug).update(list_price=12)
    body = detail_of(mug)
    assert (gross(body["list_price"]), gross(body["price"])) == ("12.00", "8.00")
    assert gross(body["lowest_price"]) == "8.00"  # the list price came just now, at an unchanged price
    assert ProductDocument.objects.get(product_id=mug.pk).fresh_until is None


def test_a_parent_shows_that_of_the_variant_whose_price_it_shows() -> None:
    parent, (small, large) = make_parent("Shirt", {"S": ("9.00", 5), "L": ("20.00", 5)})
    had_prices(small, (60, None, "15.00", None), (2, "15.00", "9.00", None))
    had_prices(large, (60, None, "25.00", None), (9, "25.00", "20.00", None))
    StockRecord.objects.filter(product__parent=parent).update(num_in_stock=0)
    body = detail_of(parent)
    assert gross(body["lowest_price"]) == "15.00"
    assert [gross(each["lowest_price"]) for each in body["variants"]] == ["15.00", "25.00"]
    until = ProductDocument.objects.get(product_id=parent.pk).fresh_until
    assert until is not None
    assert timedelta(days=20, hours=23) < until - timezone.now() < timedelta(days=21)
    assert stale_products() == []


@pytest.mark.parametrize(
    ("measure", "content", "reference", "shown"),
    [
        ("kg", "0.5", "1", ("20.00", "kg", "1")),
        ("ml", "750", "100", ("1.33", "ml", "100")),
        ("m2", "2.5", "0.1", ("0.40", "m2", "0.1")),
        ("", None, "1", None),
    ],
)
def test_price_of_a_unit(measure: str, content: str | None, reference: str, shown: tuple[str, ...] | None) -> None:
    tea = make_product("Tea", price="10.00")
    Product.objects.filter(pk=tea.pk).update(
        unit_measure=measure, unit_content=content and Decimal(content), unit_reference=Decimal(reference)
    )
    found = detail_of(tea)["unit_price"]
    assert (found and (found["price"]["gross"], found["measure"], found["reference"])) == shown


def test_a_variant_has_the_unit_of_its_parent_unless_it_has_its_own() -> None:
    parent, (small, _large) = make_parent("Tea", {"S": ("2.00", 5), "L": ("5.00", 5)})
    Product.objects.filter(pk=parent.pk).update(unit_measure="g", unit_content=100, unit_reference=100)
    Product.objects.filter(pk=small.pk).update(unit_measure="g", unit_content=50, unit_reference=100)
    body = detail_of(parent)
    assert [each["unit_price"]["price"]["gross"] for each in body["variants"]] == ["4.00", "5.00"]
    assert body["unit_price"]["price"]["gross"] == "4.00"
    assert stale_products() == []


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"unit_measure": "kg"}, "unit_and_content_go_together"),
        ({"unit_content": 1}, "unit_and_content_go_together"),
        ({"unit_measure": "kg", "unit_content": 0}, "unit_and_content_go_together"),
        ({"unit_measure": "oz", "unit_content": 1}, "unit_is_known"),
        ({"unit_reference": 0}, "unit_reference_is_positive"),
    ],
)
def test_the_database_refuses_half_a_unit(values: dict[str, Any], constraint: str) -> None:
    tea = make_product("Tea")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Product.objects.filter(pk=tea.pk).update(**values)
    assert Product.objects.filter(pk=tea.pk, unit_measure="", unit_content=None, unit_reference=1).exists()


def test_history_begins_with_the_price_that_counted_then_and_leaves_list_prices_out() -> None:
    mug = make_product("Mug", price="8.00")
    had_prices(
        mug,
        *[(90, None, "12.00", None), (50, "12.00", "10.00", None), (20, "10.00", "10.00", "11.00")],
        *[(9, "10.00", None, None), (5, None, "8.00", None)],
    )
    shown = detail_of(mug)
    found = price_history(mug.slug, language="en")
    days = [round((timezone.now() - since).total_seconds() / 86400) for since, _ in found.points]
    prices = [price and str(price.gross) for _, price in found.points]
    # The first row is that of the factory, which has opened the ledger today
    assert list(zip(days, prices, strict=True)) == [(0, "8.00"), (50, "10.00"), (9, None), (5, "8.00")]
    assert found.lowest_price == shown["lowest_price"]


@pytest.mark.parametrize("key", ["nothing", 999999, "sku:nothing"])
def test_history_of_nothing(key: str | int) -> None:
    with pytest.raises(NotFound):
        price_history(key, language="en")


def test_history_of_a_product_without_price() -> None:
    mug = make_product("Mug")
    StockRecord.objects.filter(product=mug).delete()
    settle()
    found = price_history(mug.pk, language="en")
    assert (found.points, found.lowest_price) == ([], None)
