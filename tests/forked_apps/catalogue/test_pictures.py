"""What a camera has noted is not published."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from forked_apps.catalogue.models import ProductImage
from tests.factories.pictures import photo
from tests.factories.shop import make_category, make_product

pytestmark = pytest.mark.django_db


def kept_of(content: bytes, name: str) -> bytes:
    """What is stored of an upload."""
    image = ProductImage.objects.create(product=make_product(), original=ContentFile(content, name=name))
    with default_storage.open(image.original.name) as file:
        kept: bytes = file.read()
    return kept


def stored(content: bytes, name: str) -> tuple[bytes, Image.Image]:
    kept = kept_of(content, name)
    return kept, Image.open(BytesIO(kept))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_picture_is_stored_without_place_and_owner(kind: str) -> None:
    content = photo(kind)
    assert b"Maker of cameras" in content

    kept, picture = stored(content, f"photo.{kind.lower()}")

    assert (picture.format, picture.size, dict(picture.getexif())) == (kind, (40, 20), {})
    assert b"Maker of cameras" not in kept
    assert b"Ann Example" not in kept


def test_picture_stands_upright_without_its_note() -> None:
    _, picture = stored(photo("JPEG", orientation=6), "photo.jpg")

    assert picture.size == (20, 40)
    red, _, blue = picture.getpixel((10, 5))  # type: ignore[misc]  # RGB
    assert red > 150 > blue


@pytest.mark.parametrize("content", [b"", b"no picture", photo("JPEG")[:200]])
def test_what_is_no_picture_stays_as_it_is(content: bytes) -> None:
    assert kept_of(content, "x.jpg") == content


def test_picture_without_notes_is_not_encoded_again() -> None:
    data = BytesIO()
    Image.new("RGB", (40, 20), (30, 30, 200)).save(data, "JPEG")
    assert stored(data.getvalue(), "plain.jpg")[0] == data.getvalue()


def test_saving_again_leaves_the_file_alone() -> None:
    image = ProductImage.objects.create(product=make_product(), original=ContentFile(photo("JPEG"), name="a.jpg"))
    name = image.original.name
    again = ProductImage.objects.get(pk=image.pk)
    again.caption = "Front"
    again.save()
    assert again.original.name == name


def test_picture_of_a_category_too() -> None:
    category = make_category()
    category.image = ContentFile(photo("JPEG"), name="category.jpg")
    category.save(update_fields=["image"])
    with default_storage.open(category.image.name) as file, Image.open(file) as picture:
        assert dict(picture.getexif()) == {}
