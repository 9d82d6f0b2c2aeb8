"""Files over the API: stored as a form brings them, named by products; what is refused leaves nothing behind."""

from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth.models import Permission
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue import attachments
from forked_apps.catalogue.models import ProductClass
from nexus_shop.api.chain import MAX_UPLOAD
from nexus_shop.core.models import IdempotencyRecord
from tests.factories.catalogue import make_attribute
from tests.factories.http import client_of, new_client
from tests.factories.pictures import form_of, photo, plain, upload
from tests.factories.shop import make_product, make_user
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db

PATH: Final = "/api/v1/admin/files/"
FILE: Final = 'file"; filename="manual.pdf"'
PDF: Final = b"%PDF-1.7 manual"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """A storage of its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def files(media: Path) -> list[str]:
    return sorted(path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file())


def send(client: APIClient, content: bytes = PDF, **fields: Any) -> Any:
    """The answer to a file that is sent."""
    return client.post(PATH, {"file": upload(content, "manual.pdf"), **fields}, format="multipart")


def test_file_is_stored_and_named_by_a_product(staff: APIClient, media: Path) -> None:
    answer = send(staff)
    shown = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, shown["url"])
    assert shown == {"name": shown["name"], "url": f"/media/{shown['name']}", "kind": "file", "size": len(PDF)}
    assert (files(media), (media / shown["name"]).read_bytes()) == ([shown["name"]], PDF)
    picture = send(staff, photo("JPEG", orientation=6), kind="image").json()
    assert (picture["kind"], picture["size"]) == ("image", (media / picture["name"]).stat().st_size)
    assert b"Maker of cameras" not in (media / picture["name"]).read_bytes()

    things = ProductClass.objects.create(name="Things", slug="things")
    for kind in ("file", "image"):
        make_attribute(things, kind, kind)
    product = make_product("Thing", facts={"product_class": "Things"})
    values = {"file": shown["name"], "image": picture["name"]}
    place = f"/api/v1/admin/products/{product.pk}/"
    assert staff.patch(place, {"attributes": values}).status_code == 200
    public = new_client().get(f"/api/v1/products/{product.pk}/").json()["attributes"]
    assert {each["code"]: each["value"] for each in public} == {"file": shown["url"], "image": picture["url"]}
    swapped = staff.patch(place, {"attributes": {"image": shown["name"]}})
    assert (swapped.status_code, swapped.json()["errors"][0]["pointer"]) == (422, "/attributes/image")
    assert swapped.json()["reason"] == "There is no such stored file: upload it first."


def test_same_file_has_the_same_name_whatever_it_is_called(staff: APIClient, media: Path) -> None:
    first = send(staff).json()
    body, content_type = form_of(('file"; filename="../../x.html"', PDF), ('kind"', b"file"))
    assert staff.generic("POST", PATH, body, content_type=content_type).json() == first
    assert files(media) == [first["name"]]


BAD_FILES: Final[dict[str, tuple[bytes, str | None]]] = {
    "elf": (b"\x7fELF\xff", None),
    "empty": (b"", None),
    "gif": (plain("GIF"), None),
    "tiff": (plain("TIFF"), "image"),
    "cut": (photo("JPEG")[:400], None),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image"),
    "pdf as image": (PDF, "image"),
    "png as file": (plain(), "file"),
}


@pytest.mark.parametrize(("content", "kind"), BAD_FILES.values(), ids=BAD_FILES)
def test_file_of_no_kind_of_ours_is_refused(staff: APIClient, media: Path, content: bytes, kind: str | None) -> None:
    parts = [(FILE, content), *([('kind"', kind.encode())] if kind else [])]
    body, content_type = form_of(*parts)
    refused = staff.generic("POST", PATH, body, content_type=content_type)
    assert (refused.status_code, refused.json()["code"]) == (422, "product_value_refused")
    assert ([error["pointer"] for error in refused.json()["errors"]], files(media)) == (["/file"], [])


def test_file_and_body_have_a_limit(staff: APIClient, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body, content_type = form_of((FILE, b"x" * MAX_UPLOAD))
    refused = staff.generic("POST", PATH, body, content_type=content_type)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert send(staff, b"x" * 3_000_000).status_code == 201
    monkeypatch.setattr(attachments, "MAX_BYTES", len(PDF) - 1)
    refused = send(staff)
    assert (refused.status_code, refused.json()["reason"]) == (422, "The file is too large.")
    assert len(files(media)) == 1


@pytest.mark.parametrize(
    ("parts", "code", "pointer"),
    [
        ([], "invalid_request", "/file"),
        ([('kind"', b"file")], "invalid_request", "/file"),
        ([('file"', b"text")], "invalid_request", "/file"),
        ([(FILE, PDF), ('kind"', b"video")], "invalid_request", "/kind"),
        ([(FILE, PDF), ('kind"', b"")], "invalid_request", "/kind"),
        ([(FILE, PDF), ('kind"; filename="a.txt"', b"file")], "invalid_request", "/kind"),
        ([(FILE, PDF), ('name"', b"attributes/x.pdf")], "unknown_field", "/name"),
        ([(FILE, PDF), (FILE, PDF)], "invalid_request", "/file"),
    ],
)
def test_unfit_form_is_refused_where_it_is_unfit(
    staff: APIClient, media: Path, parts: list[tuple[str, bytes]], code: str, pointer: str
) -> None:
    body, content_type = form_of(*parts)
    refused = staff.generic("POST", PATH, body, content_type=content_type)
    assert (refused.status_code, refused.json()["code"]) == (400, code), refused.content
    assert ([error["pointer"] for error in refused.json()["errors"]], files(media)) == ([pointer], [])


@pytest.mark.parametrize(
    ("content_type", "status", "code"),
    [
        ("application/json", 415, "unsupported_media_type"),
        ("application/pdf", 415, "unsupported_media_type"),
        ("multipart/form-data", 400, "invalid_request"),
    ],
)
def test_body_that_is_no_form_is_refused(staff: APIClient, content_type: str, status: int, code: str) -> None:
    body: Any = PDF
    refused = staff.generic("POST", PATH, body, content_type=content_type)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.parametrize("right", ["add_product", "change_product", "add_category", "change_category"])
def test_one_right_to_write_is_enough(right: str) -> None:
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=right, content_type__app_label="catalogue"))
    assert send(client_of(user)).status_code == 201


def test_who_writes_neither_products_nor_categories_is_not_let_in(media: Path) -> None:
    reader = make_user(is_staff=True)
    rights = Permission.objects.filter(codename__in=["view_product", "change_brand"])
    reader.user_permissions.set(rights)
    for client, status in (
        (new_client(), 401),
        (client_of(make_user()), 403),
        (client_of(reader), 403),
        (client_of(make_member("Editor")), 403),
    ):
        assert send(client).status_code == status
    assert files(media) == []
    worker = make_member("Partner staff", partner=make_partner("Northern workshop"))
    assert send(client_of(worker)).status_code == 201


def test_same_key_is_answered_the_same_however_the_form_is_packed(staff: APIClient, media: Path) -> None:
    parts = [(FILE, PDF), ('kind"', b"file")]

    def send_with_key(*parts: tuple[str, bytes], boundary: str) -> Any:
        body, content_type = form_of(*parts, boundary=boundary)
        headers = {"Idempotency-Key": "k1"}
        return staff.generic("POST", PATH, body, content_type=content_type, headers=headers)

    first = send_with_key(*parts, boundary="one")
    again = send_with_key(*reversed(parts), boundary="other")
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert (again.content, again.headers["Location"]) == (first.content, first.headers["Location"])
    for other in ([(FILE, PDF + b"!"), parts[1]], [parts[0]]):
        refused = send_with_key(*other, boundary="one")
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert (files(media), IdempotencyRecord.objects.count()) == ([first.json()["name"]], 1)
