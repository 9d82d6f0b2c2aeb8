"""Many products at once by SKU: a result for each row, none half written, none written twice."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.partner import product_rows
from forked_apps.partner.models import StockMovement, StockRecord
from forked_apps.search.operations import rebuild_noted, stale_products
from nexus_shop.core.models import OutboxEvent
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db

BULK = "/api/v1/admin/products/bulk/"


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def put(client: APIClient, *rows: Any) -> list[dict[str, Any]]:
    answer = client.put(BULK, {"products": list(rows)})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def states(rows: list[dict[str, Any]]) -> list[tuple[str | None, str, str | None, str | None]]:
    return [(row["sku"], row["status"], row["code"], row["pointer"]) for row in rows]


def test_rows_are_made_changed_left_and_refused(staff: APIClient) -> None:
    kitchen = make_category("Kitchen")
    mug = make_product("Mug", sku="MUG", price="10.00", stock=5)
    make_product("Pen", sku="PEN", price="2.00", stock=1)
    rows = [
        {"sku": "MUG", "price": "9.00", "stock_quantity": 8, "title": "Big mug"},
        {"sku": "PEN", "price": "2.00", "stock_quantity": 1, "name": "Pen"},
        {"sku": "BOWL", "title": "Bowl", "price": "4.00", "stock_quantity": 3, "category": kitchen.pk, "tags": ["new"]},
        {"sku": "CUP", "title": "Cup", "price": "4.005"},
        {"sku": "JAR", "title": "Jar", "price": "4.00", "list_price": "3.00"},
        {"sku": "LID", "price": "4.00"},
        {"sku": "BOWL", "title": "Again"},
        {"title": "No SKU"},
        {"sku": "PAN", "title": "Pan", "categories": [kitchen.pk, 999_999]},
        {"sku": "POT", "title": "Pot", "surprise": 1},
    ]
    first = put(staff, *rows)
    assert states(first) == [
        ("MUG", "updated", None, None),
        ("PEN", "unchanged", None, None),
        ("BOWL", "created", None, None),
        ("CUP", "refused", "invalid_request", "/price"),
        ("JAR", "refused", "list_price_too_low", "/list_price"),
        ("LID", "refused", "product_value_refused", "/title"),
        ("BOWL", "refused", "invalid_request", "/sku"),
        (None, "refused", "invalid_request", "/sku"),
        ("PAN", "refused", "not_found", "/categories/1"),
        ("POT", "refused", "unknown_field", "/surprise"),
    ]
    assert sorted(Product.objects.values_list("upc", flat=True)) == ["BOWL", "MUG", "PEN"]
    assert sorted(StockRecord.objects.values_list("product__upc", "price", "num_in_stock")) == [
        ("BOWL", Decimal("4.00"), 3),
        ("MUG", Decimal("9.00"), 8),
        ("PEN", Decimal("2.00"), 1),
    ]
    shown = new_client().get(f"/api/v1/products/{mug.pk}/").json()
    assert (shown["title"], shown["price"]["gross"]) == ("Big mug", "9.00")

    before = (StockMovement.objects.count(), OutboxEvent.objects.count())
    again = put(staff, *rows[:3])
    assert [row["status"] for row in again] == ["unchanged"] * 3
    assert [row["id"] for row in again] == [row["id"] for row in first[:3]]
    assert (StockMovement.objects.count(), OutboxEvent.objects.count()) == before


def test_row_that_is_refused_late_leaves_nothing_of_itself(staff: APIClient) -> None:
    mug = make_product("Mug", sku="MUG", stock=5)
    StockRecord.objects.filter(product=mug).update(num_allocated=4)
    before = list(Product.objects.values_list())
    refused = put(staff, {"sku": "MUG", "title": "New title", "price": "1.00", "stock_quantity": 3})
    assert states(refused) == [("MUG", "refused", "stock_below_allocation", None)]
    assert list(Product.objects.values_list()) == before
    assert StockRecord.objects.get().price == Decimal("10.00")


def test_documents_of_a_large_batch_are_the_workers(staff: APIClient) -> None:
    rows = [{"sku": f"S{number}", "title": f"Thing {number}", "price": "1.00"} for number in range(21)]
    assert {row["status"] for row in put(staff, *rows)} == {"created"}
    while rebuild_noted():
        pass
    assert stale_products() == []
    assert new_client().get("/api/v1/products/sku:S20/").json()["title"] == "Thing 20"


def test_row_that_is_not_reached_in_time_says_so(staff: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user(is_staff=True, is_superuser=True)
    outcomes = list(product_rows.put_products(user, [{"sku": "A", "title": "A"}], seconds=-1.0))
    assert [(outcome.status, outcome.refusal and outcome.refusal.code) for outcome in outcomes] == [
        ("refused", "row_not_reached")
    ]
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    "products", [[], "x", [1], {"sku": "A"}, [{"sku": "A"}] * 1001], ids=["none", "text", "number", "object", "many"]
)
def test_body_that_is_no_list_of_rows_is_refused(staff: APIClient, products: Any) -> None:
    answer = staff.put(BULK, {"products": products})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["errors"][0]["pointer"].startswith("/products")
    assert not Product.objects.exists()


def test_prices_are_changed_by_those_who_may(staff: APIClient) -> None:
    from django.contrib.auth.models import Permission

    make_product("Mug", sku="MUG")
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["add_product", "change_product"]))
    client = client_of(clerk)
    assert states(put(client, {"sku": "MUG", "price": "1.00"})) == [("MUG", "refused", "permission_denied", "/price")]
    assert states(put(client, {"sku": "MUG", "title": "Cup"})) == [("MUG", "updated", None, None)]
    assert StockRecord.objects.get().price == Decimal("10.00")
