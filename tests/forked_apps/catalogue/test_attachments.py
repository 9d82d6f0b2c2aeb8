"""Files that attributes and categories name: whole, under the name of their content, pictures as they look."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image, ImageCms
from pytest_django import Settings

from forked_apps.catalogue.attachments import Attachment, store_attachment, stored_attachment
from forked_apps.catalogue.errors import ValueRefused
from tests.factories.pictures import photo, plain

PDF = b"%PDF-1.7 manual"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """A storage of its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(media: Path) -> list[str]:
    return sorted(path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file())


def opened(name: str) -> Image.Image:
    with default_storage.open(name) as file:
        return Image.open(BytesIO(file.read()))


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [
        (PDF, "file", "pdf"),
        (b"PK\x03\x04 and more", "file", "zip"),
        ("Grüße".encode(), "file", "txt"),
        (plain("PNG"), "image", "png"),
        (photo("JPEG"), "image", "jpg"),
        (plain("WEBP"), "image", "webp"),
        (plain("AVIF"), "image", "avif"),
    ],
)
def test_content_says_what_it_is_where_nobody_does(media: Path, content: bytes, kind: str, ending: str) -> None:
    name = store_attachment(content)
    assert (name.rpartition(".")[2], files(media)) == (ending, [name])
    assert stored_attachment(name) == Attachment(name, f"/media/{name}", kind, (media / name).stat().st_size)
    assert store_attachment(content, kind=kind) == name
    with pytest.raises(ValueRefused):
        store_attachment(content, kind="file" if kind == "image" else "image")
    assert files(media) == [name]


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\x7fELF\xff", plain("GIF"), plain("TIFF"), plain("BMP"), photo("PNG")[:60]]
)
def test_content_of_no_kind_is_refused(media: Path, content: bytes) -> None:
    with pytest.raises(ValueRefused) as refusal:
        store_attachment(content, pointer="/file")
    assert (refusal.value.pointer, files(media)) == ("/file", [])


def test_half_a_file_that_was_left_is_replaced(media: Path) -> None:
    name = store_attachment(PDF)
    (media / name).write_bytes(PDF[:4])
    assert store_attachment(PDF) == name
    assert (files(media), (media / name).read_bytes()) == ([name], PDF)


def test_rivals_with_the_same_file_have_the_same_name(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exists = FileSystemStorage.exists

    def overtaken(storage: Any, name: str) -> bool:
        """What is not there yet, a rival stores in this moment."""
        monkeypatch.setattr(FileSystemStorage, "exists", exists)
        assert default_storage.save(name, ContentFile(PDF)) == name
        return False

    monkeypatch.setattr(FileSystemStorage, "exists", overtaken)
    name = store_attachment(PDF)
    assert (files(media), (media / name).read_bytes()) == ([name], PDF)


def test_pictures_keep_their_colours_and_nothing_else(media: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = BytesIO()
    Image.open(BytesIO(photo("JPEG", orientation=6))).save(data, "JPEG", icc_profile=profile, exif=_exif(6))
    kept = opened(store_attachment(data.getvalue()))
    assert (kept.size, dict(kept.getexif()), kept.info["icc_profile"]) == ((20, 40), {}, profile)

    data = BytesIO()
    Image.new("P", (4, 4), 0).save(data, "PNG", transparency=0)
    assert opened(store_attachment(data.getvalue())).convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def test_jpeg_with_a_second_picture_in_it_is_a_jpeg(media: Path) -> None:
    data = BytesIO()
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(data, "MPO", save_all=True, append_images=[second])
    kept = opened(store_attachment(data.getvalue(), kind="image"))
    assert (kept.format, kept.size) == ("JPEG", (8, 8))
