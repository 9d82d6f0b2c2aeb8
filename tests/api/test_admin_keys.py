"""Products under `admin/` by id, slug and SKU, in the words of ours and of oscarapi."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockRecord
from tests.factories.catalogue import make_class
from tests.factories.http import client_of
from tests.factories.pictures import upload
from tests.factories.shop import make_product
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db

PATH = "/api/v1/admin/products/"
BOTH = "`{}` is another word for `{}`: send one."


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> None:
    """A storage of its own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def mug() -> Product:
    make_class("Shirts")
    return make_product("Mug", sku="a/MUG 1", product_class="Shirts")


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize("key", ["{pk}", "{slug}", "sku:a%2FMUG%201", "sku:a/MUG 1"])
def test_product_is_found_by_id_slug_and_sku(staff: APIClient, mug: Product, key: str) -> None:
    place = f"{PATH}{key.format(pk=mug.pk, slug=mug.slug)}/"
    shown = staff.get(place)
    assert (shown.status_code, shown.json()["id"]) == (200, mug.pk)
    tag = shown.headers["ETag"]
    assert staff.patch(place, {"meta_title": "One"}, HTTP_IF_MATCH=tag).json()["meta_title"] == "One"
    assert staff.patch(place, {"meta_title": "Two"}, HTTP_IF_MATCH=tag).status_code == 412
    assert staff.put(place, staff.get(place).json()).status_code == 200
    made = staff.post(f"{place}images/", {"original": upload()}, format="multipart")
    assert (made.status_code, made.json()["product"]) == (201, mug.pk)
    image = f"{place}images/{made.json()['id']}/"
    assert staff.get(f"{place}images/").json()["count"] == 1
    assert staff.get(image).json() == made.json()
    assert staff.patch(image, {"caption": "The mug"}).json()["caption"] == "The mug"
    assert staff.delete(image).status_code == 204
    assert staff.delete(place).status_code == 204
    assert staff.get(place).json()["status"] == "archived"


def test_variants_are_built_by_sku(staff: APIClient, mug: Product) -> None:
    StockRecord.objects.all().delete()
    built = staff.post(f"{PATH}sku:a%2FMUG%201/variants/", {"axes": {"size": ["S"]}})
    assert (built.status_code, [child["parent"] for child in built.json()]) == (201, [mug.pk])


def test_products_of_others_are_found_by_no_key(mug: Product) -> None:
    worker = client_of(make_member("Partner staff", partner=make_partner("North")))
    for key in (str(mug.pk), mug.slug, "sku:a%2FMUG%201", "sku:", "nosuch", "9" * 12):
        for method, path, body in (
            ("get", "", None),
            ("patch", "", {"title": "Mine"}),
            ("delete", "", None),
            ("post", "variants/", {"axes": {"size": ["S"]}, "price": "1.00"}),
            ("get", "images/", None),
            ("get", "images/1/", None),
        ):
            assert getattr(worker, method)(f"{PATH}{key}/{path}", body).status_code == 404
    assert Product.objects.get(pk=mug.pk).title == "Mug"


@pytest.mark.parametrize(
    ("body", "theirs", "ours"),
    [
        ({"is_public": True, "status": "published"}, "is_public", "status"),
        ({"upc": "MUG", "sku": "MUG"}, "upc", "sku"),
        ({"recommended_products": [], "recommendations": {}}, "recommended_products", "recommendations"),
    ],
)
def test_both_words_for_a_thing_are_refused(
    staff: APIClient, mug: Product, body: dict[str, Any], theirs: str, ours: str
) -> None:
    errors = [{"pointer": f"/{theirs}", "code": "invalid", "detail": BOTH.format(theirs, ours)}]
    for answer in (staff.patch(f"{PATH}{mug.pk}/", body), staff.post(PATH, {"title": "Cup"} | body)):
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert answer.json()["errors"] == errors
    [row] = staff.put(f"{PATH}bulk/", {"products": [{"sku": "CUP", "title": "Cup"} | body]}).json()["results"]
    assert (row["code"], row["pointer"], row["detail"]) == ("invalid_request", f"/{theirs}", errors[0]["detail"])
    assert Product.objects.count() == 1


def test_null_takes_a_kind_of_recommendations_away(staff: APIClient, mug: Product) -> None:
    cup = make_product("Cup")
    place = f"{PATH}{mug.pk}/"
    staff.patch(place, {"recommendations": {"related": [cup.pk], "up_sell": [cup.pk]}})
    taken = staff.patch(place, {"recommendations": {"related": None}})
    assert (taken.status_code, taken.json()["recommendations"]) == (
        200,
        {"related": [], "cross_sell": [], "up_sell": [cup.pk]},
    )
    again = staff.patch(place, {"recommendations": {"related": None, "cross_sell": None}})
    assert again.json()["version"] == taken.json()["version"]
    made = staff.post(PATH, {"title": "Bowl", "recommendations": {"related": None, "cross_sell": [cup.pk]}})
    assert made.json()["recommendations"] == {"related": [], "cross_sell": [cup.pk], "up_sell": []}
