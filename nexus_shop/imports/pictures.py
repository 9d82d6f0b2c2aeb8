"""Pictures of other shops: fetched, decoded, encoded anew and stored. Never inside a transaction."""

import hashlib
import warnings
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from forked_apps.catalogue.operations import BROKEN_PICTURE, MAX_PIXELS
from nexus_shop.core.http import FetchFacts, FetchFailed, fetch

from .errors import PictureFacts, PictureRefused
from .values import SourceProduct, SourceVariant

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_SIDE: Final = 4096
FOLDER: Final = "images/imported"
SILENT: Final = frozenset({"unreachable", "time"})
CODE_PREFIX: Final = "import:"
HOST_FAILURES: Final = 2
FAILURES_IN_A_ROW: Final = 8  # of any hosts: then it is our network that is away


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture that a product, or with `variant` one of its children, should have. `code` says which: it is unique."""

    code: str
    line: int
    url: str
    alt: str
    order: int
    variant: SourceVariant | None


def wanted_pictures(source: SourceProduct) -> list[WantedPicture]:
    """The pictures of the product in their order, then one for each variant that names one."""
    own = [
        WantedPicture(_code(source, (), picture.url), picture.line, picture.url, picture.alt, order, None)
        for order, picture in enumerate(source.pictures)
    ]
    return own + [
        WantedPicture(_code(source, v.values, v.picture_url), v.line, v.picture_url, "", 0, v)
        for v in source.variants
        if v.picture_url and v.values
    ]


def _code(source: SourceProduct, values: tuple[str, ...], url: str) -> str:
    return CODE_PREFIX + hashlib.sha256("\n".join([source.code, *values, url]).encode()).hexdigest()[:40]


class PictureFetcher:
    """Fetches pictures for one import, and gives up on hosts that do not answer: each try costs seconds."""

    def __init__(self, *, is_kept: bool = True) -> None:
        """Unless `is_kept` everything is done but the storing."""
        self._is_kept = is_kept
        self._failures: Counter[str] = Counter()
        self._in_a_row = 0

    def fetch(self, url: str) -> str:
        """Store the picture at the address; returns its file's name. Raises FetchFailed, PictureRefused.

        The name is that of the content: the same picture is stored once, however often it is imported.
        """
        host = _host(url)
        if self._failures[host] >= HOST_FAILURES:
            raise FetchFailed(FetchFacts(url, _("%s did not answer before: not tried again") % host))
        if self._in_a_row >= FAILURES_IN_A_ROW:
            raise FetchFailed(FetchFacts(url, _("no host answered before: not tried any more")))
        try:
            content = fetch(url).content
        except FetchFailed as failure:
            is_silent = failure.details()["reason"] in SILENT
            self._failures[host] += is_silent
            self._in_a_row = self._in_a_row + 1 if is_silent else 0
            raise
        self._in_a_row = 0
        name = f"{FOLDER}/{hashlib.sha256(content).hexdigest()[:32]}.webp"
        if default_storage.exists(name):
            return name
        encoded = reencoded(content)
        return default_storage.save(name, ContentFile(encoded)) if self._is_kept else name


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def reencoded(content: bytes) -> bytes:
    """The picture as WebP, upright, without metadata, at most 4,096 pixels a side. Raises PictureRefused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # ours is the stricter limit
            opened = Image.open(BytesIO(content), formats=FORMATS)
        with opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise PictureRefused(PictureFacts(_("it has too many pixels")))
            opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((MAX_SIDE, MAX_SIDE))
            plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
            data = BytesIO()
            Image.frombytes(plain.mode, plain.size, plain.tobytes()).save(data, "WEBP", quality=88)
    except BROKEN_PICTURE:
        raise PictureRefused(PictureFacts(_("it is not a picture"))) from None
    return data.getvalue()
