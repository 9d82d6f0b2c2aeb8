"""What `products/{key}/` shows can be sent back by PUT and PATCH, and changes nothing."""

from decimal import Decimal

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Category, Product
from forked_apps.catalogue.translations import set_translations
from forked_apps.partner.models import StockMovement, StockRecord
from forked_apps.search.operations import rebuild
from nexus_shop.core.models import OutboxEvent
from tests.factories.http import client_of
from tests.factories.shop import make_category, make_parent, make_product
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def state() -> list[object]:
    return [
        *Product.objects.order_by("pk").values_list("title", "upc", "structure", "description", "brand", "is_public"),
        *Product.objects.order_by("pk").values_list("pk", "categories"),
        *StockRecord.objects.order_by("pk").values_list("price", "list_price", "num_in_stock"),
        StockMovement.objects.count(),
        OutboxEvent.objects.count(),
    ]


@pytest.mark.parametrize("is_gross", [True, False])
def test_what_is_read_of_a_product_can_be_put_back(staff: APIClient, settings: Settings, is_gross: bool) -> None:
    settings.PRICES_INCLUDE_TAX = is_gross
    make_product("Plain", sku="PLAIN", list_price=Decimal("12.00"), category_ids=[make_category("Kitchen").pk])
    unsold = make_product("Unsold")
    unsold.stockrecords.all().delete()
    rebuild([unsold.pk])
    make_parent("Shirt", {"S": ("5.00", 1), "M": ("6.00", 2)})
    for product in Product.objects.order_by("pk"):
        path = f"/api/v1/products/{product.pk}/"
        read = staff.get(path).json()
        before = state()
        for send in (staff.put, staff.patch):
            answer = send(path, read)
            assert answer.status_code == 200, (product, answer.content)
            assert state() == before
            assert answer.json() == staff.get(path).json()


def send_back(staff: APIClient, product: Product, **edits: object) -> list[tuple[int, str | None]]:
    """What PUT and PATCH answer to what was read, with edits: the status and where the first error points."""
    path = f"/api/v1/products/{product.pk}/"
    read = staff.get(path).json()
    answers = [send(path, {**read, **edits}) for send in (staff.put, staff.patch)]
    return [(each.status_code, each.json().get("errors", [{"pointer": None}])[0]["pointer"]) for each in answers]


def test_texts_of_another_language_are_not_written_into_the_main_one(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")
    german = client_of(make_member("Staff"))
    german.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    mug = make_product("Mug", description="<p>Holds tea.</p>")
    set_translations("products", mug.pk, texts={"de": {"title": "Becher", "description": "<p>Für Tee.</p>"}})
    assert german.get(f"/api/v1/products/{mug.pk}/").json()["title"] == "Becher"
    before = state()
    assert send_back(german, mug) == [(200, None)] * 2
    assert state() == before
    assert send_back(german, mug, list_price="12.00") == [(200, None)] * 2
    mug.refresh_from_db()
    assert (mug.title, mug.description, mug.stockrecords.get().list_price) == ("Mug", "<p>Holds tea.</p>", 12)


def test_what_a_variant_has_of_its_parent_does_not_become_its_own(staff: APIClient) -> None:
    parent, [child] = make_parent("Shirt", {"": ("5.00", 1)}, description="<p>Cotton.</p>")
    parent.categories.add(make_category("Clothes"))
    rebuild([parent.pk])
    read = staff.get(f"/api/v1/products/{child.pk}/").json()
    assert (read["title"], read["description"], len(read["categories"])) == ("Shirt", "<p>Cotton.</p>", 1)
    before = state()
    assert send_back(staff, child) == [(200, None)] * 2
    assert state() == before
    assert send_back(staff, child, categories=[]) == [(200, None)] * 2
    assert send_back(staff, child, categories=[make_category("Other").pk]) == [(422, "/categories")] * 2
    assert send_back(staff, child, title="Small shirt") == [(200, None)] * 2
    child.refresh_from_db()
    assert (child.title, child.description) == ("Small shirt", "")


def test_product_of_two_partners_is_put_back(staff: APIClient) -> None:
    mug = make_product("Mug", price="10.00")
    StockRecord.objects.create(product=mug, partner=make_partner("North"), partner_sku="N", price=9, num_in_stock=1)
    rebuild([mug.pk])
    before = state()
    assert send_back(staff, mug) == [(200, None)] * 2
    assert send_back(staff, mug, price="11.00") == [(422, "/price")] * 2
    assert state() == before
    assert send_back(staff, mug, title="Cup") == [(200, None)] * 2
    mug.refresh_from_db()
    assert mug.title == "Cup"


@pytest.mark.parametrize("name", ["price", "list_price"])
def test_price_of_a_parent_is_refused_not_dropped(staff: APIClient, name: str) -> None:
    parent, _ = make_parent("Shirt", {"S": ("5.00", 1), "M": ("6.00", 2)})
    before = state()
    assert send_back(staff, parent, **{name: "15.00"}) == [(422, f"/{name}")] * 2
    assert state() == before


def test_hidden_category_stays_where_what_is_shown_comes_back(staff: APIClient) -> None:
    kitchen, hidden = make_category("Kitchen"), make_category("Hidden")
    mug = make_product("Mug", category_ids=[kitchen.pk, hidden.pk])
    Category.objects.filter(pk=hidden.pk).update(is_public=False)
    rebuild([mug.pk])
    before = state()
    assert send_back(staff, mug) == [(200, None)] * 2
    assert state() == before


def test_other_word_beside_what_was_read_is_refused(staff: APIClient) -> None:
    mug = make_product("Mug")
    before = state()
    assert send_back(staff, mug, name="Cup") == [(400, "/name")] * 2
    assert send_back(staff, mug, category=make_category("Kitchen").pk) == [(400, "/category")] * 2
    assert state() == before


def test_price_of_another_currency_is_not_put_back(staff: APIClient) -> None:
    path = f"/api/v1/products/{make_product('Mug').pk}/"
    read = staff.get(path).json()
    before = state()
    refused = staff.put(path, {**read, "price": {**read["price"], "currency": "EUR"}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/price/currency")
    refused = staff.put(path, {"title": "Mug", "price": read["price"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/price")
    refused = staff.patch(path, {"price": read["price"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/price")
    assert state() == before


def test_what_is_only_shown_is_ignored(staff: APIClient) -> None:
    path = f"/api/v1/products/{make_product('Mug').pk}/"
    before = state()
    assert staff.patch(path, {"brand": {"id": 5}, "rating": None, "slug": "cup"}).status_code == 200
    assert state() == before
    assert staff.patch(path, {"colour": "red"}).json()["code"] == "unknown_field"
    for body in ("5", '"x"', "[]", "null"):
        for send in (staff.put, staff.patch):
            assert send(path, body, content_type="application/json").status_code == 400
    assert state() == before
