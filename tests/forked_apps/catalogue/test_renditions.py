"""Stored sizes of pictures."""

import errno
from io import BytesIO
from typing import Final

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from forked_apps.catalogue import operations
from forked_apps.catalogue.models import ImageRendition, Product, ProductImage
from forked_apps.catalogue.tasks import make_renditions_task
from forked_apps.search.queries import cards
from nexus_shop.core.worker import drain
from tests.factories.shop import make_product

pytestmark = pytest.mark.django_db

UNEVEN: Final = Image.frombytes("L", (60, 60), bytes(n * n * n // 7 % 251 for n in range(3600)))


def add_picture(product: Product, content: bytes, name: str = "picture.png") -> ProductImage:
    return ProductImage.objects.create(product=product, original=ContentFile(content, name=name), caption="Front")


def png(width: int, height: int, mode: str = "RGB") -> bytes:
    data = BytesIO()
    Image.new(mode, (width, height), (200, 30, 30) if mode == "RGB" else (200, 30, 30, 90)).save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_sizes_are_made_after_commit_and_shown(mode: str) -> None:
    product = make_product("Mug")
    image = add_picture(product, png(1000, 500, mode))
    drain()
    sizes = [(r.width, r.height) for r in image.renditions.all()]
    assert sizes == [(320, 160), (640, 320), (1000, 500)]
    shown = cards([product.pk], language="en")[product.pk]["image"]
    assert (shown["width"], shown["height"], shown["alt"]) == (640, 320, "Front")
    assert shown["url"].endswith("/640.webp")
    assert [part.split(" ")[1] for part in shown["srcset"].split(", ")] == ["320w", "640w", "1000w"]
    with default_storage.open(image.renditions.get(width=320).file) as file, Image.open(file) as small:
        assert (small.format, small.size) == ("WEBP", (320, 160))


def test_making_them_twice_changes_nothing() -> None:
    image = add_picture(make_product("Mug"), png(400, 400))
    for _ in range(2):
        make_renditions_task(image.pk)
        assert [(r.width, r.source) for r in image.renditions.all()] == [
            (320, image.original.name),
            (400, image.original.name),
        ]
    drain()


def broken_png() -> bytes:
    """A picture that opens, with half of its data where the next chunk's name should be: Pillow raises SyntaxError."""
    data = BytesIO()
    UNEVEN.save(data, "PNG")
    content = bytearray(data.getvalue())
    length = content.index(b"IDAT") - 4
    content[length : length + 4] = (int.from_bytes(content[length : length + 4]) // 2).to_bytes(4)
    return bytes(content)


def broken_avif() -> bytes:
    """A picture that opens and whose data are zeros: Pillow raises RuntimeError."""
    data = BytesIO()
    UNEVEN.convert("RGB").save(data, "AVIF")
    head, mark, body = data.getvalue().partition(b"mdat")
    return head + mark + bytes(len(body))


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a nonsense", b"<svg onload=alert(1)></svg>", png(60, 60)[:100], broken_png(), broken_avif()],
)
def test_what_is_no_picture_is_recorded_as_such(content: bytes) -> None:
    product = make_product("Mug")
    image = add_picture(product, content)
    drain()
    assert [(r.width, r.file) for r in image.renditions.all()] == [(0, "")]
    shown = cards([product.pk], language="en")[product.pk]["image"]
    assert (shown["url"], shown["srcset"]) == (f"/media/{image.original.name}", "")


def test_picture_bomb_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MAX_PIXELS", 100)
    image = add_picture(make_product("Mug"), png(50, 50))
    make_renditions_task(image.pk)
    assert [(r.width, r.file) for r in image.renditions.all()] == [(0, "")]


def test_missing_file_and_missing_picture() -> None:
    image = ProductImage.objects.create(product=make_product("Mug"), original="gone.png")
    make_renditions_task(image.pk)
    assert ImageRendition.objects.get().file == ""
    make_renditions_task(999_999)


@pytest.mark.parametrize("target", [(default_storage, "open"), (File, "read")])
def test_fault_of_the_storage_is_not_the_pictures(monkeypatch: pytest.MonkeyPatch, target: tuple[object, str]) -> None:
    image = add_picture(make_product("Mug"), png(400, 400))

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(*target, fail)
        with pytest.raises(OSError, match="Input/output error"):
            make_renditions_task(image.pk)
        assert not image.renditions.exists()
    make_renditions_task(image.pk)
    assert [r.width for r in image.renditions.all()] == [320, 400]
    drain()


def test_replaced_picture_gets_new_sizes() -> None:
    image = add_picture(make_product("Mug"), png(400, 400))
    drain()
    image.original.save("other.png", ContentFile(png(800, 800)))
    drain()
    assert [(r.width, r.source) for r in image.renditions.all()] == [
        (320, image.original.name),
        (640, image.original.name),
        (800, image.original.name),
    ]
