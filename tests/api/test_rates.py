"""Shipping methods and tax rates over the API."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from forked_apps.shipping.models import ShippingMethod
from nexus_shop.markets.models import TaxRate
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_country, make_product, make_user
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db

METHODS = "/api/v1/admin/shipping-methods/"
RATES = "/api/v1/admin/tax-rules/"
PARCEL = {
    "name": "Parcel",
    "description": "",
    "kind": "weight",
    "price": "1.50",
    "price_per_item": "0.00",
    "free_over": "100.00",
    "default_weight": "0.250",
    "countries": ["GB", "US"],
    "postcodes": ["SW1"],
    "bands": [{"upper_limit": "2.000", "charge": "4.90"}, {"upper_limit": "20.000", "charge": "12.50"}],
    "pickup_address": "",
    "is_active": True,
}
SALES_TAX = {
    "name": "Sales tax",
    "percent": "8.875",
    "country": "US",
    "state": "NY",
    "postcode": "",
    "product_class": "",
}


@pytest.fixture
def staff() -> APIClient:
    for code in ("GB", "US"):
        make_country(code)
    return client_of(make_member("Staff"))


@pytest.mark.parametrize(("path", "body"), [(METHODS, PARCEL), (RATES, SALES_TAX)])
def test_what_is_created_is_read_changed_and_deleted(staff: APIClient, path: str, body: dict[str, Any]) -> None:
    created = staff.post(path, body)
    assert created.status_code == 201
    shown = created.json()
    assert {name: shown[name] for name in body} == body
    place = f"{path}{shown['id']}/"
    assert created.headers["Location"] == place
    assert created.headers["ETag"] == f'"{shown["version"]}"'
    assert staff.get(path).json() == [shown]
    read = staff.get(place)
    assert (read.json(), read.headers["ETag"]) == (shown, created.headers["ETag"])
    assert staff.put(place, shown, HTTP_IF_MATCH=read.headers["ETag"]).json() == shown

    changed = staff.patch(place, {"name": "Another"}, HTTP_IF_MATCH=read.headers["ETag"])
    assert (changed.status_code, changed.json()) == (200, shown | changed.json() | {"name": "Another"})
    for method in ("put", "patch", "delete"):
        stale = getattr(staff, method)(place, body, HTTP_IF_MATCH=read.headers["ETag"])
        assert (method, stale.status_code, stale.json()["code"]) == (method, 412, "stale_version")
    assert staff.get(place).json() == changed.json()

    gone = staff.delete(place, HTTP_IF_MATCH=changed.headers["ETag"])
    assert (gone.status_code, gone.content) == (204, b"")
    assert staff.get(place).status_code == 404
    for method in ("put", "patch", "delete"):
        assert getattr(staff, method)(place, body).status_code == 404
    assert staff.get(path).json() == []


def test_put_empties_what_it_leaves_out(staff: APIClient) -> None:
    place = staff.post(METHODS, PARCEL).headers["Location"]
    body = staff.put(place, {"name": "Letter", "price": "2.00"}).json()
    assert (body["name"], body["code"], body["kind"], body["bands"]) == ("Letter", "parcel", "flat", [])
    assert (body["countries"], body["free_over"], body["is_active"]) == ([], None, True)
    place = staff.post(RATES, SALES_TAX).headers["Location"]
    assert staff.put(place, {"name": "VAT", "percent": 20}).json()["country"] == ""


def test_created_method_is_what_shoppers_choose_from(staff: APIClient) -> None:
    make_product()
    assert staff.post(METHODS, {"name": "Letter", "price": "2.00"}).status_code == 201
    guest = new_client()
    guest.credentials(
        HTTP_X_CART_TOKEN=guest.post("/api/v1/cart/items/", {"product_id": make_product().pk}).json()["token"]
    )
    quotes = guest.get("/api/v1/cart/shipping-methods/?country=US").json()
    assert [(quote["code"], quote["price"]["gross"]) for quote in quotes] == [("letter", "2.00")]


def test_key_makes_one_method_of_two_requests(staff: APIClient) -> None:
    first = staff.post(METHODS, PARCEL, HTTP_IDEMPOTENCY_KEY="k1")
    second = staff.post(METHODS, PARCEL, HTTP_IDEMPOTENCY_KEY="k1")
    assert (second.status_code, second.json(), second.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert ShippingMethod.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "body", "changes", "status", "code", "pointer"),
    [
        (METHODS, PARCEL, {"name": "parcel"}, 409, "name_taken", "/name"),
        (METHODS, PARCEL, {"name": ""}, 400, "invalid_request", "/name"),
        (METHODS, PARCEL, {"name": "x" * 129}, 400, "invalid_request", "/name"),
        (METHODS, PARCEL, {"name": "a\0b"}, 400, "malformed_json", "/name"),
        (METHODS, PARCEL, {"kind": "pigeon"}, 400, "invalid_request", "/kind"),
        (METHODS, PARCEL, {"price": "-1"}, 400, "invalid_request", "/price"),
        (METHODS, PARCEL, {"price": "1.005"}, 400, "invalid_request", "/price"),
        (METHODS, PARCEL, {"countries": ["us"]}, 400, "invalid_request", "/countries/0"),
        (METHODS, PARCEL, {"name": "New", "countries": ["XX"]}, 404, "not_found", "/countries/0"),
        (METHODS, PARCEL, {"name": "New", "bands": []}, 422, "shipping_method_refused", "/bands"),
        (METHODS, PARCEL, {"rate": 1}, 400, "unknown_field", "/rate"),
        (RATES, SALES_TAX, {}, 409, "rate_exists", "/country"),
        (RATES, SALES_TAX, {"percent": "101"}, 422, "tax_rate_refused", "/percent"),
        (RATES, SALES_TAX, {"percent": "-1"}, 400, "invalid_request", "/percent"),
        (RATES, SALES_TAX, {"percent": "1.0001"}, 400, "invalid_request", "/percent"),
        (RATES, SALES_TAX, {"country": ""}, 422, "tax_rate_refused", "/country"),
        (RATES, SALES_TAX, {"country": "XX"}, 404, "not_found", "/country"),
        (RATES, SALES_TAX, {"product_class": "none"}, 404, "not_found", "/product_class"),
    ],
)
def test_bad_body_is_refused(
    staff: APIClient,
    path: str,
    body: dict[str, Any],
    changes: dict[str, Any],
    status: int,
    code: str,
    pointer: str | None,
) -> None:
    staff.post(path, body)
    before = staff.get(path).json()
    refused = staff.post(path, body | changes)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (status, code)
    assert [entry["pointer"] for entry in problem.get("errors", [])] == ([] if pointer is None else [pointer])
    assert staff.get(path).json() == before


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999", "%00"])
@pytest.mark.parametrize("path", [METHODS, RATES])
def test_id_that_is_none_is_not_found(staff: APIClient, path: str, number: str) -> None:
    assert staff.get(f"{path}{number}/").status_code == 404
    assert staff.delete(f"{path}{number}/").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "model"), [(METHODS, PARCEL, "shippingmethod"), (RATES, SALES_TAX, "taxrate")]
)
def test_each_method_wants_its_permission(path: str, body: dict[str, Any], model: str) -> None:
    for code in ("GB", "US"):
        make_country(code)
    place = client_of(make_member("Admin")).post(path, body).headers["Location"]
    calls = {
        "view": [("get", path), ("get", place)],
        "add": [("post", path)],
        "change": [("put", place), ("patch", place)],
        "delete": [("delete", place)],
    }
    for held, allowed in calls.items():
        user = make_user(is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename=f"{held}_{model}"))
        client = client_of(user)
        for method, address in [call for each in calls.values() for call in each]:
            answer = getattr(client, method)(address, {"surprise": 1})
            refused = answer.status_code == 403
            assert refused is ((method, address) not in allowed), (held, method, address)
        for stranger in (new_client(), client_of(make_member("customer")), client_of(make_member("Partner staff"))):
            assert {getattr(stranger, method)(address).status_code for method, address in allowed} <= {401, 403}
    counts = (ShippingMethod.objects.count(), TaxRate.objects.count())
    assert counts == (0, 0)
