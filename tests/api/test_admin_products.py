"""Products over the API as staff and partner staff write them: drafts, variants, whole and in part."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Brand,
    Option,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductClass,
)
from forked_apps.partner.models import Partner, StockMovement, StockRecord
from nexus_shop.core.models import OutboxEvent
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_category, make_product
from tests.factories.staff import make_member, make_partner
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

PATH = "/api/v1/admin/products/"
BULK = "/api/v1/admin/products/bulk/"
STOCK = "/api/v1/admin/stockrecords/"


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def north() -> Partner:
    return make_partner("Northern workshop")


@pytest.fixture
def worker(north: Partner) -> APIClient:
    """Somebody who works for the northern workshop."""
    return client_of(make_member("Partner staff", partner=north))


@pytest.fixture
def shirts() -> ProductClass:
    """A class with a size (of S, M), a text and a number."""
    made: ProductClass = ProductClass.objects.create(name="Shirts", slug="shirts")
    group = AttributeOptionGroup.objects.create(name="Sizes")
    for name in ("S", "M"):
        AttributeOption.objects.create(group=group, option=name)
    for code, kind in (("size", "option"), ("fabric", "text"), ("weight", "float")):
        ProductAttribute.objects.create(
            product_class=made, code=code, name=code, type=kind, option_group=group if kind == "option" else None
        )
    return made


def snapshot() -> list[Any]:
    """All that a refused write must not have changed."""
    models = (Product, StockRecord, ProductAttributeValue, Brand, OutboxEvent)
    return [sorted(model._default_manager.values_list(), key=str) for model in models]


def full(category_id: int, other_id: int, brand_id: int) -> dict[str, Any]:
    """Everything that can be said of a product."""
    return {
        "title": "Linen shirt",
        "slug": "linen-shirt",
        "sku": "LINEN",
        "barcode": "4006381333931",
        "unit": {"measure": "g", "content": "250", "reference": "100"},
        "description": "<p>Cool.</p>",
        "is_discountable": False,
        "priority": 3,
        "meta_title": "Shirts of linen",
        "meta_description": "Cool in summer",
        "canonical_url": "/shirts/linen/",
        "og_title": "Look",
        "og_description": "A shirt",
        "brand": brand_id,
        "product_class": "shirts",
        "categories": [category_id],
        "tags": ["Linen", "Summer"],
        "options": ["engraving"],
        "attributes": {"size": "M", "fabric": "linen", "weight": 0.25},
        "recommendations": {"related": [other_id], "cross_sell": [], "up_sell": [other_id]},
        "status": "draft",
        "publish_from": None,
        "publish_until": None,
    }


@pytest.mark.usefixtures("shirts")
def test_draft_is_made_whole_read_and_written_back_unchanged(staff: APIClient) -> None:
    Option.objects.create(name="Engraving", code="engraving", type="text")
    body = full(make_category("Shirts").pk, make_product().pk, Brand.objects.create(name="Acme", slug="acme").pk)
    created = staff.post(PATH, body | {"price": "30.00", "list_price": "40.00", "stock_quantity": 7})
    assert created.status_code == 201, created.content
    shown = created.json()
    assert {name: shown[name] for name in body} == body
    place = f"{PATH}{shown['id']}/"
    assert (created.headers["Location"], created.headers["ETag"]) == (place, f'"{shown["version"]}"')
    record = StockRecord.objects.get(pk=shown["stockrecords"][0])
    assert (record.price, record.list_price, record.num_in_stock) == (Decimal("30.00"), Decimal("40.00"), 7)
    assert new_client().get(f"/api/v1/products/{shown['id']}/").status_code == 404

    before = snapshot()
    for client_body in (shown, staff.get(place).json()):
        again = staff.put(place, client_body, HTTP_IF_MATCH=created.headers["ETag"])
        assert (again.status_code, again.json()) == (200, shown)
    assert staff.patch(place, shown).json() == shown
    assert snapshot() == before


@pytest.mark.usefixtures("shirts")
def test_put_empties_what_it_leaves_out_and_patch_does_not(staff: APIClient) -> None:
    Option.objects.create(name="Engraving", code="engraving", type="text")
    body = full(make_category("Shirts").pk, make_product().pk, Brand.objects.create(name="Acme", slug="acme").pk)
    place = staff.post(PATH, body).headers["Location"]
    patched = staff.patch(place, {"attributes": {"size": "S"}, "tags": []}).json()
    assert patched["attributes"] == {"size": "S", "fabric": "linen", "weight": 0.25}
    assert (patched["tags"], patched["brand"]) == ([], body["brand"])
    put = staff.put(place, {"title": "Shirt"}).json()
    assert (put["title"], put["slug"], put["product_class"], put["status"]) == (
        "Shirt",
        "linen-shirt",
        "shirts",
        "draft",
    )
    assert (put["sku"], put["barcode"], put["brand"], put["description"]) == (None, None, None, "")
    assert (put["attributes"], put["categories"], put["options"], put["is_discountable"]) == ({}, [], [], True)
    assert put["recommendations"] == {"related": [], "cross_sell": [], "up_sell": []}


def test_product_is_scheduled_published_and_archived(staff: APIClient) -> None:
    product = make_product("Mug")
    place = f"{PATH}{product.pk}/"
    start = (timezone.now() + timedelta(days=1)).isoformat()
    scheduled = staff.patch(place, {"status": "scheduled", "publish_from": start}).json()
    assert scheduled["status"] == "scheduled"
    assert staff.put(place, scheduled).json() == scheduled
    assert staff.patch(place, {"status": "published", "publish_from": None}).json()["status"] == "published"
    assert new_client().get(f"/api/v1/products/{product.pk}/").status_code == 200
    version = staff.get(place).headers["ETag"]
    assert staff.delete(place, HTTP_IF_MATCH='"stale"').status_code == 412
    assert staff.delete(place, HTTP_IF_MATCH=version).status_code == 204
    assert staff.delete(place).status_code == 204
    assert staff.get(place).json()["status"] == "archived"
    assert new_client().get(f"/api/v1/products/{product.pk}/").status_code == 404
    refused = staff.patch(place, {"status": "published"})
    assert (refused.status_code, refused.json()["code"]) == (409, "publication_refused")


@pytest.mark.usefixtures("shirts")
def test_variants_are_built_once_and_changed_by_themselves(staff: APIClient) -> None:
    parent = staff.post(PATH, {"title": "Shirt", "sku": "SH", "structure": "parent", "product_class": "shirts"}).json()
    wish = {"axes": {"size": ["S", "M"]}, "sku": "{sku}-{size}", "price": "20.00", "stock_quantity": 3}
    built = staff.post(f"{PATH}{parent['id']}/variants/", wish)
    assert built.status_code == 201, built.content
    assert [(child["sku"], child["attributes"], child["parent"]) for child in built.json()] == [
        ("SH-s", {"size": "S"}, parent["id"]),
        ("SH-m", {"size": "M"}, parent["id"]),
    ]
    assert sorted(StockRecord.objects.values_list("price", "num_in_stock")) == [(Decimal("20.00"), 3)] * 2
    assert staff.post(f"{PATH}{parent['id']}/variants/", wish).json() == []
    child = built.json()[0]
    before = snapshot()
    assert staff.put(f"{PATH}{child['id']}/", child).json() == child
    assert snapshot() == before
    assert staff.patch(f"{PATH}{child['id']}/", {"title": "Small"}).json()["title"] == "Small"
    assert staff.get(f"{PATH}{parent['id']}/").json()["variants"] == [row["id"] for row in built.json()]
    refused = staff.post(f"{PATH}{parent['id']}/variants/", wish | {"axes": {"colour": ["red"]}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/axes/colour")


def test_list_is_narrowed_and_costs_the_same_for_one_as_for_three(staff: APIClient) -> None:
    counts = []
    for number in range(3):
        make_product(f"Mug {number}", sku=f"MUG-{number}", category_ids=[make_category(f"C{number}").pk])
        counts.append(len(statements_of(lambda: staff.get(f"{PATH}?search=mug"))[0]))
    assert counts[0] == counts[2]
    staff.patch(f"{PATH}{Product.objects.get(upc='MUG-1').pk}/", {"status": "draft"})

    def skus(query: str) -> list[str]:
        return [row["sku"] for row in staff.get(f"{PATH}?{query}").json()["results"]]

    assert skus("status=draft") == ["MUG-1"]
    assert skus("sku=MUG-2") == ["MUG-2"]
    assert skus("search=mug-") == ["MUG-0", "MUG-1", "MUG-2"]
    assert skus("structure=parent") == []
    first = staff.get(f"{PATH}?page_size=2").json()
    assert [row["sku"] for row in staff.get(first["next"]).json()["results"]] == ["MUG-2"]


# Partner staff


def test_partner_staff_keep_only_what_only_they_sell(worker: APIClient, north: Partner) -> None:
    foreign = make_product("Foreign", sku="F")
    shared = make_product("Shared", sku="S")
    StockRecord.objects.create(product=shared, partner=north, partner_sku="N", price=5, num_in_stock=1)
    nobodys = make_product("Nobody's", sku="0")
    nobodys.stockrecords.all().delete()
    own = worker.post(PATH, {"title": "Own", "sku": "OWN", "price": "5.00", "stock_quantity": 2}).json()
    assert StockRecord.objects.get(pk=own["stockrecords"][0]).partner == north
    assert [row["id"] for row in worker.get(PATH).json()["results"]] == [own["id"]]
    before = snapshot()
    for product in (foreign, shared, nobodys):
        assert worker.get(f"{PATH}{product.pk}/").status_code == 404
        for place in (
            f"{PATH}{product.pk}/",
            f"/api/v1/products/{product.pk}/",
            f"/api/v1/products/sku:{product.upc}/",
        ):
            whole = {"title": "Mine"} if place.startswith(PATH) else {"title": "Mine", "price": "1.00"}
            assert worker.patch(place, {"title": "Mine"}).status_code == 404
            assert worker.put(place, whole).status_code == 404
            assert worker.delete(place).status_code == 404
        assert worker.post(f"{PATH}{product.pk}/variants/", {"axes": {"size": ["S"]}}).status_code == 404
        refused = worker.post(STOCK, {"product": product.pk, "price": "1.00"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/product")
        row = worker.put(BULK, {"products": [{"sku": product.upc, "title": "Mine"}]}).json()["results"][0]
        assert (row["status"], row["code"], row["pointer"]) == ("refused", "not_found", "/sku")
        child = worker.post(PATH, {"structure": "child", "parent": product.pk, "title": "x", "price": "1.00"})
        assert (child.status_code, child.json()["errors"][0]["pointer"]) == (404, "/parent")
    assert snapshot() == before
    assert worker.patch(f"{PATH}{own['id']}/", {"title": "Own too"}).status_code == 200
    assert worker.patch("/api/v1/products/sku:OWN/", {"price": "6.00"}).json()["price"]["gross"] == "6.00"


def test_partner_staff_do_not_make_what_they_would_lose(worker: APIClient, north: Partner) -> None:
    other = make_partner("Other")
    before = snapshot()
    for body, status, pointer in (
        ({"title": "No price"}, 422, "/price"),
        ({"title": "Parent", "structure": "parent"}, 422, "/variants"),
        ({"title": "For another", "price": "1.00", "partner": other.pk}, 404, "/partner"),
    ):
        refused = worker.post(PATH, body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (status, pointer)
    assert snapshot() == before
    made = worker.post("/api/v1/products/", {"name": "Bowl", "price": "4.00", "stock_quantity": 1})
    assert made.status_code == 201
    assert StockRecord.objects.get(product=made.json()["id"]).partner == north


@pytest.mark.usefixtures("shirts")
def test_partner_staff_make_a_parent_with_its_variants(worker: APIClient, north: Partner) -> None:
    body = {
        "title": "Shirt",
        "structure": "parent",
        "product_class": "shirts",
        "variants": {"axes": {"size": ["S", "M"]}},
        "price": "9.00",
        "stock_quantity": 1,
    }
    made = worker.post(PATH, body).json()
    assert len(made["variants"]) == 2
    assert {record.partner for record in StockRecord.objects.all()} == {north}
    assert worker.get(f"{PATH}{made['variants'][0]}/").status_code == 200


# Stock records


def test_stock_record_is_made_changed_and_deleted(staff: APIClient, north: Partner) -> None:
    mug = make_product("Mug", sku="MUG")
    body = {
        "product": mug.pk,
        "partner": north.pk,
        "partner_sku": "N-1",
        "price": "12.00",
        "list_price": "15.00",
        "num_in_stock": 4,
        "low_stock_threshold": 2,
        "backorder_limit": 3,
        "expected_on": "2030-01-31",
        "is_preorder": True,
    }
    created = staff.post(STOCK, body)
    assert created.status_code == 201, created.content
    shown = created.json()
    assert {name: shown[name] for name in body if name not in {"product", "partner"}} == {
        name: value for name, value in body.items() if name not in {"product", "partner"}
    }
    assert (shown["product"]["id"], shown["partner"]["id"], shown["price_currency"]) == (mug.pk, north.pk, "GBP")
    assert StockMovement.objects.get(stock_record=shown["id"]).reason == "api"
    place = f"{STOCK}{shown['id']}/"
    before = snapshot()
    assert staff.put(place, shown, HTTP_IF_MATCH=created.headers["ETag"]).json() == shown
    assert staff.patch(place, {"num_in_stock": 99}).json()["num_in_stock"] == 4
    assert snapshot() == before
    changed = staff.patch(place, {"price": "11.00", "backorder_limit": 0, "is_preorder": False})
    assert (changed.json()["price"], changed.json()["backorder_limit"]) == ("11.00", 0)
    assert OutboxEvent.objects.filter(name="PriceChanged").count() == 2  # the first price, and the change of it
    assert staff.patch(place, {"price": "10.00"}, HTTP_IF_MATCH=created.headers["ETag"]).status_code == 412
    assert staff.put(place, {"price": "9.00"}).json()["list_price"] is None
    assert staff.delete(place).status_code == 204
    assert not StockRecord.objects.filter(pk=shown["id"]).exists()


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"price": "1.005"}, 400, "invalid_request", "/price"),
        ({"price": "-1"}, 400, "invalid_request", "/price"),
        ({"price": ""}, 400, "invalid_request", "/price"),
        ({"price": "1e3"}, 400, "invalid_request", "/price"),
        ({"price": "99999999999.00"}, 400, "invalid_request", "/price"),
        ({"list_price": "10.00"}, 422, "list_price_too_low", "/list_price"),
        ({"list_price": "9.99"}, 422, "list_price_too_low", "/list_price"),
        ({"price": None, "list_price": "9.99"}, 422, "list_price_too_low", "/list_price"),
        ({"backorder_limit": -1}, 400, "invalid_request", "/backorder_limit"),
        ({"backorder_limit": 2**31}, 400, "invalid_request", "/backorder_limit"),
        ({"expected_on": "soon"}, 400, "invalid_request", "/expected_on"),
        ({"is_preorder": 1}, 400, "invalid_request", "/is_preorder"),
        ({"partner_sku": "<script>"}, 400, "invalid_request", "/partner_sku"),
        ({"partner_sku": "x" * 129}, 400, "invalid_request", "/partner_sku"),
        ({"partner_sku": "PEN"}, 409, "partner_sku_taken", "/partner_sku"),
        ({"surprise": 1}, 400, "unknown_field", "/surprise"),
        ({"low_stock_threshold": True}, 400, "invalid_request", "/low_stock_threshold"),
    ],
)
def test_bad_stock_record_is_refused_and_nothing_written(
    staff: APIClient, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    make_product("Pen", sku="PEN")
    mug = make_product("Mug", sku="MUG", price="10.00")
    record = mug.stockrecords.get()
    before = snapshot()
    answer = staff.patch(f"{STOCK}{record.pk}/", changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert snapshot() == before


def test_stock_that_orders_wait_for_is_not_deleted(staff: APIClient) -> None:
    record = make_product("Mug").stockrecords.get()
    StockRecord.objects.filter(pk=record.pk).update(num_allocated=2)
    answer = staff.delete(f"{STOCK}{record.pk}/")
    assert (answer.status_code, answer.json()["code"], answer.json()["allocated"]) == (409, "stock_still_promised", 2)
    parent = Product.objects.create(structure="parent", title="Shirt", product_class=ProductClass.objects.first())
    refused = staff.post(STOCK, {"product": parent.pk, "price": "1.00"})
    assert (refused.status_code, refused.json()["code"]) == (422, "variant_required")


def test_foreign_stock_record_is_not_there(worker: APIClient, north: Partner) -> None:
    foreign = make_product("Mug").stockrecords.get()
    own = worker.post(PATH, {"title": "Own", "price": "5.00"}).json()["stockrecords"][0]
    before = snapshot()
    for method in ("get", "put", "patch", "delete"):
        body = {"price": "1.00"} if method in {"put", "patch"} else None
        assert getattr(worker, method)(f"{STOCK}{foreign.pk}/", body).status_code == 404
    assert snapshot() == before
    assert worker.patch(f"{STOCK}{own}/", {"price": "4.00"}).json()["price"] == "4.00"
    assert [row["id"] for row in worker.get(STOCK).json()["results"]] == [own]


# The public address


def test_product_is_changed_in_the_words_of_the_brief(staff: APIClient) -> None:
    mug = make_product("Mug", sku="MUG", stock=5)
    laptops = make_category("Laptops")
    place = f"/api/v1/products/{mug.pk}/"
    tag = staff.get(place).headers["ETag"]
    body = {"name": "Laptop", "description": "<p onclick=x>Fast.</p>", "price": "1299.99", "category": laptops.pk}
    answer = staff.put(place, body | {"stock_quantity": 50, "sku": "LAPTOP-001"}, HTTP_IF_MATCH=tag)
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert (shown["title"], shown["sku"], shown["price"]["gross"]) == ("Laptop", "LAPTOP-001", "1299.99")
    assert (shown["description"], shown["categories"][0]["id"]) == ("<p>Fast.</p>", laptops.pk)
    assert new_client().get(place).json() == shown
    movement = StockMovement.objects.latest("pk")
    assert (movement.balance, movement.reason) == (50, "api")
    assert staff.patch(place, {"price": "1.00"}, HTTP_IF_MATCH=tag).json()["code"] == "stale_version"
    assert staff.patch("/api/v1/products/sku:LAPTOP-001/", {"title": "Notebook"}).json()["title"] == "Notebook"
    missing = staff.patch(place, {"category": 999_999})
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (404, "/category")
    assert staff.delete(place).status_code == 204
    assert staff.get(place).status_code == 404
    assert staff.patch(place, {"title": "Still there"}).json()["title"] == "Still there"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/api/v1/products/{}/", PATH + "{}/"])
def test_customers_change_no_product(method: str, path: str) -> None:
    mug = make_product("Mug")
    for client, status in ((new_client(), 401), (client_of(make_member("customer")), 403)):
        assert getattr(client, method)(path.format(mug.pk), {"title": "x"}).status_code == status
    assert Product.objects.get(pk=mug.pk).title == "Mug"


# Bad input


@pytest.mark.usefixtures("shirts")
@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"title": ""}, 422, "product_value_refused", "/title"),
        *(({field: value}, 400, "invalid_request", f"/{field}")
          for field in ("title", "sku", "meta_title", "meta_description", "og_title", "og_description", "canonical_url")
          for value in ("x" * 1001, 5, ["x"], "<script>alert(1)</script>")),
        *(({field: value}, 400, "invalid_request", f"/{field}")
          for field in ("title", "sku") for value in ("a\u0007b", "a\nb", "\u200b", "\u202e", "\ufeff\u00ad")),
        ({"slug": "12"}, 400, "invalid_request", "/slug"),
        ({"slug": "search"}, 400, "invalid_request", "/slug"),
        ({"slug": "taken"}, 409, "slug_taken", "/slug"),
        ({"sku": "TAKEN"}, 409, "sku_taken", "/sku"),
        ({"barcode": "123"}, 422, "product_value_refused", "/barcode"),
        ({"unit": {"measure": "pound", "content": "1"}}, 400, "invalid_request", "/unit/measure"),
        ({"unit": {"measure": "kg"}}, 400, "invalid_request", "/unit/content"),
        ({"unit": {"measure": "kg", "content": "0"}}, 400, "invalid_request", "/unit/content"),
        ({"unit": {"measure": "kg", "content": "1.00001"}}, 400, "invalid_request", "/unit/content"),
        ({"unit": {"measure": "kg", "content": "1", "reference": "1e9"}}, 400, "invalid_request", "/unit/reference"),
        ({"unit": "kg"}, 400, "invalid_request", "/unit"),
        ({"canonical_url": "javascript:alert(1)"}, 422, "product_value_refused", "/canonical_url"),
        ({"description": 5}, 400, "invalid_request", "/description"),
        ({"description": "x" * 50_001}, 400, "invalid_request", "/description"),
        ({"brand": 999_999}, 404, "not_found", "/brand"),
        ({"brand": "Acme"}, 400, "invalid_request", "/brand"),
        ({"product_class": "none"}, 404, "not_found", "/product_class"),
        ({"categories": [999_999]}, 404, "not_found", "/categories/0"),
        ({"categories": ["1"]}, 400, "invalid_request", "/categories/0"),
        ({"tags": ["x" * 65]}, 400, "invalid_request", "/tags/0"),
        ({"tags": ["<script>"]}, 400, "invalid_request", "/tags/0"),
        ({"options": ["none"]}, 404, "not_found", "/options/0"),
        ({"attributes": {"none": 1}}, 422, "attribute_unknown", "/attributes/none"),
        ({"attributes": {"size": "XXL"}}, 422, "product_value_refused", "/attributes/size"),
        ({"attributes": {"weight": "heavy"}}, 422, "product_value_refused", "/attributes/weight"),
        ({"attributes": {"fabric": 5}}, 422, "product_value_refused", "/attributes/fabric"),
        ({"attributes": {"fabric": "<script>x</script>"}}, 422, "product_value_refused", "/attributes/fabric"),
        ({"attributes": [1]}, 400, "invalid_request", "/attributes/0"),
        ({"recommendations": {"related": [999_999]}}, 404, "not_found", "/recommendations/related/0"),
        ({"recommendations": {"friends": []}}, 400, "unknown_field", "/recommendations/friends"),
        ({"status": "gone"}, 400, "invalid_request", "/status"),
        ({"status": "scheduled"}, 422, "schedule_refused", "/publish_from"),
        ({"publish_from": "soon"}, 400, "invalid_request", "/publish_from"),
        ({"surprise": 1}, 400, "unknown_field", "/surprise"),
        ({"rating": 5}, 400, "unknown_field", "/rating"),
    ],
)  # fmt: skip
def test_bad_product_is_refused_and_nothing_written(
    staff: APIClient, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    taken = make_product("Taken", sku="TAKEN")
    Product.objects.filter(pk=taken.pk).update(slug="taken")
    shirt = make_product("Shirt", sku="SHIRT", product_class="Shirts")
    before = snapshot()
    place = f"{PATH}{shirt.pk}/"
    good = {"title": "Shirt", "product_class": "shirts"}
    for method, path, body in (
        ("patch", place, changes),
        ("put", place, {**good, "sku": "SHIRT"} | changes),
        ("post", PATH, good | changes),
    ):
        answer = getattr(staff, method)(path, body)
        assert (method, answer.status_code, answer.json()["code"]) == (method, status, code), answer.content
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert snapshot() == before


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"price": "1.005"}, 400, "/price"),
        ({"price": "5.00", "list_price": "5.00"}, 422, "/list_price"),
        ({"list_price": "5.00"}, 422, "/list_price"),
        ({"price": "5.00", "stock_quantity": -1}, 400, "/stock_quantity"),
        ({"price": "5.00", "partner": 999_999}, 404, "/partner"),
        ({"structure": "child", "price": "5.00"}, 422, "/parent"),
        ({"structure": "parent", "price": "5.00"}, 422, "/price"),
        ({"structure": "bundle"}, 400, "/structure"),
        ({"parent": 999_999, "structure": "child"}, 404, "/parent"),
        ({"variants": {"axes": {"size": ["S"]}}}, 400, "/variants"),
        ({"sku": "TAKEN", "price": "5.00"}, 409, "/sku"),
    ],
)
def test_product_that_cannot_be_sold_is_not_made(
    staff: APIClient, changes: dict[str, Any], status: int, pointer: str
) -> None:
    make_product("Taken", sku="TAKEN")
    before = snapshot()
    answer = staff.post(PATH, {"title": "New"} | changes)
    assert answer.status_code == status, answer.content
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert snapshot() == before
