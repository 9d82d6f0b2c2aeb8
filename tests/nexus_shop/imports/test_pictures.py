"""Pictures of other shops: fetched from a real server, decoded, encoded anew, stored."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from nexus_shop.core.http import FetchFailed
from nexus_shop.imports import pictures
from nexus_shop.imports.errors import PictureRefused
from nexus_shop.imports.pictures import PictureFetcher, reencoded

CLOSED = "http://127.0.0.1:1"  # nothing listens there


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    data = BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(PictureRefused) as refused:
        reencoded(content)
    return str(refused.value.details()["reason"])


def failure(fetcher: PictureFetcher, url: str) -> str:
    with pytest.raises(FetchFailed) as failed:
        fetcher.fetch(url)
    return str(failed.value.details()["reason"])


def test_picture_is_stored_as_webp(picture_server: Any) -> None:
    name = PictureFetcher().fetch(picture_server.url("/a.png"))
    assert name.startswith("images/imported/")
    with default_storage.open(name) as file:
        stored = Image.open(file)
        assert (stored.format, stored.size, stored.mode) == ("WEBP", (8, 6), "RGB")


def test_same_picture_is_stored_once(picture_server: Any) -> None:
    fetcher = PictureFetcher()
    assert fetcher.fetch(picture_server.url("/b.png")) == fetcher.fetch(
        picture_server.url("/b.png?v=2").replace("?v=2", "")
    )
    picture_server.bodies["/copy.png"] = picture_server.bodies["/b.png"]
    assert fetcher.fetch(picture_server.url("/copy.png")) == fetcher.fetch(picture_server.url("/b.png"))


def test_picture_of_a_rehearsal_is_not_stored(picture_server: Any) -> None:
    picture_server.bodies["/new.png"] = encoded(Image.new("RGB", (3, 3), "red"), "PNG")
    name = PictureFetcher(is_kept=False).fetch(picture_server.url("/new.png"))
    assert not default_storage.exists(name)


def test_what_is_no_picture_is_refused(picture_server: Any) -> None:
    with pytest.raises(PictureRefused):
        PictureFetcher().fetch(picture_server.url("/text.png"))


def test_host_that_does_not_answer_is_given_up_after_two_tries(picture_server: Any) -> None:
    fetcher = PictureFetcher()
    assert [failure(fetcher, f"{CLOSED}/{n}") for n in range(3)] == [
        "unreachable",
        "unreachable",
        "127.0.0.1 did not answer before: not tried again",
    ]


def test_missing_picture_does_not_give_the_host_up(picture_server: Any) -> None:
    fetcher = PictureFetcher()
    assert [failure(fetcher, picture_server.url("/none.png")) for _ in range(3)] == ["status", "status", "status"]
    fetcher.fetch(picture_server.url("/a.png"))


def test_network_that_is_away_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "FAILURES_IN_A_ROW", 2)
    fetcher = PictureFetcher()
    assert [failure(fetcher, f"http://{host}:1/") for host in ("127.0.0.1", "localhost", "127.0.0.2")] == [
        "unreachable",
        "unreachable",
        "no host answered before: not tried any more",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "picture.png",
        "ftp://example.com/a.png",
        "file:///etc/passwd",
        "http://[",
        "http://169.254.169.254/",
        "//x",
        "a\u202eb",
    ],
)
def test_address_that_may_not_be_fetched(url: str) -> None:
    assert failure(PictureFetcher(), url) == "address"


@pytest.mark.parametrize(
    ("kind", "mode", "expected"),
    [
        ("JPEG", "RGB", "RGB"),
        ("JPEG", "CMYK", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("GIF", "L", "RGB"),
    ],
)
def test_pictures_of_every_kind_become_webp(kind: str, mode: str, expected: str) -> None:
    picture = opened(reencoded(encoded(Image.new(mode, (20, 10)), kind)))
    assert (picture.format, picture.size, picture.mode) == ("WEBP", (20, 10), expected)


def test_metadata_is_left_out_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "who, where and when"
    picture = opened(reencoded(encoded(Image.new("RGB", (20, 10)), "JPEG", exif=exif)))
    assert picture.size == (10, 20)
    assert dict(picture.getexif()) == {}


def test_large_picture_is_made_smaller() -> None:
    assert opened(reencoded(encoded(Image.new("RGB", (5000, 100)), "PNG"))).size == (4096, 82)


def test_picture_of_too_many_pixels_is_refused() -> None:
    assert refusal(encoded(Image.new("1", (10_000, 5_001)), "PNG")) == "it has too many pixels"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>",
        b"<html>",
        b"GIF89a",
        encoded(Image.new("RGB", (50, 50), "red"), "PNG")[:60],
        encoded(Image.new("RGB", (5, 5)), "TIFF"),
    ],
)
def test_what_cannot_be_decoded_is_refused(content: bytes) -> None:
    assert refusal(content) == "it is not a picture"
