"""The picture of a category over the API: one that is stored, looked for before the transaction."""

from pathlib import Path
from typing import Any, Final

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.attachments import store_attachment
from forked_apps.catalogue.models import Category
from tests.factories.http import client_of, new_client
from tests.factories.pictures import plain
from tests.factories.shop import make_category
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db(transaction=True)

PATH: Final = "/api/v1/admin/categories/"
BULK: Final = "/api/v1/admin/categories-bulk/"
MISSING: Final = f"attributes/{'0' * 64}.png"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """A storage of its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def picture() -> str:
    return store_attachment(plain(), kind="image")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The names that the storage was asked for, each with whether a transaction was open."""
    names: list[tuple[str, bool]] = []
    exists = FileSystemStorage.exists

    def noted(storage: Any, name: str) -> bool:
        names.append((name, connection.in_atomic_block))
        return exists(storage, name)

    monkeypatch.setattr(FileSystemStorage, "exists", noted)
    return names


def image_of(pk: int) -> str:
    return Category.objects.get(pk=pk).image.name or ""


@pytest.mark.parametrize("path", [PATH, "/api/v1/categories/", "/api/v1/products/categories/"])
def test_category_is_made_with_its_picture(
    staff: APIClient, picture: str, asked: list[tuple[str, bool]], path: str
) -> None:
    made = staff.post(path, {"name": "Lamps", "image": picture}, headers={"Idempotency-Key": "k"})
    assert (made.status_code, made.json()["image"]) == (201, f"/media/{picture}")
    assert (image_of(made.json()["id"]), asked) == (picture, [(picture, False)])
    tree = new_client().get("/api/v1/categories/").json()
    assert [node["image"] for node in tree] == [f"/media/{picture}"]


def test_picture_is_changed_left_and_taken_away(staff: APIClient, picture: str) -> None:
    lamps = make_category("Lamps")
    place = f"{PATH}{lamps.pk}/"
    before = staff.get(place)
    changed = staff.patch(place, {"image": picture}, headers={"If-Match": before.headers["ETag"]})
    assert (changed.status_code, changed.json()["image"]) == (200, f"/media/{picture}")
    assert changed.headers["ETag"] != before.headers["ETag"]
    public = new_client().get("/api/v1/categories/lamps/").json()
    assert public["image"] == changed.json()["image"]
    stale = staff.patch(place, {"image": None}, headers={"If-Match": before.headers["ETag"]})
    assert (stale.status_code, image_of(lamps.pk)) == (412, picture)
    for same in ({"image": picture}, {"image": public["image"]}, {"name": "Lamps"}):
        again = staff.patch(place, same)
        assert (again.status_code, again.headers["ETag"]) == (200, changed.headers["ETag"])
    for empty in ("", None):
        assert staff.patch(place, {"image": picture}).json()["image"] == f"/media/{picture}"
        assert staff.patch(place, {"image": empty}).json()["image"] is None
        assert image_of(lamps.pk) == ""
    staff.patch(place, {"image": picture})
    assert staff.put(place, {"name": "Lamps"}).json()["image"] is None
    assert new_client().get("/api/v1/categories/lamps/").json()["image"] is None


@pytest.mark.parametrize("name", ["categories/old.gif", f"attributes/{'1' * 64}.png"])
def test_picture_that_is_there_is_written_back_though_it_is_lost(
    staff: APIClient, asked: list[tuple[str, bool]], name: str
) -> None:
    lamps = make_category("Lamps")
    Category.objects.filter(pk=lamps.pk).update(image=name, code="L")
    place = f"{PATH}{lamps.pk}/"
    read = staff.get(place).json()
    assert read["image"] == f"/media/{name}"
    assert staff.put(place, read).json() == read
    for same in (name, read["image"]):
        assert staff.patch(place, {"image": same}).json() == read
        row = {"data": {"code": "L", "image": same}}
        assert staff.put(BULK, {"categories": [row]}).json()["results"][0]["status"] == "unchanged"
    assert (image_of(lamps.pk), asked) == (name, [])
    other = staff.post(PATH, {"name": "Other", "image": name})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/image")


def refused_names() -> list[str]:
    """What is stored as no picture, not stored at all, or no name of ours."""
    manual = store_attachment(b"%PDF-1.7 manual")
    default_storage.save("categories/other.png", ContentFile(plain()))
    return [MISSING, manual, f"/media/{MISSING}", "categories/other.png", "../../etc/passwd", "https://a.example/x.png"]


def test_name_of_no_stored_picture_is_refused(staff: APIClient, picture: str) -> None:
    lamps = make_category("Lamps")
    Category.objects.filter(pk=lamps.pk).update(image=picture)
    place = f"{PATH}{lamps.pk}/"
    for name in refused_names():
        body = {"name": "New", "image": name}
        for answer in (
            staff.post(PATH, body),
            staff.post("/api/v1/categories/", body),
            staff.patch(place, body),
            staff.put(place, body),
        ):
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (422, "product_value_refused"), name
            assert [error["pointer"] for error in problem["errors"]] == ["/image"]
            assert problem["reason"] == "There is no such stored picture: upload it first."
    assert list(Category.objects.values_list("name", "image")) == [("Lamps", picture)]
    assert staff.patch(f"{PATH}999999/", {"image": MISSING}).status_code == 404


@pytest.mark.parametrize("image", [5, True, [], {"url": "x"}, "x" * 2001, "a\0b"])
def test_what_is_no_name_is_no_body(staff: APIClient, image: Any) -> None:
    answer = staff.post(PATH, {"name": "Lamps", "image": image})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/image")
    assert not Category.objects.exists()


def test_many_have_pictures_each_for_itself(staff: APIClient, picture: str, asked: list[tuple[str, bool]]) -> None:
    rows = [
        {"data": {"code": "A", "image": picture}, "children": [{"data": {"code": "B", "image": MISSING}}]},
        {"data": {"code": "C"}},
    ]
    results = staff.put(BULK, {"categories": rows}).json()["results"]
    assert [(row["status"], row["code"], row["pointer"]) for row in results] == [
        ("created", None, None),
        ("refused", "product_value_refused", "/data/image"),
        ("created", None, None),
    ]
    assert asked == [(picture, False), (MISSING, False)]
    assert list(Category.objects.order_by("code").values_list("code", "image")) == [("A", picture), ("C", "")]
    taken = {"categories": [{"data": {"code": "A", "image": None}}, {"data": {"code": "C", "image": ""}}]}
    results = staff.put(BULK, taken).json()["results"]
    assert [row["status"] for row in results] == ["updated", "unchanged"]
    assert set(Category.objects.values_list("image", flat=True)) == {""}
