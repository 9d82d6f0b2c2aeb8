"""If-Match and If-None-Match have lists of tags (RFC 9110, 13.1)."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from tests.factories.http import client_of
from tests.factories.shop import make_product
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db

MATCHING = ['"{0}"', '"abc", "{0}"', '"{0}" , "abc"', 'W/"x", "{0}"', "*", "{0}"]
OTHERS = ['"abc"', '"abc", "def"', 'W/"{0}"', '"abc", W/"{0}"', '"{0},abc"', '"x{0}"', ",", '""']


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", sku="MUG", stock=90)


@pytest.mark.parametrize("path", ["/api/v1/admin/products/{0}/", "/api/v1/products/{0}/"])
def test_one_of_the_tags_is_that_of_now(staff: APIClient, mug: Product, path: str) -> None:
    place = path.format(mug.pk)
    for number, header in enumerate((*MATCHING, *OTHERS)):
        tag = staff.get(place).headers["ETag"].strip('"')
        answer = staff.patch(place, {"title": f"Mug {number}"}, HTTP_IF_MATCH=header.format(tag))
        assert (header, answer.status_code) == (header, 200 if header in MATCHING else 412)
    assert Product.objects.get(pk=mug.pk).title == f"Mug {len(MATCHING) - 1}"


def test_what_has_no_version_is_refused_with_any_tag(staff: APIClient) -> None:
    for header, status in (("*", 200), ('"a", "b"', 412), ('W/"a"', 412)):
        body = {"products": [{"sku": "CUP", "title": "Cup"}]}
        assert staff.put("/api/v1/admin/products/bulk/", body, HTTP_IF_MATCH=header).status_code == status


def test_versions_of_carts_are_compared_with_each_of_the_tags(guest: APIClient, mug: Product) -> None:
    def change(client: APIClient, header: str) -> Any:
        return client.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 1}, HTTP_IF_MATCH=header)

    for header in (*MATCHING, *OTHERS):
        version = guest.get("/api/v1/cart/").json()["version"]
        answer = change(guest, header.format(version))
        assert (header, answer.status_code) == (header, 200 if header in MATCHING else 412)
    assert guest.get("/api/v1/cart/").json()["items"][0]["quantity"] == len(MATCHING)


def test_one_of_the_known_tags_saves_the_answer(guest: APIClient, mug: Product) -> None:
    place = f"/api/v1/products/{mug.pk}/"
    tag = guest.get(place).headers["ETag"]
    for header, status in (
        (f'"abc", {tag}', 304),
        (f'W/{tag}, "abc"', 304),
        (f'"abc",W/{tag}', 304),
        ("*", 304),
        ('"abc", "def"', 200),
    ):
        assert (header, guest.get(place, HTTP_IF_NONE_MATCH=header).status_code) == (header, status)
