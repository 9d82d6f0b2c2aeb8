"""Files of pictures are stored before their rows: none stays that no row has."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from pytest_django import Settings

from forked_apps.catalogue.models import Product, ProductImage
from forked_apps.catalogue.picture_files import drop_unused_picture, stored_picture
from forked_apps.catalogue.product_images import add_picture
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import QueuedTask
from nexus_shop.core.worker import drain
from tests.factories.pictures import plain
from tests.factories.shop import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """A storage of its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def an_hour_goes_by() -> None:
    QueuedTask.objects.update(due_at=Now() - timedelta(seconds=1))
    drain()


def test_file_of_a_process_that_died_goes_after_an_hour() -> None:
    with pytest.raises(SystemExit), stored_picture(plain(), file_name="mug.png") as file:
        raise SystemExit
    drain()
    assert default_storage.exists(file.name)
    an_hour_goes_by()
    assert not default_storage.exists(file.name)
    assert QueuedTask.objects.count() == 0


def test_file_that_a_picture_has_stays() -> None:
    product = make_product("Mug")
    with stored_picture(plain(), file_name="mug.png") as file:
        add_picture(product.pk, file=file, among=Product.objects.all())
    an_hour_goes_by()
    assert ProductImage.objects.get().original.name == file.name
    assert default_storage.exists(file.name)


def test_file_that_no_operation_takes_goes_at_once() -> None:
    with stored_picture(plain(), file_name="mug.png") as unused:
        assert default_storage.exists(unused.name)
    with pytest.raises(NotFound), stored_picture(plain(), file_name="mug.png") as refused:
        add_picture(0, file=refused, among=Product.objects.all())
    assert not default_storage.exists(unused.name)
    assert not default_storage.exists(refused.name)
    drop_unused_picture(unused.name)
