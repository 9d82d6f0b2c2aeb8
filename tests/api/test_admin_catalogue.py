"""Brands, categories, classes, attributes, options and partners over the API: kept by staff, refused as a whole."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import AttributeOption, Brand, Category, Option, Product, ProductAttributeValue
from nexus_shop.markets.models import TaxRate
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import make_member, make_partner
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

ADMIN = "/api/v1/admin/"
SIZES = {
    "name": "Sizes",
    "code": "sizes",
    "options": [{"option": "S", "code": "s", "price": "0.00"}, {"option": "M", "code": "m", "price": "1.50"}],
}
BODIES: dict[str, dict[str, Any]] = {
    "brands": {"name": "Acme", "slug": "acme"},
    "categories": {
        "name": "Lamps",
        "slug": "lamps",
        "code": "L-1",
        "description": "<p>Light.</p>",
        "meta_title": "Lamps",
        "meta_description": "All lamps",
        "is_public": False,
        "parent": None,
        "position": 0,
    },
    "productclasses": {
        "name": "Shirts",
        "slug": "shirts",
        "requires_shipping": False,
        "track_stock": False,
        "options": [],
    },
    "attributes": {
        "product_class": "books",
        "name": "Pages",
        "code": "pages",
        "type": "integer",
        "required": True,
        "option_group": None,
    },
    "option-groups": SIZES,
    "options": {
        "name": "Engraving",
        "code": "engraving",
        "type": "text",
        "required": True,
        "option_group": None,
        "help_text": "At most ten letters",
        "order": 3,
        "price": "4.50",
    },
    "partners": {"name": "Northern workshop", "code": "north", "users": []},
}


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def snapshot() -> list[Any]:
    """Everything that the routes of this page write, but the counters of requests."""
    from forked_apps.catalogue.models import AttributeOptionGroup, ProductAttribute, ProductClass
    from forked_apps.partner.models import Partner

    models = (Brand, Category, ProductClass, ProductAttribute, AttributeOptionGroup, AttributeOption, Option, Partner)
    return [sorted(model._default_manager.values_list(), key=str) for model in models]


def make_class(staff: APIClient, name: str = "Books") -> dict[str, Any]:
    made: dict[str, Any] = staff.post(f"{ADMIN}productclasses/", {"name": name}).json()
    return made


@pytest.mark.parametrize("kind", BODIES)
def test_what_is_made_is_read_written_back_changed_and_deleted(staff: APIClient, kind: str) -> None:
    make_class(staff)
    path, body = f"{ADMIN}{kind}/", BODIES[kind]
    created = staff.post(path, body)
    assert created.status_code == 201, created.content
    shown = created.json()
    assert {name: shown[name] for name in body if name != "options"} == {
        name: value for name, value in body.items() if name != "options"
    }
    place = f"{path}{shown['id']}/"
    assert (created.headers["Location"], created.headers["ETag"]) == (place, f'"{shown["version"]}"')
    read = staff.get(place)
    assert (read.json(), read.headers["ETag"]) == (shown, created.headers["ETag"])
    assert shown in staff.get(path).json()["results"]
    before = snapshot()
    assert staff.put(place, shown, HTTP_IF_MATCH=read.headers["ETag"]).json() == shown
    assert snapshot() == before

    changed = staff.patch(place, {"name": "Another"}, HTTP_IF_MATCH=read.headers["ETag"])
    assert (changed.status_code, changed.json()["name"]) == (200, "Another")
    for method in ("put", "patch", "delete"):
        stale = getattr(staff, method)(place, body, HTTP_IF_MATCH=read.headers["ETag"])
        assert (method, stale.status_code, stale.json()["code"]) == (method, 412, "stale_version")
    assert staff.get(place).json() == changed.json()

    gone = staff.delete(place, HTTP_IF_MATCH=changed.headers["ETag"])
    assert (gone.status_code, gone.content) == (204, b"")
    for method in ("get", "put", "patch", "delete"):
        assert getattr(staff, method)(place, body if method in {"put", "patch"} else None).status_code == 404


@pytest.mark.parametrize("kind", BODIES)
def test_list_is_searched_and_read_by_cursor_in_as_many_statements_for_one_as_for_three(
    staff: APIClient, kind: str
) -> None:
    make_class(staff)
    body = BODIES[kind]
    counts = []
    for number in range(3):
        fresh = {name: body[name] for name in body if name not in {"slug", "code", "options", "position"}}
        extra = {"code": f"c{number}"} if kind == "attributes" else {}
        made = staff.post(f"{ADMIN}{kind}/", fresh | extra | {"name": f"Zz {number}"})
        assert made.status_code == 201, made.content
        counts.append(len(statements_of(lambda: staff.get(f"{ADMIN}{kind}/?search=zz"))[0]))
    assert counts[0] == counts[2]
    first = staff.get(f"{ADMIN}{kind}/?search=zz&page_size=2").json()
    second = staff.get(first["next"]).json()
    assert [row["name"] for row in (*first["results"], *second["results"])] == ["Zz 0", "Zz 1", "Zz 2"]
    assert second["next"] is None
    assert staff.get(f"{ADMIN}{kind}/?cursor=zz").json()["code"] == "invalid_request"


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("name", ["a\u0007b", "a\x7fb", "a\nb", "\u200b", "\u202e", "\ufeff \u2060", "\u3164"])
def test_name_that_cannot_be_shown_is_refused(staff: APIClient, kind: str, name: str) -> None:
    make_class(staff)
    before = snapshot()
    refused = staff.post(f"{ADMIN}{kind}/", BODIES[kind] | {"name": name})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/name")
    assert snapshot() == before


@pytest.mark.parametrize("kind", BODIES)
def test_only_staff_with_the_permission_get_in(kind: str) -> None:
    path = f"{ADMIN}{kind}/"
    assert new_client().get(path).status_code == 401
    for role in ("customer", "Partner staff", "Editor"):
        client = client_of(make_member(role))
        assert (client.get(path).status_code, client.post(path, BODIES[kind]).status_code) == (403, 403)
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = client_of(clerk)
    assert (client.get(path).status_code, client.post(path, BODIES[kind]).status_code) == (200, 403)


def test_key_makes_one_brand_of_two_requests(staff: APIClient) -> None:
    first = staff.post(f"{ADMIN}brands/", {"name": "Acme"}, HTTP_IDEMPOTENCY_KEY="k")
    again = staff.post(f"{ADMIN}brands/", {"name": "Acme"}, HTTP_IDEMPOTENCY_KEY="k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert Brand.objects.count() == 1


def test_setting_demands_the_version_of_what_staff_change(staff: APIClient, settings: Settings) -> None:
    place = staff.post(f"{ADMIN}brands/", {"name": "Acme"}).headers["Location"]
    settings.IF_MATCH_REQUIRED = True
    for method in ("put", "patch", "delete"):
        answer = getattr(staff, method)(place, {"name": "New"})
        assert (answer.status_code, answer.json()["code"]) == (428, "version_required")
    assert Brand.objects.get().name == "Acme"
    assert staff.patch(place, {"name": "New"}, HTTP_IF_MATCH=staff.get(place).headers["ETag"]).status_code == 200


LONG = "x" * 256
TEXTS: dict[str, tuple[str, ...]] = {
    "brands": ("name",),
    "categories": ("name", "code", "meta_title", "meta_description"),
    "productclasses": ("name",),
    "attributes": ("name",),
    "option-groups": ("name", "code"),
    "options": ("name", "help_text"),
    "partners": ("name",),
}
BAD = [
    *((kind, {field: value}, f"/{field}") for kind, fields in TEXTS.items() for field in fields
      for value in (LONG * 5, 5, ["a"], "<script>alert(1)</script>", "a <img src=x onerror=alert(1)>")),
    *((kind, {"slug": value}, "/slug") for kind in ("brands", "categories", "productclasses")
      for value in ("123", "search", "a b", "ä", LONG, 5, "a/b")),
    ("categories", {"description": 5}, "/description"),
    ("categories", {"description": "x" * 50_001}, "/description"),
    ("categories", {"is_public": "yes"}, "/is_public"),
    ("categories", {"parent": "1"}, "/parent"),
    ("categories", {"position": -1}, "/position"),
    ("categories", {"path": "x", "image": "x", "surprise": 1}, "/surprise"),
    ("productclasses", {"options": "engraving"}, "/options"),
    ("productclasses", {"track_stock": 1}, "/track_stock"),
    ("attributes", {"code": "2x"}, "/code"),
    ("attributes", {"code": "class"}, "/code"),
    ("attributes", {"type": "colour"}, "/type"),
    ("attributes", {"required": "no"}, "/required"),
    ("option-groups", {"options": [5]}, "/options/0"),
    ("option-groups", {"options": [{"option": "S", "price": "1.005"}]}, "/options/0/price"),
    ("option-groups", {"options": [{"option": "S", "price": "-1"}]}, "/options/0/price"),
    ("option-groups", {"options": [{"option": "S"}, {"option": "S"}]}, "/options"),
    ("option-groups", {"options": [{"option": "<b>S</b>"}]}, "/options/0/option"),
    ("options", {"price": "1.005"}, "/price"),
    ("options", {"price": "-1"}, "/price"),
    ("options", {"price": None}, "/price"),
    ("options", {"order": "first"}, "/order"),
    ("options", {"type": "entity"}, "/type"),
    ("partners", {"users": [0]}, "/users/0"),
    ("partners", {"users": 5}, "/users"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spoiled", "pointer"), BAD)
def test_unfit_body_is_refused_where_it_is_unfit(
    staff: APIClient, kind: str, spoiled: dict[str, Any], pointer: str
) -> None:
    make_class(staff)
    place = staff.post(f"{ADMIN}{kind}/", BODIES[kind]).headers["Location"]
    before = snapshot()
    for method, path in (("post", f"{ADMIN}{kind}/"), ("put", place), ("patch", place)):
        answer = getattr(staff, method)(path, BODIES[kind] | spoiled if method != "patch" else spoiled)
        assert answer.status_code == 400, (method, answer.content)
        assert any(entry["pointer"].startswith(pointer) for entry in answer.json()["errors"]), answer.json()
    assert snapshot() == before


@pytest.mark.parametrize("kind", BODIES)
def test_text_that_cannot_be_stored_is_refused(staff: APIClient, kind: str) -> None:
    before = snapshot()
    answer = staff.post(f"{ADMIN}{kind}/", BODIES[kind] | {"name": "a\0b"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert snapshot() == before


@pytest.mark.parametrize(
    ("kind", "changes", "status", "code", "pointer"),
    [
        ("brands", {"name": "ACME", "slug": "other"}, 409, "name_taken", "/name"),
        ("brands", {"name": "Other"}, 409, "slug_taken", "/slug"),
        ("categories", {"code": "other"}, 409, "slug_taken", "/slug"),
        ("categories", {"slug": "other"}, 409, "code_taken", "/code"),
        ("categories", {"slug": "other", "parent": 999_999}, 404, "not_found", "/parent"),
        ("productclasses", {}, 409, "slug_taken", "/slug"),
        ("productclasses", {"slug": "other", "options": ["none"]}, 404, "not_found", "/options/0"),
        ("attributes", {}, 409, "code_taken", "/code"),
        ("attributes", {"product_class": "none"}, 404, "not_found", "/product_class"),
        ("attributes", {"code": "fresh", "option_group": 999_999}, 404, "not_found", "/option_group"),
        ("attributes", {"code": "fresh", "type": "option"}, 422, "attribute_refused", "/option_group"),
        ("attributes", {"code": "fresh", "type": "boolean"}, 422, "attribute_refused", "/required"),
        ("option-groups", {}, 409, "code_taken", "/code"),
        ("option-groups", {"code": "fresh"}, 409, "code_taken", "/options/0"),
        ("option-groups", {"code": "fresh", "options": [{"id": 999_999, "option": "S"}]}, 404, "not_found", None),
        ("options", {}, 409, "code_taken", "/code"),
        ("options", {"code": "fresh", "type": "select"}, 422, "attribute_refused", "/option_group"),
        ("options", {"code": "fresh", "option_group": 999_999}, 404, "not_found", "/option_group"),
        ("partners", {}, 409, "code_taken", "/code"),
        ("partners", {"code": "fresh", "users": [999_999]}, 404, "not_found", "/users/0"),
    ],
)
def test_fit_body_against_a_rule_is_refused_and_nothing_written(
    staff: APIClient, kind: str, changes: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    make_class(staff)
    staff.post(f"{ADMIN}{kind}/", BODIES[kind])
    before = snapshot()
    answer = staff.post(f"{ADMIN}{kind}/", BODIES[kind] | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer
    assert snapshot() == before


def test_what_is_in_use_is_not_deleted(staff: APIClient) -> None:
    make_class(staff)
    group = staff.post(f"{ADMIN}option-groups/", SIZES).json()
    attribute = staff.post(
        f"{ADMIN}attributes/",
        {"product_class": "books", "name": "Size", "code": "size", "type": "option", "option_group": group["id"]},
    ).json()
    option = staff.post(f"{ADMIN}options/", BODIES["options"]).json()
    brand = staff.post(f"{ADMIN}brands/", {"name": "Acme"}).json()
    product_class = staff.patch(f"{ADMIN}productclasses/books/", {"options": ["engraving"]}).json()
    category = make_category("Novels")
    product = make_product("Book", product_class="Books", category_ids=[category.pk])
    Product.objects.filter(pk=product.pk).update(brand_id=brand["id"])
    ProductAttributeValue.objects.create(
        product=product, attribute_id=attribute["id"], value_option_id=group["options"][0]["id"]
    )
    partner = product.stockrecords.get().partner
    before = snapshot()
    for kind, pk, code, uses in (
        ("brands", brand["id"], "still_used", {"products": 1}),
        ("categories", category.pk, "still_used", {"products": 1}),
        ("productclasses", product_class["id"], "still_used", {"products": 1}),
        ("attributes", attribute["id"], "still_used", {"products": 1}),
        ("option-groups", group["id"], "still_used", {"attributes": 1}),
        ("options", option["id"], "still_used", {"product_classes": 1}),
        ("partners", partner.pk, "partner_has_stock", None),
    ):
        answer = staff.delete(f"{ADMIN}{kind}/{pk}/")
        assert (kind, answer.status_code, answer.json()["code"]) == (kind, 409, code)
        assert answer.json().get("uses") == uses
    kept = staff.patch(f"{ADMIN}option-groups/{group['id']}/", {"options": [{"option": "M"}]})
    assert (kept.status_code, kept.json()["uses"]) == (409, {"products": 1})
    for changes in ({"type": "text", "option_group": None}, {"product_class": "other"}):
        typed = staff.patch(f"{ADMIN}attributes/{attribute['id']}/", changes)
        assert (typed.status_code, typed.json()["code"]) == (409, "still_used")
    assert snapshot() == before


def test_values_of_a_group_keep_their_identity(staff: APIClient) -> None:
    group = staff.post(f"{ADMIN}option-groups/", SIZES).json()
    small, medium = (value["id"] for value in group["options"])
    place = f"{ADMIN}option-groups/{group['id']}/"
    swapped = [{"id": small, "option": "M", "code": "s"}, {"id": medium, "option": "S", "code": "m"}, {"option": "L"}]
    body = staff.patch(place, {"options": swapped}).json()
    assert [(value["id"], value["option"]) for value in body["options"]][:2] == [(small, "M"), (medium, "S")]
    body = staff.patch(place, {"options": [{"option": "L", "price": "2.00"}]}).json()
    assert [(value["option"], value["price"]) for value in body["options"]] == [("L", "2.00")]


def test_product_class_is_found_by_slug_and_keeps_one_that_a_tax_rate_names(staff: APIClient) -> None:
    made = make_class(staff)
    assert staff.get(f"{ADMIN}productclasses/books/").json() == made
    TaxRate.objects.create(name="Books", rate="0.07", product_class="books")
    refused = staff.patch(f"{ADMIN}productclasses/books/", {"slug": "prints"})
    assert (refused.status_code, refused.json()["uses"]) == (409, {"tax_rates": 1})
    assert staff.patch(f"{ADMIN}productclasses/books/", {"name": "Prints"}).json()["slug"] == "books"


def test_accounts_of_a_partner_get_in_and_out(staff: APIClient) -> None:
    worker, boss = make_user(), make_user(is_staff=True, is_superuser=True)
    partner = make_partner("North")
    place = f"{ADMIN}partners/{partner.pk}/"
    assert staff.patch(place, {"users": [worker.pk]}).json()["users"] == [worker.pk]
    assert client_of(worker).get("/api/v1/admin/stockrecords/").status_code == 200
    refused = staff.patch(place, {"users": [worker.pk, boss.pk]})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert list(partner.users.all()) == [worker]
    staff.patch(place, {"users": []})
    assert client_of(worker).get("/api/v1/admin/stockrecords/").status_code == 403


def test_brand_that_is_renamed_is_renamed_in_its_products(staff: APIClient) -> None:
    from forked_apps.search.operations import rebuild_noted

    brand = staff.post(f"{ADMIN}brands/", {"name": "Acme"}).json()
    product = make_product("Anvil")
    Product.objects.filter(pk=product.pk).update(brand_id=brand["id"])
    staff.patch(f"{ADMIN}brands/{brand['id']}/", {"name": "Apex"})
    while rebuild_noted():
        pass
    assert new_client().get(f"/api/v1/products/{product.pk}/").json()["brand"]["name"] == "Apex"
