"""Pictures as they are uploaded."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def plain(kind: str = "PNG", *, size: tuple[int, int] = (40, 20)) -> bytes:
    """A blue picture of Pillow's format, without notes."""
    data = BytesIO()
    Image.new("RGB", size, (30, 30, 200)).save(data, kind)
    return data.getvalue()


def photo(kind: str, *, orientation: int = 1) -> bytes:
    """40 x 20, the left half red, with the place where it was taken."""
    picture = Image.new("RGB", (40, 20), (30, 30, 200))
    picture.paste((200, 30, 30), (0, 0, 20, 20))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "Maker of cameras"
    exif[GPS] = {1: "N", 2: (51.0, 30.0, 0.0)}
    more: dict[str, Any] = {"quality": 95} if kind != "PNG" else {}
    if kind == "PNG":
        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_text("Author", "Ann Example")
    data = BytesIO()
    picture.save(data, kind, exif=exif, **more)
    return data.getvalue()


def upload(content: bytes | None = None, name: str = "mug.png") -> SimpleUploadedFile:
    """The picture, or a plain one, as a form has it."""
    return SimpleUploadedFile(name, plain() if content is None else content)


def form_of(*parts: tuple[str, bytes], boundary: str = "x1") -> tuple[Any, str]:
    """Body and content type of a form, byte by byte: what follows the name of each field, and its value."""
    rows = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{head}\r\n\r\n'.encode() + value
        for head, value in parts
    ]
    return b"\r\n".join([*rows, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"
