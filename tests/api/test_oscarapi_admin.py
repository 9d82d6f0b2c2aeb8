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
                "partner_sku": "BOOK-1",
                "price_currency": "GBP",
                "price": "12.50",
                "num_in_stock": 4,
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

    changed = staff.patch(f"{ADMIN}products/{shown['id']}/", {"upc": "BOOK-2", "is_public": True})
    assert (changed.json()["sku"], changed.json()["status"]) == ("BOOK-2", "published")


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"upc": 5}, "invalid_request", "/sku"),
        ({"upc": "A", "sku": "B"}, "unknown_field", "/upc"),
        ({"is_public": "yes"}, "unknown_field", "/is_public"),
        ({"is_public": True, "status": "draft"}, "unknown_field", "/is_public"),
        ({"attributes": [{"value": 1}]}, "invalid_request", "/attributes"),
        ({"attributes": []}, "invalid_request", "/attributes"),
        ({"recommended_products": ["nothing"]}, "unknown_field", "/recommended_products"),
        ({"stockrecords": [{"price": "a lot"}]}, "invalid_request", "/price"),
    ],
)
def test_unfit_words_are_refused(staff: APIClient, changes: dict[str, Any], code: str, pointer: str) -> None:
    refused = staff.post(f"{ADMIN}products/", {"title": "A book", **changes})
    assert refused.status_code == 400
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == (code, pointer)
    assert Product.objects.count() == 0


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
