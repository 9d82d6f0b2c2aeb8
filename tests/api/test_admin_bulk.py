"""Many products at once by SKU: a result for each row, none half written, none written twice."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Category, Product, ProductAttribute
from forked_apps.catalogue.products import change_product
from forked_apps.catalogue.variants import Matrix
from forked_apps.partner import product_rows
from forked_apps.partner.models import StockMovement, StockRecord
from forked_apps.partner.products import NewProduct, build_variants, create_product
from forked_apps.search.operations import rebuild_noted, stale_products
from nexus_shop.core.models import OutboxEvent
from tests.factories.catalogue import make_attribute, make_class
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import make_member, make_partner
from tests.performance.statements import statements_of

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
    assert states(refused) == [("MUG", "refused", "stock_below_allocation", "/stock_quantity")]
    assert list(Product.objects.values_list()) == before
    assert StockRecord.objects.get().price == Decimal("10.00")


def test_times_with_any_offset_are_kept_in_utc_and_spoil_no_other_row(staff: APIClient) -> None:
    mug = make_product("Mug", sku="MUG")
    ProductAttribute.objects.create(product_class=mug.product_class, name="Made", code="made", type="datetime")
    said = {
        "2024-01-01T00:00:00+16:00": "2023-12-31T08:00:00+00:00",
        "2024-01-01T00:00:00-23:59": "2024-01-01T23:59:00+00:00",
        "0002-01-01T00:00:00+23:59": "0001-12-31T00:01:00+00:00",
        "9998-12-31T23:59:59-23:59": "9999-01-01T23:58:59+00:00",
    }
    rows = [
        {"sku": f"S{number}", "title": "T", "attributes": {"made": time}}
        for number, time in enumerate([*said, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
    ]
    outcomes = states(put(staff, *rows, {"sku": "LAST", "title": "T"}))
    assert [status for _, status, _, _ in outcomes] == ["created"] * 4 + ["refused"] * 2 + ["created"]
    assert {pointer for _, status, _, pointer in outcomes if status == "refused"} == {"/attributes/made"}
    shown = {row["sku"]: row["attributes"] for row in staff.get("/api/v1/admin/products/").json()["results"]}
    assert [shown[f"S{number}"]["made"] for number in range(4)] == list(said.values())
    changed = staff.patch(f"/api/v1/admin/products/{mug.pk}/", {"attributes": {"made": "2024-01-01T00:00:00+16:00"}})
    assert (changed.status_code, changed.json()["attributes"]) == (200, {"made": "2023-12-31T08:00:00+00:00"})


def test_product_of_somebody_else_is_not_found_whatever_the_row_says() -> None:
    north = make_partner("North")
    worker = client_of(make_member("Partner staff", partner=north))
    make_product("Foreign", sku="FOREIGN")
    before = list(Product.objects.values_list()), list(StockRecord.objects.values_list())
    rows: list[dict[str, Any]] = [
        {"price": "5"},
        {"title": "Mine"},
        {"title": "Mine", "price": "5"},
        {"brand": 999_999},
    ]
    for row in rows:
        assert states(put(worker, {"sku": "FOREIGN", **row})) == [("FOREIGN", "refused", "not_found", "/sku")]
    assert (list(Product.objects.values_list()), list(StockRecord.objects.values_list())) == before


def test_row_without_a_title_changes_what_a_rival_has_just_made(
    staff: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = product_rows._known

    def overtaken(*asked: Any) -> Any:
        found = seen(*asked)
        make_product("Rival's", sku="NEW", price="4.00")
        return found

    monkeypatch.setattr(product_rows, "_known", overtaken)
    assert states(put(staff, {"sku": "NEW", "price": "5.00"})) == [("NEW", "updated", None, None)]
    product = Product.objects.get(upc="NEW")
    assert (product.title, product.stockrecords.get().price) == ("Rival's", Decimal("5.00"))


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


def test_a_thousand_rows_have_a_result_each(staff: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nexus_shop.core.rows.SECONDS", 600.0)  # whatever else the machine does
    rows: list[dict[str, Any]] = [{"sku": f"S{number}", "title": f"Thing {number}"} for number in range(1000)]
    for number in range(0, 1000, 10):
        rows[number] |= {"title": "<b>"} if number % 20 else {"categories": [999_999]}
    found = put(staff, *rows)
    assert [row["row"] for row in found] == list(range(1000))
    assert [row["sku"] for row in found] == [row["sku"] for row in rows]
    refused = {row["row"]: row["pointer"] for row in found if row["status"] == "refused"}
    assert refused == {number: "/title" if number % 20 else "/categories/0" for number in range(0, 1000, 10)}
    assert {row["status"] for row in found if row["row"] % 10} == {"created"}
    assert Product.objects.count() == 900


def test_statements_of_a_row_are_bounded(staff: APIClient) -> None:
    kitchen = make_category("Kitchen")

    def rows_from(start: int, number: int, price: str = "1.00") -> list[dict[str, Any]]:
        sale = {"price": price, "stock_quantity": 3, "category": kitchen.pk}
        return [{"sku": f"S{each}", "title": f"Thing {each}", **sale} for each in range(start, start + number)]

    def count(rows: list[dict[str, Any]]) -> int:
        return len(statements_of(lambda: put(staff, *rows))[0])

    put(staff, *rows_from(0, 21))
    few, many = count(rows_from(100, 21)), count(rows_from(200, 42))
    assert (many - few) / 21 == 12
    few, many = count(rows_from(100, 21)), count(rows_from(200, 42))  # unchanged now
    assert many == few
    few, many = count(rows_from(100, 21, "2.00")), count(rows_from(200, 42, "2.00"))
    assert (many - few) / 21 <= 20


@pytest.mark.parametrize(
    "products", [[], "x", [1], {"sku": "A"}, [{"sku": "A"}] * 1001], ids=["none", "text", "number", "object", "many"]
)
def test_body_that_is_no_list_of_rows_is_refused(staff: APIClient, products: Any) -> None:
    answer = staff.put(BULK, {"products": products})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["errors"][0]["pointer"].startswith("/products")
    assert not Product.objects.exists()


def test_text_that_cannot_be_stored_names_its_row(staff: APIClient) -> None:
    answer = staff.put(BULK, {"products": [{"sku": "A", "title": "A"}, {"sku": "B", "title": "a\0b"}]})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert [entry["pointer"] for entry in answer.json()["errors"]] == ["/products/1/title"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (BULK, {"products": [{"sku": "A", "title": "A"}]}),
        ("/api/v1/admin/categories-bulk/", {"categories": [{"data": {"code": "A"}}]}),
    ],
)
def test_no_version_is_that_of_a_batch(staff: APIClient, path: str, body: dict[str, Any]) -> None:
    refused = staff.put(path, body, HTTP_IF_MATCH='"zzz"')
    assert (refused.status_code, refused.json()["code"]) == (412, "stale_version")
    assert not Product.objects.exists()
    assert not Category.objects.exists()
    assert staff.put(path, body, HTTP_IF_MATCH="*").status_code == 200


def test_prices_are_changed_by_those_who_may(staff: APIClient) -> None:
    from django.contrib.auth.models import Permission

    make_product("Mug", sku="MUG")
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["add_product", "change_product"]))
    client = client_of(clerk)
    assert states(put(client, {"sku": "MUG", "price": "1.00"})) == [("MUG", "refused", "permission_denied", "/price")]
    assert states(put(client, {"sku": "MUG", "title": "Cup"})) == [("MUG", "updated", None, None)]
    assert StockRecord.objects.get().price == Decimal("10.00")


def test_refused_row_has_the_facts_of_a_single_write(staff: APIClient) -> None:
    shirts = make_class("Shirts")
    make_class("Books")
    make_attribute(shirts, "washing")
    shirt = make_product("Shirt", sku="SHIRT", product_class="Shirts")
    change_product(shirt.pk, changes={"attributes": {"washing": "40"}})
    parent = create_product(NewProduct("Top", None, None, product_class="Shirts", structure="parent"))
    first, second = build_variants(parent, Matrix({"size": ["S", "M"]}, sku="TOP-{size}"), changed_by=None)
    make_product("Mug", sku="MUG")
    wanted: dict[int, dict[str, Any]] = {
        shirt.pk: {"sku": "SHIRT", "product_class": "books"},
        second: {"sku": "TOP-m", "attributes": {"size": "S"}},
        Product.objects.get(upc="MUG").pk: {"sku": "MUG", "barcode": "123"},
    }
    mug = {"sku": "MUG", "status": "scheduled", "publish_from": "2000-01-01T00:00:00Z"}
    rows = put(staff, *wanted.values())
    assert [row["facts"] for row in rows] == [
        {"attributes": ["washing"]},
        {"variant": first},
        {"reason": "A barcode has 8, 12, 13 or 14 digits, the last of which checks the others."},
    ]
    for (pk, body), row in zip(wanted.items(), rows, strict=True):
        single = staff.patch(f"/api/v1/admin/products/{pk}/", body).json()
        assert {name: single[name] for name in row["facts"]} == row["facts"]
    assert [row["facts"] for row in put(staff, mug)] == [{"reason": "That time is over."}]
    other = put(staff, {"sku": "MUG"}, {"sku": "MUG", "title": "Twice"}, {"sku": "CUP", "price": "x"}, {"sku": "CUP"})
    assert [(row["status"], row["facts"]) for row in other] == [
        ("unchanged", None),
        ("refused", None),
        ("refused", None),
        ("refused", {"reason": "A product has a title."}),
    ]
