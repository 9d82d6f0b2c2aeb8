"""Files that attributes name: stored before the product is written, never inside its transaction.

The name is that of the content: the same file is stored once, and a name that nobody was given cannot be guessed.
"""

import hashlib
import re
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from .errors import Refusal, ValueRefused
from .operations import BROKEN_PICTURE, MAX_PIXELS

FOLDER: Final = "attributes"
MAX_BYTES: Final = 10 * 1024 * 1024
#: What may be stored, by what its bytes begin with. No HTML, no SVG: browsers would run these.
SIGNATURES: Final = {"pdf": b"%PDF-", "zip": b"PK\x03\x04"}
PICTURES: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
NAME: Final = re.compile(rf"{FOLDER}/[0-9a-f]{{64}}\.({'|'.join([*SIGNATURES, 'txt', *PICTURES.values()])})")


def store_attachment(content: bytes, *, kind: str, pointer: str | None = None) -> str:
    """Store a file for an attribute of the type `file` or `image`; returns the name that `set_attributes` takes.

    Files are PDF, ZIP or plain text; pictures are encoded anew, without what the camera noted. To be called outside
    transactions: the storage may be far away. Raises ValueRefused.
    """
    if len(content) > MAX_BYTES:
        raise ValueRefused(Refusal(_("The file is too large.")), pointer=pointer)
    found = _picture(content) if kind == "image" else _file(content)
    if found is None:
        raise ValueRefused(Refusal(_("Files of this kind are not taken.")), pointer=pointer)
    extension, clean = found
    name = f"{FOLDER}/{hashlib.sha256(clean).hexdigest()}.{extension}"
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(clean))


def is_attachment(name: str, *, kind: str | None = None) -> bool:
    """Whether the name is one that `store_attachment` gives to a file (of the kind). Asks no storage."""
    found = NAME.fullmatch(name)
    return found is not None and (kind is None or (found[1] in PICTURES.values()) == (kind == "image"))


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
        with Image.open(BytesIO(content)) as opened:
            if opened.format not in PICTURES or opened.width * opened.height > MAX_PIXELS:
                return None
            kind = opened.format
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except BROKEN_PICTURE:
        return None
    data = BytesIO()
    picture.info = {}
    picture.save(data, kind, exif=b"")
    return PICTURES[kind], data.getvalue()
