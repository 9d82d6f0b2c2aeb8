"""Files that attributes and categories name: stored before what names them is written, never inside its transaction.

The name is that of the content: the same file is stored once, and a name that nobody was given cannot be guessed. So
several things may have one file, and none is deleted.
"""

import hashlib
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from .errors import Refusal, ValueRefused
from .operations import BROKEN_PICTURE, MAX_PIXELS
from .pictures import encoded

FOLDER: Final = "attributes"
MAX_BYTES: Final = 10 * 1024 * 1024
FILE: Final = "file"
IMAGE: Final = "image"
KINDS: Final = (FILE, IMAGE)
#: What may be stored, by what its bytes begin with. No HTML, no SVG: browsers would run these.
SIGNATURES: Final = {"pdf": b"%PDF-", "zip": b"PK\x03\x04"}
PICTURES: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
NAME: Final = re.compile(rf"{FOLDER}/[0-9a-f]{{64}}\.({'|'.join([*SIGNATURES, 'txt', *PICTURES.values()])})")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is stored: its name, its address, one of KINDS, and how many bytes it has there."""

    name: str
    url: str
    kind: str
    size: int


def store_attachment(content: bytes, *, kind: str | None = None, pointer: str | None = None) -> str:
    """Store a file for an attribute of the type `file` or `image` (`kind`; None is what the content is).

    Returns the name that `set_attributes` takes, of a picture `create_category` too. Files are PDF, ZIP or plain text;
    pictures are encoded anew, without what the camera noted. Storing the same again changes nothing. To be called
    outside transactions: the storage may be far away. Raises ValueRefused.
    """
    if len(content) > MAX_BYTES:
        raise ValueRefused(Refusal(_("The file is too large.")), pointer=pointer)
    found = None if kind == FILE else _picture(content)
    if found is None and kind != IMAGE:
        found = _file(content)
    if found is None:
        raise ValueRefused(Refusal(_("Files of this kind are not taken.")), pointer=pointer)
    extension, clean = found
    name = f"{FOLDER}/{hashlib.sha256(clean).hexdigest()}.{extension}"
    _store(name, clean)
    return name


def stored_attachment(name: str) -> Attachment:
    """What is stored under a name that `store_attachment` has given. Asks the storage."""
    kind = IMAGE if is_attachment(name, kind=IMAGE) else FILE
    return Attachment(name, default_storage.url(name), kind, default_storage.size(name))


def is_attachment(name: str, *, kind: str | None = None) -> bool:
    """Whether the name is one that `store_attachment` gives to a file (of the kind). Asks no storage."""
    found = NAME.fullmatch(name)
    return found is not None and (kind is None or (found[1] in PICTURES.values()) == (kind == IMAGE))


def _store(name: str, content: bytes) -> None:
    """Let the storage have the file under that very name, which things are told by."""
    if default_storage.exists(name):
        if default_storage.size(name) == len(content):
            return
        default_storage.delete(name)  # what was left where the storage stopped halfway
    stored = default_storage.save(name, ContentFile(content))
    if stored != name:
        default_storage.delete(stored)  # a rival has just stored the same


def _file(content: bytes) -> tuple[str, bytes] | None:
    for extension, signature in SIGNATURES.items():
        if content.startswith(signature):
            return extension, content
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    is_plain = text.strip() and not any(char < " " and char not in "\r\n\t" for char in text)
    return ("txt", content) if is_plain else None


def _picture(content: bytes) -> tuple[str, bytes] | None:
    try:
        with Image.open(BytesIO(content), formats=tuple(PICTURES)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return None
            kind = "JPEG" if opened.format == "MPO" else str(opened.format)  # a JPEG with a second one in it
            picture = ImageOps.exif_transpose(opened)
            picture.load()
        return PICTURES[kind], encoded(picture, kind)
    except (*BROKEN_PICTURE, Image.DecompressionBombWarning):
        return None
