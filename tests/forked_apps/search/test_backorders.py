"""What is still to come, in documents, carts and orders."""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.order.operations import change_order_status
from forked_apps.partner.availability import StockRequired
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import adjust_stock, change_terms
from forked_apps.partner.selection import Stock, choose_stock
from forked_apps.search.models import DocumentNote, ProductDocument
from forked_apps.search.operations import note_passed_days, rebuild_noted, stale_products
from forked_apps.search.queries import product_detail
from forked_apps.search.tasks import note_passed_days_task
from tests.factories.http import client_of
from tests.factories.shop import make_order, make_product, stock_of
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
LATER = date(2026, 12, 1)


def availability_of(product: Product) -> dict[str, Any]:
    """As the document has it, once the worker is through."""
    while rebuild_noted():
        pass
    found = product_detail(product.pk, language="en")
    assert found is not None
    body: dict[str, Any] = orjson.loads(found[0])["availability"]
    return body


def record_of(product: Product) -> StockRecord:
    return StockRecord.objects.get(product=product)


def some(**facts: Any) -> Stock:
    """Nothing on the shelf, two to come, unless said otherwise."""
    known: dict[str, Any] = {"num_in_stock": 0, "num_allocated": 0, "backorder_limit": 2} | facts
    return Stock(facts.pop("id", 1), None, None, "GBP", **{k: v for k, v in known.items() if k != "id"})


@pytest.mark.parametrize(
    ("stock", "said"),
    [
        (some(num_in_stock=1), ("instock", None)),
        (some(num_in_stock=1, num_allocated=1), ("backorder", None)),
        (some(expected_on=LATER), ("backorder", LATER)),
        (some(expected_on=TODAY), ("backorder", None)),
        (some(num_in_stock=1, expected_on=LATER), ("instock", None)),
        (some(num_allocated=2, expected_on=LATER), ("outofstock", None)),
        (some(is_preorder=True), ("preorder", None)),
        (some(is_preorder=True, expected_on=LATER, num_in_stock=1), ("preorder", LATER)),
        (some(is_preorder=True, expected_on=TODAY), ("backorder", None)),
        (some(is_preorder=True, expected_on=TODAY, num_in_stock=1), ("instock", None)),
        (some(is_preorder=True, backorder_limit=0), ("outofstock", None)),
        (some(num_in_stock=None, backorder_limit=1), ("backorder", None)),
    ],
)
def test_how_it_is_sold(stock: Stock, said: tuple[str, date | None]) -> None:
    assert stock.availability(TODAY) == said
    assert StockRequired(stock, today=TODAY).code == said[0]


def test_goods_on_the_shelf_are_sold_before_those_to_come() -> None:
    records = [
        Stock(1, 1, None, "GBP", 0, 0),  # type: ignore[arg-type]
        Stock(2, 1, None, "GBP", 0, 0, 5),  # type: ignore[arg-type]
        Stock(3, 1, None, "GBP", 1, 0),  # type: ignore[arg-type]
    ]
    for count, chosen in ((3, 3), (2, 2), (1, 1)):
        found = choose_stock(records[:count], currency="GBP", tracks_stock=True)
        assert found is not None
        assert found.id == chosen


def test_document_follows_what_is_to_come() -> None:
    mug = make_product("Mug", stock=1)
    pk = record_of(mug).pk
    make_order(mug)
    gone = {"is_available": False, "code": "outofstock", "message": "Out of stock", "expected_on": None}
    assert availability_of(mug) == gone
    change_terms(pk, changes={"backorder_limit": 1})
    backorder = {"is_available": True, "code": "backorder", "message": "On backorder", "expected_on": None}
    assert availability_of(mug) == backorder
    assert not ProductDocument.objects.get(product_id=mug.pk).in_stock
    change_terms(pk, changes={"expected_on": date(2099, 5, 1), "is_preorder": True})
    assert availability_of(mug) == {
        "is_available": True,
        "code": "preorder",
        "message": "Pre-order, available from May 1, 2099",
        "expected_on": "2099-05-01",
    }
    make_order(mug)
    assert availability_of(mug) == gone
    adjust_stock(pk, delta=2, changed_by=None, reason="arrived")
    change_terms(pk, changes={"is_preorder": False})
    assert availability_of(mug)["code"] == "instock"
    assert stale_products() == []


def test_the_day_passes_by_itself_and_is_noted_once() -> None:
    mug, cup = (make_product(name, stock=0) for name in ("Mug", "Cup"))
    today = timezone.localdate()
    for product in (mug, cup):
        change_terms(
            record_of(product).pk,
            changes={"backorder_limit": 1, "is_preorder": True, "expected_on": today + timedelta(days=1)},
        )
    assert availability_of(mug)["code"] == "preorder"
    assert note_passed_days() == 0
    StockRecord.objects.filter(product=cup).update(expected_on=today + timedelta(days=9))
    assert availability_of(cup)["code"] == "preorder"

    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        assert stale_products() == [mug.pk]
        note_passed_days_task()
        assert list(DocumentNote.objects.values_list("kind", "ref")) == [("product", mug.pk)]
        assert availability_of(mug) == {
            "is_available": True,
            "code": "backorder",
            "message": "On backorder",
            "expected_on": None,
        }
        assert note_passed_days() == 0
        assert stale_products() == []


def test_cart_takes_what_is_to_come_and_no_more(api: APIClient) -> None:
    mug = make_product("Mug", stock=1)
    change_terms(record_of(mug).pk, changes={"backorder_limit": 2})
    refused = api.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 4})
    assert (refused.status_code, refused.json()["shortages"][0]["available"]) == (409, 3)
    taken = api.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 3})
    assert (taken.status_code, taken.json()["problems"]) == (201, [])
    api.credentials(HTTP_X_CART_TOKEN=taken.headers["X-Cart-Token"])
    line = taken.json()["items"][0]["id"]
    assert api.patch(f"/api/v1/cart/items/{line}/", {"quantity": 2}).status_code == 200


def test_staff_ship_what_has_not_arrived() -> None:
    mug = make_product("Mug", stock=1, sku="MUG")
    change_terms(record_of(mug).pk, changes={"backorder_limit": 2})
    order = make_order(mug, quantity=3)
    change_order_status(order.pk, status="processing")

    answer = client_of(make_member("Staff")).patch(f"/api/v1/orders/{order.handle}/status/", {"status": "shipped"})
    assert (answer.status_code, answer.json()["code"]) == (409, "stock_not_arrived")
    assert [(s["sku"], s["requested"], s["available"]) for s in answer.json()["shortages"]] == [("MUG", 3, 1)]

    browser = browser_of(make_member("Staff"))
    page = browser.post(
        f"/dashboard/orders/{order.number}/", {"order_action": "change_order_status", "new_status": "shipped"}
    )
    assert "There is less on the shelf than is to be shipped" in page.content.decode()
    order.refresh_from_db()
    assert (order.status, stock_of(mug)) == ("processing", (1, 3))
