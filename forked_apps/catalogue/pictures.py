"""Pictures as they come from cameras: where and when they were taken, and by whom, is not published."""

from io import BytesIO
from typing import Any, Final

from django.core.files.base import ContentFile
from PIL import Image, ImageOps

# What Pillow's formats call what is no picture; GIFs and moving pictures are left as they are.
METADATA: Final = frozenset({"exif", "xmp", "XML:com.adobe.xmp", "photoshop", "comment", "Raw profile type exif"})
FORMATS: Final = frozenset({"JPEG", "PNG", "WEBP", "AVIF", "MPO"})
OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95},
    "AVIF": {"quality": 90},
    "PNG": {},
}


def strip_new_upload(field_file: Any) -> None:
    """Take the metadata out of a file that is about to be stored; what is stored, or is no sound picture, stays."""
    if not field_file or field_file._committed:  # noqa: SLF001 - Django's FieldFile has no other word for it
        return
    file = field_file.file
    file.seek(0)
    stripped = without_metadata(file.read())
    file.seek(0)
    if stripped is not None:
        field_file.file = ContentFile(stripped, name=field_file.name)


def without_metadata(content: bytes) -> bytes | None:
    """The picture encoded anew, upright, with its colours' profile and nothing else; None where it has no more."""
    from .operations import BROKEN_PICTURE, MAX_PIXELS  # noqa: PLC0415 - the operations use the models, which use this

    try:
        with Image.open(BytesIO(content)) as opened:
            kind = "JPEG" if opened.format == "MPO" else opened.format
            if opened.format not in FORMATS or not _tells_more(opened) or opened.width * opened.height > MAX_PIXELS:
                return None
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except BROKEN_PICTURE:
        return None
    return encoded(picture, str(kind))


def encoded(picture: Image.Image, kind: str) -> bytes:
    """A loaded picture as a file of Pillow's format, with its colours' profile and nothing else."""
    profile = picture.info.get("icc_profile")
    transparency = picture.info.get("transparency")
    picture.info = {} if transparency is None else {"transparency": transparency}
    data = BytesIO()
    picture.save(data, kind, **OPTIONS[kind], icc_profile=profile, exif=b"")
    return data.getvalue()


def _tells_more(picture: Image.Image) -> bool:
    if getattr(picture, "is_animated", False) and picture.format != "MPO":
        return False
    return bool(picture.getexif() or METADATA & set(picture.info) or getattr(picture, "text", None))
