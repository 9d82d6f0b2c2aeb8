"""A merchant's tool that was written for oscarapi's admin API: its addresses, and its words for a product."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Option, Product, ProductAttribute, ProductClass
from tests.factories.http import client_of
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import make_partner

pytestmark = pytest.mark.django_db
ADMIN = "/api/v1/admin/"
LINK = "http://testserver/api/v1"


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_user(is_staff=True, is_superuser=True))


@pytest.fixture
def books() -> ProductClass:
    """A class with an attribute and an option."""
    made = ProductClass.objects.create(name="Books", slug="books")
    ProductAttribute.objects.create(product_class=made, name="Pages", code="pages", type="integer")
    Option.objects.create(name="Wrapping", code="wrapping", type="text")
    return made


@pytest.mark.usefixtures("books")
def test_product_is_made_and_changed_in_oscarapis_words(staff: APIClient) -> None:
    other, partner = make_product("Other"), make_partner("Seller")
    body = {
        "title": "A book",
        "upc": "BOOK-1",
        "structure": "standalone",
        "is_public": False,
        "product_class": "books",
        "categories": [make_category("Reading").pk],
        "attributes": [{"name": "Pages", "code": "pages", "value": 250}],
        "options": [{"code": "wrapping", "name": "Wrapping"}],
        "recommended_products": [f"{LINK}/products/{other.pk}/"],
        "stockrecords": [
            {
                "partner": f"{LINK}/admin/partners/{partner.pk}/",
                "partner_sku": "SELLERS-1",
                "price_currency": "GBP",
                "price": "12.50",
                "num_in_stock": 4,
                "num_allocated": None,
                "low_stock_threshold": 2,
            }
        ],
        "children": [],
    }
    made = staff.post(f"{ADMIN}products/", body)
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["sku"], shown["status"], shown["attributes"]) == ("BOOK-1", "draft", {"pages": 250})
    assert (shown["options"], shown["recommendations"]["related"]) == (["wrapping"], [other.pk])
    record = Product.objects.get(pk=shown["id"]).stockrecords.get()
    assert (record.partner_id, record.price, record.num_in_stock) == (partner.pk, Decimal("12.50"), 4)
    assert (record.partner_sku, record.price_currency, record.low_stock_threshold) == ("SELLERS-1", "GBP", 2)

    changed = staff.patch(f"{ADMIN}products/{shown['id']}/", {"upc": "BOOK-2", "is_public": True})
    assert (changed.json()["sku"], changed.json()["status"]) == ("BOOK-2", "published")


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"upc": 5}, "invalid_request", "/upc"),
        ({"upc": "A", "sku": "B"}, "invalid_request", "/upc"),
        ({"is_public": "yes"}, "invalid_request", "/is_public"),
        ({"is_public": True, "status": "draft"}, "invalid_request", "/is_public"),
        ({"attributes": [{"value": 1}]}, "invalid_request", "/attributes/0/code"),
        ({"attributes": [{"code": "pages"}]}, "invalid_request", "/attributes/0/value"),
        ({"attributes": [{"code": "pages", "value": 1}] * 2}, "invalid_request", "/attributes/1/code"),
        ({"options": [{"name": "Wrapping"}]}, "invalid_request", "/options/0"),
        ({"recommended_products": "x"}, "invalid_request", "/recommended_products"),
        ({"recommended_products": ["nothing"]}, "invalid_request", "/recommended_products/0"),
        ({"recommended_products": [f"{LINK}/categories/1/"]}, "invalid_request", "/recommended_products/0"),
        (
            {"recommended_products": ["http://evil.example/api/v1/products/1/"]},
            "invalid_request",
            "/recommended_products/0",
        ),
        ({"recommended_products": ["/api/v1/products/0/"]}, "invalid_request", "/recommended_products/0"),
        ({"images": [{"original": "http://testserver/a.png"}]}, "invalid_request", "/images"),
        ({"images": [{"url": "https://x.example/a.png"}]}, "invalid_request", "/images"),
        ({"images": [{"id": 1, "url": "/media/a.png"}]}, "invalid_request", "/images"),
        ({"images": [{}]}, "invalid_request", "/images"),
        ({"images": "x"}, "invalid_request", "/images"),
        ({"children": [f"{LINK}/admin/products/1/"]}, "invalid_request", "/children"),
        ({"stockrecords": "x"}, "invalid_request", "/stockrecords"),
        ({"stockrecords": ["x"]}, "invalid_request", "/stockrecords/0"),
        ({"stockrecords": [{"price": "1.00"}] * 2}, "invalid_request", "/stockrecords/1"),
        ({"stockrecords": [{"price": "1.00"}], "price": "2.00"}, "invalid_request", "/price"),
        ({"stockrecords": [{"price": "1.00"}], "partner": 1}, "invalid_request", "/partner"),
        ({"stockrecords": [{"price": "a lot"}]}, "invalid_request", "/stockrecords/0/price"),
        ({"stockrecords": [{"price": "1.005"}]}, "invalid_request", "/stockrecords/0/price"),
        ({"stockrecords": [{"price": "1.00", "num_in_stock": -1}]}, "invalid_request", "/stockrecords/0/num_in_stock"),
        ({"stockrecords": [{"price": "1.00", "num_allocated": 1}]}, "invalid_request", "/stockrecords/0/num_allocated"),
        (
            {"stockrecords": [{"price": "1.00", "price_currency": "EUR"}]},
            "invalid_request",
            "/stockrecords/0/price_currency",
        ),
        ({"stockrecords": [{"price": "1.00", "surprise": 1}]}, "unknown_field", "/stockrecords/0/surprise"),
        ({"stockrecords": [{"price": "1.00", "partner": "Seller"}]}, "invalid_request", "/stockrecords/0/partner"),
        (
            {"stockrecords": [{"price": "1.00", "partner": "http://evil.example/api/v1/admin/partners/1/"}]},
            "invalid_request",
            "/stockrecords/0/partner",
        ),
    ],
)
def test_unfit_words_are_refused(staff: APIClient, changes: dict[str, Any], code: str, pointer: str) -> None:
    refused = staff.post(f"{ADMIN}products/", {"title": "A book", **changes})
    assert refused.status_code == 400, refused.content
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == (code, pointer)
    assert Product.objects.count() == 0


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"upc": "TAKEN"}, 409, "sku_taken", "/upc"),
        ({"attributes": [{"code": "pages", "value": "many"}]}, 422, "product_value_refused", "/attributes/0/value"),
        ({"attributes": [{"code": "none", "value": 1}]}, 422, "attribute_unknown", "/attributes/0/value"),
        ({"recommended_products": ["/api/v1/products/999999/"]}, 404, "not_found", "/recommended_products/0"),
        ({"stockrecords": [{"price": "1.00", "partner": 999_999}]}, 404, "not_found", "/stockrecords/0/partner"),
        (
            {"stockrecords": [{"price": "2", "list_price": "1"}]},
            422,
            "list_price_too_low",
            "/stockrecords/0/list_price",
        ),
        (
            {"stockrecords": [{"price": "1.00", "partner_sku": "TAKEN"}]},
            409,
            "partner_sku_taken",
            "/stockrecords/0/partner_sku",
        ),
        (
            {"structure": "parent", "stockrecords": [{"price": "1.00"}]},
            422,
            "variant_required",
            "/stockrecords/0/price",
        ),
    ],
)
def test_broken_rule_points_into_the_body_that_was_sent(
    staff: APIClient, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    make_product("Taken", sku="TAKEN")
    refused = staff.post(f"{ADMIN}products/", {"title": "A book", "product_class": "books", **changes})
    assert refused.status_code == status, refused.content
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == (code, pointer)
    assert Product.objects.count() == 1


def test_stock_record_without_a_price_is_made_and_sells_nothing(staff: APIClient) -> None:
    partner = make_partner("Seller")
    record = {"partner": partner.pk, "price": None, "num_in_stock": 7}
    made = staff.post(f"{ADMIN}products/", {"title": "A book", "stockrecords": [record]})
    assert made.status_code == 201, made.content
    stored = Product.objects.get(pk=made.json()["id"]).stockrecords.get()
    assert (stored.partner_id, stored.price, stored.num_in_stock) == (partner.pk, None, 7)
    shown = staff.get(f"/api/v1/products/{made.json()['id']}/").json()
    assert (shown["price"], shown["availability"]["is_available"]) == (None, False)


def test_empty_lists_of_oscarapi_say_none(staff: APIClient) -> None:
    empty: dict[str, Any] = {"attributes": [], "recommended_products": [], "options": [], "images": [], "children": []}
    made = staff.post(f"{ADMIN}products/", {"title": "A book", **empty, "stockrecords": []})
    assert made.status_code == 201, made.content
    pk, other = made.json()["id"], make_product("Other")
    assert (made.json()["attributes"], made.json()["stockrecords"]) == ({}, [])
    linked = staff.patch(f"{ADMIN}products/{pk}/", {"recommended_products": [f"{LINK}/products/{other.pk}/"]})
    assert linked.json()["recommendations"]["related"] == [other.pk]
    emptied = staff.patch(f"{ADMIN}products/{pk}/", {"recommended_products": []})
    assert (emptied.status_code, emptied.json()["recommendations"]["related"]) == (200, [])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"stockrecords": [{"id": 1, "price": "5.00"}]}, "/stockrecords"),
        ({"stockrecords": "x"}, "/stockrecords"),
        ({"images": [{"original": "http://testserver/a.png", "display_order": 1}]}, "/images"),
        ({"images": [{"id": 1}] * 1001}, "/images"),
        ({"stockrecords": [1] * 1001}, "/stockrecords"),
        ({"children": ["/api/v1/admin/products/1/"]}, "/children"),
    ],
)
def test_parts_that_are_not_written_with_a_product_are_refused(
    staff: APIClient, changes: dict[str, Any], pointer: str
) -> None:
    product = make_product("A book", price="9.00")
    path = f"{ADMIN}products/{product.pk}/"
    for send in (staff.patch, staff.put):
        refused = send(path, {"title": "Another", **changes})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    product.refresh_from_db()
    assert (product.title, product.stockrecords.get().price) == ("A book", Decimal("9.00"))
    assert staff.put(path, staff.get(path).json()).status_code == 200


def test_row_in_oscarapis_words_is_named_and_pointed_to_in_them(staff: APIClient) -> None:
    make_product("Mug", sku="MUG")
    rows = [
        {"upc": "MUG", "title": "Big mug"},
        {"upc": "MUG"},
        {"upc": "CUP", "title": "Cup", "attributes": [{"code": "none", "value": 1}]},
        {"upc": "POT", "name": ""},
        {"upc": 5, "title": "Jar"},
    ]
    answer = staff.put(f"{ADMIN}products/bulk/", {"products": rows})
    assert [(row["sku"], row["status"], row["code"], row["pointer"]) for row in answer.json()["results"]] == [
        ("MUG", "updated", None, None),
        ("MUG", "refused", "invalid_request", "/upc"),
        ("CUP", "refused", "attribute_unknown", "/attributes/0/value"),
        ("POT", "refused", "invalid_request", "/name"),
        (None, "refused", "invalid_request", "/upc"),
    ]


def test_stock_record_is_made_in_the_currency_of_the_shop_or_not_at_all(staff: APIClient) -> None:
    product = make_product("A book")
    product.stockrecords.all().delete()
    body = {"product": product.pk, "price": "1.00", "price_currency": "EUR"}
    refused = staff.post(f"{ADMIN}stockrecords/", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/price_currency")
    assert not product.stockrecords.exists()
    assert staff.post(f"{ADMIN}stockrecords/", {**body, "price_currency": "GBP"}).status_code == 201


def test_class_in_oscarapis_words(staff: APIClient, books: ProductClass) -> None:
    attribute = {"name": "Format", "code": "format", "type": "text"}
    refused = staff.post(f"{ADMIN}productclasses/", {"name": "Films", "attributes": [attribute]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/attributes")
    assert ProductClass.objects.count() == 1
    options = [{"code": "wrapping", "name": "Wrapping"}]
    made = staff.post(f"{ADMIN}productclasses/", {"name": "Films", "attributes": [], "options": options})
    assert (made.status_code, made.json()["options"]) == (201, ["wrapping"])

    path = f"{ADMIN}productclasses/{books.pk}/"
    read = staff.get(path).json()
    assert [each["code"] for each in read["attributes"]] == ["pages"]
    assert staff.put(path, read).status_code == 200
    for send in (staff.put, staff.patch):
        refused = send(path, {"name": "Books", "attributes": [*read["attributes"], attribute]})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/attributes")


def test_values_of_a_group_as_texts(staff: APIClient) -> None:
    made = staff.post(f"{ADMIN}option-groups/", {"name": "Sizes", "options": ["S", {"option": "M", "price": "1.00"}]})
    assert made.status_code == 201, made.content
    assert [(each["option"], each["price"]) for each in made.json()["options"]] == [("S", "0.00"), ("M", "1.00")]
    nested = {"name": "Size", "code": "size", "type": "option", "option_group": {"name": "X", "options": ["S"]}}
    ProductClass.objects.create(name="Shirts", slug="shirts")
    refused = staff.post(f"{ADMIN}attributes/", {"product_class": "shirts", **nested})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/option_group")


def test_values_of_a_group_keep_what_is_not_said_of_them(staff: APIClient) -> None:
    values = [{"option": "S", "code": "s", "price": "0.50"}, {"option": "M", "code": "m", "price": "1.50"}]
    made = staff.post(f"{ADMIN}option-groups/", {"name": "Sizes", "options": values}).json()
    path = f"{ADMIN}option-groups/{made['id']}/"

    def told(answer: Any) -> list[tuple[str, str | None, str]]:
        assert answer.status_code == 200, answer.content
        return [(each["option"], each["code"], each["price"]) for each in answer.json()["options"]]

    as_it_was = [("S", "s", "0.50"), ("M", "m", "1.50")]
    assert told(staff.patch(path, {"options": ["S", "M", "L"]})) == [*as_it_was, ("L", None, "0.00")]
    read = staff.get(path).json()
    assert (read["code"], staff.put(path, read).json()) == (None, read)
    assert told(staff.put(path, {"name": "Sizes", "options": ["S", "M"]})) == as_it_was
    small, medium = (each["id"] for each in made["options"])
    renamed = [{"id": small, "option": "Small"}, {"id": medium, "option": "M", "price": "2.00"}]
    assert told(staff.patch(path, {"options": renamed})) == [("Small", "s", "0.50"), ("M", "m", "2.00")]
    emptied = [{"id": small, "option": "S", "code": None}, {"id": medium, "option": "M", "price": "0"}]
    assert told(staff.patch(path, {"options": emptied})) == [("S", None, "0.50"), ("M", "m", "0.00")]
    whole = {"name": "Sizes", "options": [{"option": "S"}, {"option": "M"}]}
    assert told(staff.put(path, whole)) == [("S", None, "0.00"), ("M", None, "0.00")]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("theirs", "ours", "body"),
    [
        (
            "productattributes",
            "attributes",
            {"product_class": "books", "name": "Format", "code": "format", "type": "text"},
        ),
        ("attributeoptiongroups", "option-groups", {"name": "Sizes", "options": [{"option": "S"}]}),
    ],
)
def test_thing_stands_at_oscarapis_address_and_at_ours(
    staff: APIClient, theirs: str, ours: str, body: dict[str, Any]
) -> None:
    made = staff.post(f"{ADMIN}{theirs}/", body)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert staff.get(f"{ADMIN}{theirs}/{pk}/").json() == staff.get(f"{ADMIN}{ours}/{pk}/").json() == made.json()
    assert pk in [each["id"] for each in staff.get(f"{ADMIN}{theirs}/").json()["results"]]
    assert staff.delete(f"{ADMIN}{theirs}/{pk}/").status_code == 204
    assert staff.get(f"{ADMIN}{ours}/{pk}/").status_code == 404
