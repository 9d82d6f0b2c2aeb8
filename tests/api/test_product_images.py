"""Pictures of products over the API: added as a form, moved, taken away; what is refused leaves nothing behind."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue import picture_files, product_images
from forked_apps.catalogue.models import Product, ProductImage
from forked_apps.partner.models import StockRecord
from nexus_shop.api.chain import MAX_UPLOAD
from nexus_shop.core.models import IdempotencyRecord, QueuedTask
from nexus_shop.core.worker import drain
from tests.factories.http import client_of, new_client
from tests.factories.pictures import form_of, photo, plain, upload
from tests.factories.shop import make_product, make_user
from tests.factories.staff import make_member, make_partner
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

FILE: Final = 'original"; filename="mug.png"'


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """A storage of its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def mug() -> Product:
    return make_product("Mug")


def place_of(product: Product) -> str:
    return f"/api/v1/admin/products/{product.pk}/images/"


def add(client: APIClient, product: Product, caption: str = "", **fields: Any) -> Any:
    """The answer to a picture that is added."""
    body = {"original": upload(), "caption": caption, **fields}
    return client.post(place_of(product), body, format="multipart")


def captions(product: Product) -> list[tuple[str, int]]:
    rows = ProductImage.objects.filter(product=product).order_by("display_order", "pk")
    return list(rows.values_list("caption", "display_order"))


def stored_files(media: Path) -> list[str]:
    return sorted(path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file())


def of_size(width: int, height: int) -> bytes:
    """A PNG that says to be so large, and is a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_picture_is_added_cleaned_and_shown_at_once(staff: APIClient, mug: Product, media: Path) -> None:
    body = {"original": upload(photo("JPEG", orientation=6), "Front view.jpeg"), "caption": "Front"}
    created = staff.post(place_of(mug), body, format="multipart")
    assert created.status_code == 201, created.content
    shown = created.json()
    row = ProductImage.objects.get()
    assert (created.headers["Location"], created.headers["ETag"]) == (
        f"{place_of(mug)}{row.pk}/",
        f'"{shown["version"]}"',
    )
    assert shown == {
        "id": row.pk,
        "version": shown["version"],
        "product": mug.pk,
        "url": default_storage.url(row.original.name),
        "caption": "Front",
        "display_order": 0,
        "width": None,
        "height": None,
        "date_created": shown["date_created"],
    }
    assert staff.get(created.headers["Location"]).json() == shown
    assert stored_files(media) == [row.original.name]
    assert row.original.name.startswith("images/products/")
    assert row.original.name.rpartition("/")[2].startswith("front-view-")
    with default_storage.open(row.original.name) as file, Image.open(file) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (20, 40), {})

    (public,) = new_client().get(f"/api/v1/products/{mug.pk}/").json()["images"]
    assert (public["url"], public["alt"]) == (shown["url"], "Front")
    drain()
    sized = staff.get(created.headers["Location"]).json()
    assert (sized["width"], sized["height"], sized["version"]) == (20, 40, shown["version"])


@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif"), ("GIF", "gif")])
def test_ending_is_that_of_the_content(staff: APIClient, mug: Product, kind: str, ending: str) -> None:
    body = {"original": upload(plain(kind), "mug.html")}
    assert staff.post(place_of(mug), body, format="multipart").json()["url"].endswith(f".{ending}")


@pytest.mark.parametrize(
    "name", ["../../../../etc/passwd", "..\\..\\x.php", "a\0b.svg", "<script>alert(1)</script>.html", "💥.png"]
)
def test_names_of_files_do_no_harm(staff: APIClient, mug: Product, media: Path, name: str) -> None:
    body, content_type = form_of((f'original"; filename="{name}"', plain()))
    answer = staff.generic("POST", place_of(mug), body, content_type=content_type)
    assert answer.status_code == 201, answer.content
    (stored,) = stored_files(media)
    assert stored == ProductImage.objects.get().original.name
    assert stored.startswith("images/products/")
    assert stored.rpartition("/")[2].removesuffix(".png").replace("-", "").isalnum()


def test_pictures_make_room_for_each_other(staff: APIClient, mug: Product) -> None:
    for caption in ("A", "B", "C"):
        assert add(staff, mug, caption).status_code == 201
    assert captions(mug) == [("A", 0), ("B", 1), ("C", 2)]
    assert add(staff, mug, "First", display_order=0).json()["display_order"] == 0
    assert add(staff, mug, "Last", display_order=2_147_483_647).json()["display_order"] == 4
    listed = staff.get(place_of(mug)).json()
    assert [row["caption"] for row in listed["results"]] == ["First", "A", "B", "C", "Last"]
    assert (listed["count"], listed["next"], listed["previous"]) == (5, None, None)

    last = f"{place_of(mug)}{listed['results'][4]['id']}/"
    moved = staff.patch(last, {"display_order": 1, "caption": "Second"})
    assert (moved.status_code, moved.json()["caption"], moved.json()["display_order"]) == (200, "Second", 1)
    assert [caption for caption, _ in captions(mug)] == ["First", "Second", "A", "B", "C"]
    assert staff.patch(last, {"display_order": 9}).json()["display_order"] == 4
    assert staff.delete(f"{place_of(mug)}{listed['results'][0]['id']}/").status_code == 204
    assert captions(mug) == [("A", 0), ("B", 1), ("C", 2), ("Second", 3)]
    public = new_client().get(f"/api/v1/products/{mug.pk}/").json()["images"]
    assert [image["alt"] for image in public] == ["A", "B", "C", "Second"]


def test_orders_with_gaps_are_places_and_what_was_read_can_be_sent_back(staff: APIClient, mug: Product) -> None:
    for order in (0, 10, 10):
        ProductImage.objects.create(product=mug, original="images/a.png", display_order=order)
    rows = staff.get(place_of(mug)).json()["results"]
    assert [row["display_order"] for row in rows] == [0, 1, 2]
    for row in rows:
        again = staff.patch(f"{place_of(mug)}{row['id']}/", row)
        assert (again.status_code, again.json()) == (200, row)
    assert [order for _, order in captions(mug)] == [0, 10, 10]
    staff.patch(f"{place_of(mug)}{rows[2]['id']}/", {"display_order": 1})
    assert [row["id"] for row in staff.get(place_of(mug)).json()["results"]] == [rows[n]["id"] for n in (0, 2, 1)]


def test_file_of_a_deleted_picture_stays_as_in_the_dashboard(staff: APIClient, mug: Product, media: Path) -> None:
    created = add(staff, mug)
    kept = stored_files(media)
    assert staff.delete(created.headers["Location"]).status_code == 204
    assert staff.get(created.headers["Location"]).status_code == 404
    assert (captions(mug), stored_files(media)) == ([], kept)


BAD_FILES: Final[dict[str, bytes]] = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "empty": b"",
    "cut": photo("JPEG")[:400],
    "head": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "tiff": plain("TIFF"),
    "bmp": plain("BMP"),
    "eps": plain("EPS"),
    "pdf": plain("PDF"),
    "pixels": of_size(7_100, 7_100),
    "bomb": of_size(50_000, 50_000),
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
def test_file_that_is_no_picture_of_ours_is_refused(
    staff: APIClient, mug: Product, media: Path, content: bytes
) -> None:
    body, content_type = form_of((FILE, content))
    refused = staff.generic("POST", place_of(mug), body, content_type=content_type)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "product_value_refused")
    assert [error["pointer"] for error in problem["errors"]] == ["/original"]
    assert problem["reason"]
    assert (captions(mug), stored_files(media), QueuedTask.objects.count()) == ([], [], 0)


def test_file_and_body_have_a_limit(
    staff: APIClient, mug: Product, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, content_type = form_of((FILE, b"x" * MAX_UPLOAD))
    refused = staff.generic("POST", place_of(mug), body, content_type=content_type)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    detail = f"{place_of(mug)}1/"
    assert staff.generic("PATCH", detail, body[:2_000_000], content_type=content_type).status_code == 413
    monkeypatch.setattr(picture_files, "MAX_BYTES", len(plain()) - 1)
    refused = add(staff, mug)
    assert (refused.status_code, refused.json()["reason"]) == (422, "The file is too large.")
    assert (captions(mug), stored_files(media)) == ([], [])


def test_picture_of_more_than_a_megabyte_is_taken(staff: APIClient, mug: Product, media: Path) -> None:
    noise = BytesIO()
    Image.effect_noise((1800, 1800), 90).save(noise, "PNG")
    assert len(noise.getvalue()) > 2_621_440  # what Django keeps in memory
    body = {"original": upload(noise.getvalue())}
    assert staff.post(place_of(mug), body, format="multipart").status_code == 201
    assert (media / ProductImage.objects.get().original.name).read_bytes() == noise.getvalue()


@pytest.mark.parametrize(
    ("parts", "code", "pointer"),
    [
        ([('caption"', b"Front")], "invalid_request", "/original"),
        ([('original"', b"text")], "invalid_request", "/original"),
        ([(FILE, plain()), ('caption"', b"<script>alert(1)</script>")], "invalid_request", "/caption"),
        ([(FILE, plain()), ('caption"', b"a\0b")], "invalid_request", "/caption"),
        ([(FILE, plain()), ('caption"', b"x" * 201)], "invalid_request", "/caption"),
        ([(FILE, plain()), ('caption"; filename="a.txt"', b"x")], "invalid_request", "/caption"),
        ([(FILE, plain()), ('display_order"', b"-1")], "invalid_request", "/display_order"),
        ([(FILE, plain()), ('display_order"', b"1.0")], "invalid_request", "/display_order"),
        ([(FILE, plain()), ('display_order"', b"")], "invalid_request", "/display_order"),
        ([(FILE, plain()), ('display_order"', b"9999999999")], "invalid_request", "/display_order"),
        ([(FILE, plain()), ('product_id"', b"1")], "unknown_field", "/product_id"),
        ([(FILE, plain()), (FILE, plain())], "invalid_request", "/original"),
        ([(FILE, plain()), ('original"', b"1")], "invalid_request", "/original"),
        ([(FILE, plain()), ('a/~b"', b"1"), ('a/~b"', b"2")], "invalid_request", "/a~1~0b"),
    ],
)
def test_unfit_form_is_refused_where_it_is_unfit(
    staff: APIClient, mug: Product, media: Path, parts: list[tuple[str, bytes]], code: str, pointer: str
) -> None:
    body, content_type = form_of(*parts)
    refused = staff.generic("POST", place_of(mug), body, content_type=content_type)
    assert (refused.status_code, refused.json()["code"]) == (400, code), refused.content
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert (captions(mug), stored_files(media), QueuedTask.objects.count()) == ([], [], 0)


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", b'{"original": "x"}', 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", b"original=x", 415, "unsupported_media_type"),
        ("multipart/form-data", b"--x--", 400, "invalid_request"),
        ("multipart/form-data; boundary=", b"--x--", 400, "invalid_request"),
        ("multipart/form-data; boundary=x", b"--x--", 400, "invalid_request"),
        ("multipart/form-data; boundary=x", b"", 400, "invalid_request"),
        ("multipart/form-data; boundary=x", b"\0" * 1000, 400, "invalid_request"),
    ],
)
def test_body_that_is_no_form_is_refused(
    staff: APIClient, mug: Product, content_type: str, body: Any, status: int, code: str
) -> None:
    refused = staff.generic("POST", place_of(mug), body, content_type=content_type)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.content
    assert captions(mug) == []


@pytest.mark.parametrize(
    "body", [{"caption": "<b>x</b>"}, {"display_order": -1}, {"display_order": "1"}, {"original": "x"}, {"alt": "x"}]
)
def test_unfit_change_is_refused(staff: APIClient, mug: Product, body: dict[str, Any]) -> None:
    place = add(staff, mug, "Front").headers["Location"]
    refused = staff.patch(place, body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, f"/{next(iter(body))}")
    assert captions(mug) == [("Front", 0)]


def test_partner_staff_keep_the_pictures_of_what_only_they_sell(staff: APIClient, mug: Product, media: Path) -> None:
    north = make_partner("Northern workshop")
    worker = client_of(make_member("Partner staff", partner=north))
    place = add(staff, mug, "Front").headers["Location"]
    kept = stored_files(media)
    for answer in (
        add(worker, mug),
        worker.get(place_of(mug)),
        worker.get(place),
        worker.patch(place, {"caption": "Mine"}),
        worker.delete(place),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (captions(mug), stored_files(media)) == ([("Front", 0)], kept)

    StockRecord.objects.filter(product=mug).update(partner=north)
    assert add(worker, mug, "Back").status_code == 201
    assert worker.patch(place, {"caption": "Mine"}).status_code == 200
    assert worker.get(place_of(mug)).json()["count"] == 2
    assert worker.delete(place).status_code == 204
    assert captions(mug) == [("Back", 0)]


def test_shoppers_are_not_let_in(staff: APIClient, mug: Product) -> None:
    place = add(staff, mug, "Front").headers["Location"]
    for client, status in (
        (new_client(), 401),
        (client_of(make_user()), 403),
        (client_of(make_user(is_staff=True)), 403),
    ):
        answers = (add(client, mug), client.get(place_of(mug)), client.get(place), client.delete(place))
        assert {answer.status_code for answer in answers} == {status}
    assert captions(mug) == [("Front", 0)]


def test_picture_of_another_product_is_not_found(staff: APIClient, mug: Product) -> None:
    picture = add(staff, mug, "Front").json()["id"]
    other = make_product("Pen")
    for place in (f"{place_of(other)}{picture}/", f"{place_of(mug)}{picture + 1}/", f"{place_of(mug)}x/"):
        assert [
            call(place).status_code
            for call in (staff.get, staff.delete, lambda path: staff.patch(path, {"caption": "x"}))
        ] == [404, 404, 404]
    for missing in ("0", "99999999999", "x"):
        body = {"original": upload()}
        answer = staff.post(f"/api/v1/admin/products/{missing}/images/", body, format="multipart")
        assert answer.status_code == 404
    assert captions(mug) == [("Front", 0)]


def test_stale_version_changes_nothing(staff: APIClient, mug: Product, settings: Settings) -> None:
    created = add(staff, mug, "Front")
    place, tag = created.headers["Location"], created.headers["ETag"]
    changed = staff.patch(place, {"caption": "Side"}, headers={"If-Match": tag})
    assert (changed.status_code, changed.headers["ETag"] != tag) == (200, True)
    for stale in (
        staff.patch(place, {"caption": "Back"}, headers={"If-Match": tag}),
        staff.delete(place, headers={"If-Match": tag}),
    ):
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert captions(mug) == [("Side", 0)]
    settings.IF_MATCH_REQUIRED = True
    assert staff.patch(place, {"caption": "Back"}).status_code == staff.delete(place).status_code == 428
    assert staff.delete(place, headers={"If-Match": changed.headers["ETag"]}).status_code == 204


def test_same_key_adds_one_picture_however_the_form_is_packed(staff: APIClient, mug: Product, media: Path) -> None:
    parts = [(FILE, plain()), ('caption"', b"Front")]

    def send(*parts: tuple[str, bytes], boundary: str) -> Any:
        body, content_type = form_of(*parts, boundary=boundary)
        headers = {"Idempotency-Key": "k1"}
        return staff.generic("POST", place_of(mug), body, content_type=content_type, headers=headers)

    first, again = send(*parts, boundary="one"), send(*reversed(parts), boundary="other")
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert (again.content, again.headers["Location"]) == (first.content, first.headers["Location"])
    files = stored_files(media)
    assert (captions(mug), len(files)) == ([("Front", 0)], 1)
    for other in ([(FILE, plain("WEBP")), parts[1]], [parts[0], ('caption"', b"Back")], [parts[0]]):
        refused = send(*other, boundary="one")
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert (captions(mug), stored_files(media)) == ([("Front", 0)], files)
    assert IdempotencyRecord.objects.count() == 1


def test_change_with_a_key_is_done_once(staff: APIClient, mug: Product) -> None:
    place = add(staff, mug, "A").headers["Location"]
    add(staff, mug, "B")
    headers = {"Idempotency-Key": "k1"}
    assert staff.patch(place, {"display_order": 1}, headers=headers).status_code == 200
    staff.patch(place, {"display_order": 0})
    assert staff.patch(place, {"display_order": 1}, headers=headers).headers["Idempotent-Replayed"] == "true"
    assert captions(mug) == [("A", 0), ("B", 1)]


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k1"}])
def test_full_product_takes_no_more_and_no_file_stays(
    staff: APIClient, mug: Product, media: Path, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    add(staff, mug, "Front")
    kept = stored_files(media)
    monkeypatch.setattr(product_images, "MAX_PICTURES", 1)
    refused = staff.post(place_of(mug), {"original": upload()}, format="multipart", headers=headers)
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["limit"]) == (409, "list_full", 1)
    assert problem["errors"][0]["pointer"] == "/original"
    assert (captions(mug), stored_files(media)) == ([("Front", 0)], kept)


def test_lists_cost_the_same_however_long_they_are(staff: APIClient, mug: Product) -> None:
    counts = []
    for _ in range(3):
        add(staff, mug)
        counts.append(len(statements_of(lambda: staff.get(place_of(mug)))[0]))
    assert counts == [6, 6, 6]  # the login, its permissions and roles, the product, its pictures, their sizes
