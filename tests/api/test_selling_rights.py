"""Who may say over the API how a product is sold: stock records have permissions of their own."""

from typing import Any, Final

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from forked_apps.catalogue.models import AttributeOption, AttributeOptionGroup, Product, ProductAttribute, ProductClass
from forked_apps.partner.models import StockRecord
from tests.factories.http import client_of
from tests.factories.shop import make_product, make_user
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db

PATH: Final = "/api/v1/admin/products/"


def clerk_with(*permissions: str) -> APIClient:
    """Staff with these permissions and no others."""
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return client_of(clerk)


def counts() -> tuple[int, int]:
    return Product.objects.count(), StockRecord.objects.count()


@pytest.mark.parametrize("path", [PATH, "/api/v1/products/"])
def test_product_with_a_price_takes_the_right_to_add_stock_records(path: str) -> None:
    body = {"title": "Mug", "sku": "MUG", "price": "5.00", "stock_quantity": 3}
    refused = clerk_with("add_product", "change_product", "view_product").post(path, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert counts() == (0, 0)
    assert clerk_with("add_product", "view_product", "add_stockrecord").post(path, body).status_code == 201
    assert counts() == (1, 1)


@pytest.mark.parametrize("sale", [{"price": "5.00"}, {"stock_quantity": 3}])
def test_new_stock_record_of_another_partner_takes_the_right_too(sale: dict[str, Any]) -> None:
    client = clerk_with("add_product", "view_product", "change_stockrecord")
    body = {"title": "Mug", "partner": make_partner("North").pk}
    refused = client.post(PATH, body | sale)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, f"/{next(iter(sale))}")
    assert counts() == (0, 0)
    assert client.post(PATH, body).status_code == 201
    assert counts() == (1, 0)


def test_first_price_of_a_product_takes_the_right_to_add_and_the_next_one_to_change() -> None:
    mug = make_product("Mug", sku="MUG")
    mug.stockrecords.all().delete()
    body = {"price": "5.00"}
    changing = clerk_with("change_product", "view_product", "change_stockrecord")
    adding = clerk_with("change_product", "view_product", "add_stockrecord")
    assert changing.patch(f"{PATH}{mug.pk}/", body).status_code == 400  # these are the words of the other address
    assert changing.patch(f"/api/v1/products/{mug.pk}/", body).status_code == 403
    assert adding.patch(f"/api/v1/products/{mug.pk}/", body).status_code == 200
    assert adding.patch(f"/api/v1/products/{mug.pk}/", {"price": "6.00"}).status_code == 403
    assert changing.patch(f"/api/v1/products/{mug.pk}/", {"price": "7.00"}).status_code == 200
    assert str(StockRecord.objects.get().price) == "7.00"


def test_bulk_rows_and_variants_take_the_right_to_add_stock_records() -> None:
    shirts = ProductClass.objects.create(name="Shirts", slug="shirts")
    group = AttributeOptionGroup.objects.create(name="Sizes")
    AttributeOption.objects.create(group=group, option="S")
    ProductAttribute.objects.create(product_class=shirts, code="size", name="Size", type="option", option_group=group)
    shirt = Product.objects.create(structure="parent", title="Shirt", product_class=shirts)
    client = clerk_with("add_product", "change_product", "view_product", "change_stockrecord")
    rows = client.put(f"{PATH}bulk/", {"products": [{"sku": "CUP", "title": "Cup", "price": "5.00"}]}).json()["results"]
    assert [(row["status"], row["code"], row["pointer"]) for row in rows] == [
        ("refused", "permission_denied", "/price")
    ]
    refused = client.post(f"{PATH}{shirt.pk}/variants/", {"axes": {"size": ["S"]}, "price": "5.00"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert counts() == (1, 0)
    assert client.post(f"{PATH}{shirt.pk}/variants/", {"axes": {"size": ["S"]}}).status_code == 201


def test_archiving_is_a_change_that_can_be_undone() -> None:
    mug = make_product("Mug")
    client = clerk_with("change_product", "view_product")
    assert client.delete(f"{PATH}{mug.pk}/").status_code == 403
    assert client.patch(f"{PATH}{mug.pk}/", {"status": "archived"}).json()["status"] == "archived"
    assert client.patch(f"{PATH}{mug.pk}/", {"status": "draft"}).json()["status"] == "draft"


STOCK: Final = "/api/v1/admin/stockrecords/"


def test_partner_staff_do_not_delete_the_last_record_of_a_product() -> None:
    north = make_partner("North")
    worker = client_of(make_member("Partner staff", partner=north))
    own = worker.post(PATH, {"title": "Own", "sku": "OWN", "price": "5.00", "stock_quantity": 2}).json()
    place = f"{STOCK}{own['stockrecords'][0]}/"
    refused = worker.delete(place)
    assert (refused.status_code, refused.json()["code"]) == (409, "last_stock_record")
    assert worker.get(f"{PATH}{own['id']}/").json()["stockrecords"] == own["stockrecords"]
    second = StockRecord.objects.create(product_id=own["id"], partner=north, partner_sku="N-2", price=4)
    assert worker.delete(place).status_code == 204
    assert worker.delete(f"{STOCK}{second.pk}/").status_code == 409
    assert client_of(make_member("Staff")).delete(f"{STOCK}{second.pk}/").status_code == 204


def test_partner_staff_leave_a_product_that_others_sell_and_variants_that_stand_together() -> None:
    north = make_partner("North")
    worker = client_of(make_member("Partner staff", partner=north))
    shared = make_product("Shared")
    record = StockRecord.objects.create(product=shared, partner=north, partner_sku="N-1", price=5)
    assert worker.delete(f"{STOCK}{record.pk}/").status_code == 204
    parent = Product.objects.create(structure="parent", title="Shirt", product_class=shared.product_class)
    records = [
        StockRecord.objects.create(
            product=Product.objects.create(structure="child", parent=parent, title=name),
            partner=north,
            partner_sku=name,
            price=5,
        )
        for name in ("S", "M")
    ]
    assert [worker.delete(f"{STOCK}{record.pk}/").status_code for record in records] == [204, 409]


def test_changes_of_prices_say_why_and_outlive_the_record() -> None:
    boss = client_of(make_member("Admin"))
    mug = boss.post(PATH, {"title": "Mug", "sku": "MUG", "price": "5.00", "reason": "launch"}).json()
    place = f"{STOCK}{mug['stockrecords'][0]}/"
    assert boss.patch(place, {"price": "6.00", "reason": "dearer clay"}).json()["price"] == "6.00"
    assert boss.patch(f"/api/v1/products/{mug['id']}/", {"price": "7.00", "reason": "rent"}).status_code == 200
    row = {"sku": "MUG", "price": "8.00", "stock_quantity": 4, "reason": "season"}
    assert boss.put(f"{PATH}bulk/", {"products": [row]}).json()["results"][0]["status"] == "updated"
    assert boss.patch(place, {"price": "9.00"}).status_code == 200
    assert boss.patch(place, {"price": "9.50", "reason": ""}).status_code == 400
    assert boss.delete(place).status_code == 204
    again = boss.post(STOCK, {"product": mug["id"], "price": "4.00", "reason": "clearance"})
    assert again.status_code == 201
    rows = boss.get(f"/api/v1/admin/prices/changes/?product={mug['id']}").json()["results"]
    assert [(row["new_price"] and row["new_price"]["amount"], row["reason"]) for row in rows] == [
        ("4.00", "clearance"),
        (None, "api"),
        ("9.00", "api"),
        ("8.00", "season"),
        ("7.00", "rent"),
        ("6.00", "dearer clay"),
        ("5.00", "launch"),
    ]
    assert {(row["product"]["id"], row["product"]["title"], row["product"]["sku"]) for row in rows} == {
        (mug["id"], "Mug", "MUG")
    }
    moves = boss.get("/api/v1/admin/inventory/adjustments/?sku=MUG").json()["results"]
    assert [(row["delta"], row["reason"], row["product"]["title"]) for row in moves] == [
        (0, "clearance", "Mug"),
        (-4, "api", "Mug"),
        (4, "season", "Mug"),
        (0, "launch", "Mug"),
    ]
    made = boss.post("/api/v1/products/", {"name": "Cup", "price": "3.00", "reason": "range"}).json()
    (first,) = boss.get(f"/api/v1/admin/prices/changes/?product={made['id']}").json()["results"]
    assert first["reason"] == "range"
