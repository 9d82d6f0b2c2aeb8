"""Variants of a product over the API: the body is judged whether or not one is missing."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.products import NewProduct, create_product
from tests.factories.catalogue import make_class
from tests.factories.http import client_of
from tests.factories.shop import make_product
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db

AXES = {"axes": {"size": ["S", "M"]}}


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def place_of(pk: int) -> str:
    return f"/api/v1/admin/products/{pk}/variants/"


def make_shirt() -> int:
    make_class("Shirts")
    return create_product(NewProduct("Shirt", None, None, sku="SH", product_class="Shirts", structure="parent"))


def rows() -> list[Any]:
    return [sorted(model._default_manager.values_list(), key=str) for model in (Product, StockRecord, Partner)]


def test_same_again_makes_none_and_says_so(staff: APIClient) -> None:
    place, wish = place_of(make_shirt()), AXES | {"sku": "{sku}-{size}", "price": "5.00"}
    assert staff.post(place, wish).status_code == 201
    before = rows()
    again = staff.post(place, wish)
    assert (again.status_code, again.json(), rows()) == (200, [], before)
    more = staff.post(place, wish | {"axes": {"size": ["S", "L"]}})
    assert (more.status_code, [row["sku"] for row in more.json()]) == (201, ["SH-l"])


@pytest.mark.parametrize("is_made", [False, True])
@pytest.mark.parametrize(
    ("wrong", "status", "code", "pointer"),
    [
        ({"partner": 999_999}, 404, "not_found", "/partner"),
        ({"partner": 999_999, "price": "5.00"}, 404, "not_found", "/partner"),
        ({"price": "5.00", "list_price": "4.00"}, 422, "list_price_too_low", "/list_price"),
        ({"sku": "{nosuch}"}, 422, "product_value_refused", "/sku"),
        ({"title": "{nosuch}"}, 422, "product_value_refused", "/title"),
        ({"sku": "x" * 200}, 422, "product_value_refused", "/sku"),
    ],
)
def test_what_cannot_be_right_is_refused_also_where_none_is_missing(
    staff: APIClient, is_made: bool, wrong: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    place = place_of(make_shirt())
    if is_made:
        assert staff.post(place, AXES).status_code == 201
    before = rows()
    refused = staff.post(place, AXES | wrong)
    body = refused.json()
    assert (refused.status_code, body["code"], body["errors"][0]["pointer"]) == (status, code, pointer)
    assert rows() == before


def test_partner_staff_name_a_price_and_a_partner_of_theirs_also_where_none_is_missing() -> None:
    north, south = make_partner("North"), make_partner("South")
    worker, pk = client_of(make_member("Partner staff", partner=north)), make_shirt()
    assert (
        client_of(make_member("Staff")).post(place_of(pk), AXES | {"price": "5.00", "partner": north.pk}).status_code
        == 201
    )
    for wrong, status, pointer in (({}, 422, "/price"), ({"price": "5.00", "partner": south.pk}, 404, "/partner")):
        refused = worker.post(place_of(pk), AXES | wrong)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (status, pointer)
    assert worker.post(place_of(pk), AXES | {"price": "5.00"}).json() == []


def test_product_that_is_sold_itself_is_refused_without_a_place_in_the_body(staff: APIClient) -> None:
    make_class("Shirts")
    mug = make_product("Mug", product_class="Shirts")
    refused = staff.post(place_of(mug.pk), AXES)
    assert (refused.status_code, refused.json()["code"]) == (422, "structure_refused")
    assert "errors" not in refused.json()
