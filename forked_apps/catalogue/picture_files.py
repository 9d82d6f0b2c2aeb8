"""Files of products' pictures: judged, cleaned, and stored before the row that names them, never in its transaction.

Whoever fails between the two leaves a file that nobody has. A task that is written before the file looks for it later.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from PIL import Image

from nexus_shop.core.errors import DomainError
from nexus_shop.core.tasks import enqueue_later
from nexus_shop.core.transactions import transaction

from .fields import refused
from .models import ProductImage
from .operations import BROKEN_PICTURE, MAX_PIXELS
from .pictures import without_metadata

#: Pillow's formats that browsers show -> how their files are called. No SVG: that runs.
FORMATS: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "GIF": "gif"}
MAX_BYTES: Final = 20 * 1024 * 1024
LATER: Final = timedelta(hours=1)  # above the longest request
MAX_STEM: Final = 60


@dataclass(slots=True)
class PictureFile:
    """A picture that is in the storage. The operation that writes a row with its name takes it."""

    name: str
    is_taken: bool = False


def check_picture(content: bytes, *, pointer: str | None = None) -> str:
    """The ending for the name of a picture that the shop keeps: sound, not too large, of a format that browsers show.

    Raises ValueRefused.
    """
    if len(content) > MAX_BYTES:
        raise refused(_("The file is too large."), pointer)
    try:
        with Image.open(BytesIO(content), formats=tuple(FORMATS)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise refused(_("The picture has too many pixels."), pointer)
            opened.load()
            return FORMATS.get(str(opened.format), FORMATS["JPEG"])  # Pillow calls a JPEG with a second one in it MPO
    except (*BROKEN_PICTURE, Image.DecompressionBombWarning):
        raise refused(_("This is no sound picture: JPEG, PNG, WebP, AVIF and GIF are taken."), pointer) from None


@contextmanager
def stored_picture(content: bytes, *, file_name: str, pointer: str | None = None) -> Iterator[PictureFile]:
    """Store a picture, without what the camera noted, for an operation that takes it; where none does, it is deleted.

    To be called outside transactions: the storage may be far away. What fails so that nobody knows whether the row was
    written is left to `drop_unused_picture`, which is asked for before the file is there. Raises ValueRefused.
    """
    ending = check_picture(content, pointer=pointer)
    name = _new_name(file_name, ending)
    _look_later(name)
    file = PictureFile(default_storage.save(name, ContentFile(without_metadata(content) or content)))
    try:
        yield file
    except DomainError:
        default_storage.delete(file.name)
        raise
    if not file.is_taken:
        default_storage.delete(file.name)


def drop_unused_picture(name: str) -> None:
    """Delete the file if no product's picture has it. Doing it twice changes nothing."""
    if not ProductImage.objects.filter(original=name).exists():
        default_storage.delete(name)


def _new_name(file_name: str, ending: str) -> str:
    """A name that no other file has or gets: what the client called it, and something that cannot be guessed."""
    stem = slugify(PurePosixPath(file_name).stem)[:MAX_STEM].strip("-_") or "picture"
    field = ProductImage._meta.get_field("original")  # noqa: SLF001 - documented API
    return str(field.generate_filename(ProductImage(), f"{stem}-{secrets.token_hex(8)}.{ending}"))


@transaction
def _look_later(name: str) -> None:
    from .tasks import drop_unused_picture_task  # noqa: PLC0415 - tasks call what calls this

    enqueue_later(drop_unused_picture_task, LATER, name=name)
