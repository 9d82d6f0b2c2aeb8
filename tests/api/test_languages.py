"""The API in several languages: negotiated by Accept-Language, said by Content-Language; staff write translations."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.catalogue.translations import set_translations
from forked_apps.search.operations import rebuild_noted
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _languages(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_user(is_staff=True, is_superuser=True))


@pytest.fixture
def mug() -> Product:
    kitchen = make_category("Kitchen")
    product = make_product("Mug", category_ids=[kitchen.pk])
    set_translations("categories", kitchen.pk, texts={"de": {"name": "Küche"}})
    set_translations("products", product.pk, texts={"de": {"title": "Tasse"}})
    while rebuild_noted():
        pass
    return product


def german(path: str, header: str = "de-AT,de;q=0.9,en;q=0.5") -> Any:
    return new_client().get(path, headers={"accept-language": header})


def test_every_public_answer_of_the_catalogue_is_negotiated(mug: Product) -> None:
    seen: dict[str, Callable[[Any], Any]] = {
        "/api/v1/products/": lambda body: body["results"][0]["title"],
        f"/api/v1/products/{mug.pk}/": lambda body: body["title"],
        "/api/v1/products/mug/": lambda body: body["title"],
        "/api/v1/products/tasse/": lambda body: body["title"],
        "/api/v1/categories/": lambda body: body[0]["name"],
        "/api/v1/products/categories/": lambda body: body[0]["name"],
        "/api/v1/categories/kuche/": lambda body: body["name"],
        "/api/v1/categories/kitchen/": lambda body: body["name"],
    }
    for path, name in seen.items():
        answers = {header: german(path, header) for header in ("de", "en", "it", "")}
        assert [name(answer.json()) for answer in answers.values()] in (
            ["Tasse", *["Mug"] * 3],
            ["Küche", *["Kitchen"] * 3],
        )
        assert [answer["Content-Language"] for answer in answers.values()] == ["de", "en", "en", "en"]
        assert all("Accept-Language" in answer["Vary"] for answer in answers.values())
        assert answers["de"]["ETag"] != answers["en"]["ETag"]
    listed = german("/api/v1/products/?category=kuche").json()["results"][0]
    assert (listed["slug"], listed["categories"][0]["path"]) == ("tasse", "kuche")
    assert german("/api/v1/products/?language=de").json()["code"] == "unknown_parameter"


def test_known_etag_is_304_in_its_language_only(mug: Product) -> None:
    path = f"/api/v1/products/{mug.pk}/"
    etag = german(path)["ETag"]
    for header, status in (("de", 304), ("en", 200)):
        answer = new_client().get(path, headers={"accept-language": header, "if-none-match": etag})
        assert (answer.status_code, answer["Content-Language"]) == (status, header)


def test_language_costs_no_statement(mug: Product) -> None:
    for path in (
        "/api/v1/products/",
        "/api/v1/products/tasse/",
        "/api/v1/products/?category=kuche",
        *(f"/api/v1/products/tasse/{part}/" for part in ("variants", "media", "related", "reviews")),
        *("/api/v1/categories/", "/api/v1/categories/kuche/", "/api/v1/attributes/", "/api/v1/options/"),
    ):
        with CaptureQueriesContext(connection) as captured:
            assert german(path).status_code == 200
        assert len(captured) == 1


def test_cart_shows_the_product_in_the_language(mug: Product) -> None:
    client = new_client()
    added = client.post("/api/v1/cart/items/", {"product_id": mug.pk}, headers={"accept-language": "de"})
    assert (added["Content-Language"], added.json()["items"][0]["product"]["slug"]) == ("de", "tasse")
    token = added.json()["token"]
    again = client.get("/api/v1/cart/", headers={"accept-language": "en", "x-cart-token": token})
    assert again.json()["items"][0]["product"]["slug"] == "mug"


def test_problem_speaks_the_language() -> None:
    answer = german("/api/v1/products/999999/")
    assert (answer.status_code, answer["Content-Language"], answer.json()["title"]) == (404, "de", "Nicht gefunden")
    assert answer.json()["code"] == "not_found"


def test_next_request_of_the_thread_is_not_answered_in_the_language_of_the_last(mug: Product) -> None:
    assert german(f"/api/v1/products/{mug.pk}/").json()["title"] == "Tasse"
    assert new_client().get(f"/api/v1/products/{mug.pk}/").json()["title"] == "Mug"


def test_translations_are_read_and_written_back(staff: APIClient, mug: Product) -> None:
    path = f"/api/v1/admin/translations/products/{mug.pk}/"
    read = staff.get(path)
    unsaid = dict.fromkeys(("description", "meta_title", "meta_description", "og_title", "og_description"))
    assert read.json() == {
        "kind": "products",
        "id": mug.pk,
        "version": read["ETag"].strip('"'),
        "main_language": "en",
        "original": {"title": "Mug", "slug": "mug", **unsaid},
        "translations": {"de": {"title": "Tasse", "slug": "tasse", **unsaid}},
    }
    written = staff.put(path, read.json(), headers={"if-match": read["ETag"]})
    assert (written.status_code, written.json()) == (200, read.json())
    changed = staff.patch(path, {"translations": {"de": {"meta_title": "Gute Tasse"}}})
    assert changed.json()["translations"]["de"]["title"] == "Tasse"
    assert german("/api/v1/products/tasse/").json()["seo"]["title"] == "Gute Tasse"
    stale = staff.put(path, read.json(), headers={"if-match": read["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert staff.put(path, {"translations": {}}).json()["translations"]["de"]["title"] is None


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ({"translations": {"xx": {"title": "x"}}}, 422, "translation_refused", "/translations/xx"),
        ({"translations": {"de": {"upc": "x"}}}, 422, "translation_refused", "/translations/de/upc"),
        ({"translations": {"de": {"title": "x" * 256}}}, 422, "translation_refused", "/translations/de/title"),
        ({"translations": {"de": {"slug": "cup"}}}, 409, "slug_taken", "/translations/de/slug"),
        ({"translations": {"de": {"title": 5}}}, 400, "invalid_request", "/translations/de/title"),
        ({"translations": {"de": "x"}}, 400, "invalid_request", "/translations/de"),
        ({"translations": []}, 400, "invalid_request", "/translations"),
        ({"translations": {"de": {"title": "a\0b"}}}, 400, "malformed_json", "/translations/de/title"),
        ({}, 400, "invalid_request", "/translations"),
        ({"translations": {}, "texts": {}}, 400, "unknown_field", "/texts"),
    ],
)
def test_bad_translation_is_refused_and_nothing_changes(
    staff: APIClient, mug: Product, body: Any, status: int, code: str, pointer: str | None
) -> None:
    make_product("Cup")
    path = f"/api/v1/admin/translations/products/{mug.pk}/"
    before = staff.get(path).json()
    for method in (staff.put, staff.patch):
        answer = method(path, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert [each.get("pointer") for each in answer.json().get("errors", [])] == ([pointer] if pointer else [])
    assert staff.get(path).json() == before


def test_what_is_not_there_is_not_found(staff: APIClient, mug: Product) -> None:
    for path in ("products/999999", f"brands/{mug.pk}", "products/x", "products/99999999999"):
        assert staff.get(f"/api/v1/admin/translations/{path}/").status_code == 404
        assert staff.patch(f"/api/v1/admin/translations/{path}/", {"translations": {}}).status_code == 404


def test_partner_staff_translate_what_only_they_sell(mug: Product) -> None:
    seller = make_partner("Seller")
    own = make_product("Lamp")
    own.stockrecords.update(partner=seller)
    client = client_of(make_member("Partner staff", partner=seller))
    body = {"translations": {"de": {"title": "Leuchte"}}}
    path = "/api/v1/admin/translations/products/{}/"
    assert client.patch(path.format(own.pk), body).status_code == 200
    assert client.get(path.format(own.pk)).json()["translations"]["de"]["title"] == "Leuchte"
    assert client.get(path.format(mug.pk)).status_code == 404
    for send in (client.patch, client.put):
        assert send(path.format(mug.pk), body).status_code == 404
    category = f"/api/v1/admin/translations/categories/{mug.categories.get().pk}/"
    assert client.patch(category, {"translations": {}}).status_code == 403
    mug.refresh_from_db()
    assert "Leuchte" not in str(mug.i18n)


def test_version_can_be_demanded_of_translations(staff: APIClient, mug: Product, settings: Settings) -> None:
    settings.IF_MATCH_REQUIRED = True
    path = f"/api/v1/admin/translations/products/{mug.pk}/"
    body = {"translations": {"de": {"title": "Becher"}}}
    for send in (staff.put, staff.patch):
        refused = send(path, body)
        assert (refused.status_code, refused.json()["code"]) == (428, "version_required")
    assert staff.patch(path, body, HTTP_IF_MATCH=staff.get(path).headers["ETag"]).status_code == 200


def test_permission_is_that_of_the_kind(mug: Product) -> None:
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_product", "change_product"]))
    path = f"/api/v1/admin/translations/products/{mug.pk}/"
    category = f"/api/v1/admin/translations/categories/{mug.categories.get().pk}/"
    body = {"translations": {"de": {"meta_title": "x"}}}
    assert client_of(clerk).patch(path, body).status_code == 200
    assert client_of(clerk).get(category).status_code == 403
    assert client_of(clerk).patch(category, body).status_code == 403
    assert client_of(make_user()).get(path).status_code == 403
    assert new_client().get(path).status_code == 401
