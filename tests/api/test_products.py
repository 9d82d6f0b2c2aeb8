"""Products and categories over the API."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Category, Product
from forked_apps.catalogue.operations import product_class_named
from forked_apps.partner.models import StockRecord
from forked_apps.search.operations import rebuild_noted
from nexus_shop.core.models import OutboxEvent
from tests.factories.http import client_of
from tests.factories.shop import make_category, make_parent, make_product, make_user

pytestmark = pytest.mark.django_db

CARD = {
    *("id", "url", "slug", "title", "sku", "structure", "brand", "categories", "price", "price_from", "list_price"),
    *("availability", "image", "rating", "variant_count", "tags", "lowest_price", "unit_price", "offers"),
}
DETAIL = CARD | {
    *("description", "attributes", "options", "images", "media", "variants", "breadcrumbs", "seo", "date_created"),
    *("date_updated", "barcode", "parent"),
}


def titles(response: Any) -> list[str]:
    return [card["title"] for card in response.json()["results"]]


def test_list_shows_cards_newest_first(api: APIClient) -> None:
    things = make_category("Things")
    make_product("First", price="12.00", category_ids=[things.pk], list_price=Decimal("15.00"), sku="A-1")
    make_product("Second")
    response = api.get("/api/v1/products/")
    assert response.status_code == 200
    body = response.json()
    assert (body["next"], body["previous"], body["count"]) == (None, None, 2)
    assert titles(response) == ["Second", "First"]
    card = body["results"][1]
    assert set(card) == CARD
    assert card["sku"] == "A-1"
    assert card["slug"] == "first"
    assert card["url"] == f"/api/v1/products/{card['id']}/"
    assert card["price"] == {"currency": "GBP", "net": "10.00", "tax": "2.00", "gross": "12.00"}
    assert card["list_price"] == {"currency": "GBP", "net": "12.50", "tax": "2.50", "gross": "15.00"}
    assert card["availability"] == {"is_available": True, "code": "instock", "message": "In stock", "expected_on": None}
    assert card["categories"] == [{"id": things.pk, "name": "Things", "slug": "things", "path": "things"}]
    assert card["rating"] == {"average": None, "count": 0}


def test_detail_by_id_slug_and_sku(api: APIClient) -> None:
    product = make_product("Blue Mug", sku="MUG-1", description="<p>Holds <script>alert(1)</script>tea</p>")
    bodies = [api.get(f"/api/v1/products/{key}/").json() for key in (product.pk, "blue-mug", "sku:MUG-1")]
    assert bodies[0] == bodies[1] == bodies[2]
    assert set(bodies[0]) == DETAIL
    assert bodies[0]["description"] == "<p>Holds tea</p>"
    assert (bodies[0]["seo"]["title"], bodies[0]["seo"]["description"]) == ("Blue Mug", "Holds tea")


def test_parent_stands_in_the_list_and_its_variants_in_the_detail(api: APIClient) -> None:
    parent, (small, large) = make_parent("Shirt", {"Shirt S": ("20.00", 0), "Shirt L": ("25.00", 3)})
    response = api.get("/api/v1/products/")
    assert titles(response) == ["Shirt"]
    card = response.json()["results"][0]
    assert card["variant_count"] == 2
    assert card["price_from"]["gross"] == "25.00"
    assert card["availability"]["is_available"] is True
    detail = api.get(f"/api/v1/products/{parent.pk}/").json()
    assert [(v["id"], v["title"], v["availability"]["code"]) for v in detail["variants"]] == [
        (small.pk, "Shirt S", "outofstock"),
        (large.pk, "Shirt L", "instock"),
    ]
    child = api.get(f"/api/v1/products/{large.pk}/").json()
    assert (child["structure"], child["price"]["gross"], child["slug"]) == ("child", "25.00", "shirt-l")


def test_unpublished_is_never_visible(api: APIClient) -> None:
    product = make_product("Secret", sku="S-1")
    parent, (child,) = make_parent("Hidden shirt", {"Hidden shirt S": ("20.00", 3)})
    Product.objects.filter(pk__in=[product.pk, parent.pk]).update(is_public=False)
    rebuild_noted()
    assert titles(api.get("/api/v1/products/")) == []
    for key in (product.pk, "secret", "sku:S-1", parent.pk, child.pk):
        response = api.get(f"/api/v1/products/{key}/")
        assert response.status_code == 404
        assert response.json()["code"] == "not_found"


@pytest.mark.parametrize("key", ["0", "999999", "99999999999999", "no-such-slug", "sku:", "sku:nothing", "%00", "１"])
def test_detail_of_nothing(api: APIClient, key: str) -> None:
    response = api.get(f"/api/v1/products/{key}/")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_list_pages(api: APIClient) -> None:
    for number in range(5):
        make_product(f"P{number}")
    first = api.get("/api/v1/products/?page_size=2")
    assert titles(first) == ["P4", "P3"]
    assert first.json()["next"] == "/api/v1/products/?page_size=2&page=2"
    assert first.headers["Link"] == '</api/v1/products/?page_size=2&page=2>; rel="next"'
    third = api.get("/api/v1/products/?page_size=2&page=3")
    assert titles(third) == ["P0"]
    assert third.json()["next"] is None
    assert third.json()["previous"] == "/api/v1/products/?page_size=2&page=2"
    assert titles(api.get("/api/v1/products/?page=40")) == []


def test_list_orders(api: APIClient) -> None:
    for title, price in (("Ärmel", "3.00"), ("Apfel", "1.00"), ("Zebra", "2.00")):
        make_product(title, price=price)
    assert titles(api.get("/api/v1/products/?ordering=price")) == ["Apfel", "Zebra", "Ärmel"]
    assert titles(api.get("/api/v1/products/?ordering=-price")) == ["Ärmel", "Zebra", "Apfel"]
    assert titles(api.get("/api/v1/products/?ordering=title")) == ["Apfel", "Ärmel", "Zebra"]
    assert titles(api.get("/api/v1/products/?ordering=date_created")) == ["Ärmel", "Apfel", "Zebra"]


def test_list_filters(api: APIClient) -> None:
    things = make_category("Things")
    small = make_category("Small", things)
    make_product("In both", price="5.00", category_ids=[small.pk])
    make_product("Elsewhere", price="50.00")
    make_product("Sold out", price="7.00", stock=0, category_ids=[things.pk])
    assert titles(api.get(f"/api/v1/products/?category={things.pk}")) == ["Sold out", "In both"]
    assert titles(api.get("/api/v1/products/?category=things/small")) == ["In both"]
    assert titles(api.get("/api/v1/products/?in_stock=false")) == ["Sold out"]
    assert titles(api.get("/api/v1/products/?price_min=6&price_max=10.00")) == ["Sold out"]
    assert api.get("/api/v1/products/?category=things&in_stock=true&count=exact").json()["count"] == 1


@pytest.mark.parametrize("category", ["999999", "no/such", "99999999999999999999"])
def test_list_of_an_unknown_category(api: APIClient, category: str) -> None:
    response = api.get("/api/v1/products/", {"category": category})
    assert response.status_code == 404
    assert response.json()["errors"][0]["parameter"] == "category"


def test_hidden_category_is_not_found(api: APIClient) -> None:
    hidden = make_category("Hidden")
    hidden.is_public = False
    hidden.save()
    make_product("Inside", category_ids=[hidden.pk])
    assert api.get(f"/api/v1/products/?category={hidden.pk}").status_code == 404
    assert api.get("/api/v1/products/").json()["results"][0]["categories"] == []


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("page=0", "invalid_request", "page"),
        ("page=x", "invalid_request", "page"),
        ("page_size=101", "invalid_request", "page_size"),
        ("page=101&page_size=100", "page_too_deep", "page"),
        ("ordering=id", "invalid_request", "ordering"),
        ("price_min=-1", "invalid_request", "price_min"),
        ("price_min=1e5", "invalid_request", "price_min"),
        ("price_min=NaN", "invalid_request", "price_min"),
        ("in_stock=perhaps", "invalid_request", "in_stock"),
        ("facets=brand", "unknown_parameter", "facets"),
        ("page=1&page=2", "invalid_request", "page"),
        ("category=%00", "invalid_request", "category"),
    ],
)
def test_list_with_a_bad_parameter(api: APIClient, query: str, code: str, parameter: str) -> None:
    response = api.get(f"/api/v1/products/?{query}")
    assert response.status_code == 400
    assert response.json()["code"] == code
    assert response.json()["errors"][0]["parameter"] == parameter


def test_count_is_bounded_unless_asked(api: APIClient) -> None:
    make_product("One")
    product_class_named("Shirts").attributes.create(code="color", name="Color", type="text")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO search_productdocument (product_id, market, language, is_public, is_listed, slug, title_key,
                in_stock, category_ids, date_created, card, attributes, detail, etag, attribute_tokens)
            SELECT 1000000 + n, 'default', 'en', true, true, 's' || n, 't',
                true, '{}', now(), '{"title": "x"}', '[]', '{}', 'e',
                CASE WHEN n < 1001 THEN ARRAY['color=red', 'color=blue'] ELSE ARRAY['color=blue'] END
            FROM generate_series(1, 1001) AS n
            """
        )
    found = {
        "": 1002,
        "attr.color=blue": 1001,
        "attr.color=red": 1000,
        "attr.color=red,blue": 1001,
        "in_stock=true": 1002,
    }
    for query, count in found.items():
        told = api.get(f"/api/v1/products/?{query}").json()["count"]
        exact = api.get(f"/api/v1/products/?{query}&count=exact").json()["count"]
        assert (query, told, exact) == (query, None if count > 1000 else count, count)


def test_public_reads_are_cacheable_and_revalidated(api: APIClient) -> None:
    make_product("Mug")
    for path in ("/api/v1/products/", "/api/v1/products/mug/", "/api/v1/categories/", "/api/v1/countries/"):
        response = api.get(path)
        assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=30"
        assert {"Accept-Language", "X-Store-Key"} <= {name.strip() for name in response.headers["Vary"].split(",")}
        assert response.headers["Content-Language"] == "en"
        assert response.headers["Cache-Tag"]
        etag = response.headers["ETag"]
        assert etag.startswith('"')
        again = api.get(path, HTTP_IF_NONE_MATCH=etag)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
        assert api.get(path, HTTP_IF_NONE_MATCH='"other"').status_code == 200
        assert api.get(path, HTTP_IF_NONE_MATCH=f'"other", W/{etag}').status_code == 304


def test_public_reads_ignore_a_bad_token(api: APIClient) -> None:
    make_product("Mug")
    assert api.get("/api/v1/products/", HTTP_AUTHORIZATION="Bearer nonsense").status_code == 200
    assert api.get("/api/v1/products/mug/", HTTP_AUTHORIZATION="Basic YTpi").status_code == 200


def test_category_tree(api: APIClient) -> None:
    things = make_category("Things")
    small = make_category("Small", things)
    make_category("Tiny", small)
    hidden = make_category("Hidden")
    make_category("Below hidden", hidden)
    hidden = Category.objects.get(pk=hidden.pk)
    hidden.is_public = False
    hidden.save()
    tree = api.get("/api/v1/categories/").json()
    assert tree == api.get("/api/v1/products/categories/").json()
    assert [(root["name"], root["path"], [c["path"] for c in root["children"]]) for root in tree] == [
        ("Things", "things", ["things/small"])
    ]
    below = api.get(f"/api/v1/categories/?root={small.pk}").json()
    assert [(node["path"], node["children"]) for node in below] == [("things/small/tiny", [])]
    assert api.get("/api/v1/categories/?depth=1").json()[0]["children"] == []
    assert api.get(f"/api/v1/categories/?root={hidden.pk}").status_code == 404
    assert api.get("/api/v1/categories/?root=x").status_code == 400


# Writing

BRIEF = {
    "name": "Premium Laptop",
    "description": "Light <img src=x onerror=alert(1)>",
    "price": "1299.99",
    "stock_quantity": 50,
    "sku": "LAPTOP-001",
}


@pytest.fixture
def staff() -> APIClient:
    from django.contrib.auth.models import Group

    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name="Staff"))
    return client_of(user)


def test_staff_creates_a_product_with_the_brief_body(staff: APIClient, api: APIClient) -> None:
    category = make_category("Computers")
    response = staff.post("/api/v1/products/", BRIEF | {"category": category.pk})
    assert response.status_code == 201
    body = response.json()
    assert response.headers["Location"] == body["url"]
    assert set(body) == DETAIL
    assert body["title"] == "Premium Laptop"
    assert body["price"]["gross"] == "1299.99"
    assert "onerror" not in body["description"]
    assert body["categories"][0]["id"] == category.pk
    assert api.get(body["url"]).json() == body
    record = StockRecord.objects.get(product_id=body["id"])
    assert (record.num_in_stock, record.partner.name, record.partner_sku) == (50, "Main warehouse", "LAPTOP-001")


def test_what_was_read_can_be_written_back_under_another_sku(staff: APIClient) -> None:
    assert staff.post("/api/v1/products/", BRIEF).status_code == 201
    response = staff.post("/api/v1/products/", BRIEF | {"sku": "LAPTOP-002", "id": 7, "slug": "x", "url": "/y/"})
    assert response.status_code == 201
    assert response.json()["slug"] == "premium-laptop-2"


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"price": "-1"}, 400, "invalid", "/price"),
        ({"price": "1.005"}, 400, "max_decimal_places", "/price"),
        ({"price": "1e5"}, 400, "invalid", "/price"),
        ({"price": "NaN"}, 400, "invalid", "/price"),
        ({"price": True}, 400, "invalid", "/price"),
        ({"price": None}, 400, "null", "/price"),
        ({"list_price": ""}, 400, "invalid", "/list_price"),
        ({"list_price": "1299.99"}, 400, "invalid", "/list_price"),
        ({"product_class": "Nowhere"}, 404, "not_found", "/product_class"),
        ({"price": "99999999999.00"}, 400, "invalid", "/price"),
        ({"name": ""}, 400, "blank", "/name"),
        ({"name": "x" * 256}, 400, "max_length", "/name"),
        ({"name": 5}, 400, "invalid", "/name"),
        ({"name": ["x"]}, 400, "invalid", "/name"),
        ({"title": "Two"}, 400, "invalid", "/name"),
        ({"stock_quantity": -1}, 400, "min_value", "/stock_quantity"),
        ({"stock_quantity": 2**31}, 400, "max_value", "/stock_quantity"),
        ({"stock_quantity": "5"}, 400, "invalid", "/stock_quantity"),
        ({"stock_quantity": 1.5}, 400, "invalid", "/stock_quantity"),
        ({"sku": "x" * 65}, 400, "max_length", "/sku"),
        ({"category": 999999}, 404, "not_found", "/category"),
        ({"category": "1"}, 400, "invalid", "/category"),
        ({"is_superuser": True}, 400, "unknown_field", "/is_superuser"),
        ({"partner": 1}, 400, "unknown_field", "/partner"),
    ],
)
def test_bad_product_is_refused_and_nothing_written(
    staff: APIClient, change: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    response = staff.post("/api/v1/products/", BRIEF | change)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (code, pointer) in [(entry["code"], entry["pointer"]) for entry in response.json()["errors"]]
    assert Product.objects.count() == 0
    assert StockRecord.objects.count() == 0
    assert OutboxEvent.objects.count() == 0


def test_sku_that_is_taken(staff: APIClient) -> None:
    make_product("Other", sku="LAPTOP-001")
    response = staff.post("/api/v1/products/", BRIEF)
    assert (response.status_code, response.json()["code"]) == (409, "sku_taken")
    assert Product.objects.count() == 1


def test_only_staff_with_the_permission_creates_products(api: APIClient) -> None:
    make_category()
    assert api.post("/api/v1/products/", BRIEF).status_code == 401
    assert client_of(make_user()).post("/api/v1/products/", BRIEF).status_code == 403
    assert client_of(make_user(is_staff=True)).post("/api/v1/products/", BRIEF).status_code == 403
    assert Product.objects.count() == 0
