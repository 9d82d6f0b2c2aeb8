"""Bodies with a file: multipart/form-data, as strict as our JSON."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from .errors import ApiError


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form: what the client calls it, without a path, and what is in it."""

    name: str
    content: bytes


class FormParser(BaseParser):
    """A form, each field of which stands once. Its `raw_body`, by which repeats are known, leaves the boundary out:
    clients draw another one each time.
    """

    media_type = "multipart/form-data"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """Texts and Uploads by name. Raises ApiError."""
        request = parser_context["request"]
        meta = {**request.META, "CONTENT_TYPE": media_type}
        try:
            texts, files = MultiPartParser(meta, stream, request.upload_handlers, "utf-8").parse()
        except (MultiPartParserError, SuspiciousOperation) as problem:
            detail = _("The body is no form: %(problem)s") % {"problem": problem}
            raise ApiError("invalid_request", detail, pointer="") from None
        found: dict[str, Any] = {}
        for name, values in [*texts.lists(), *files.lists()]:
            if name in found or len(values) > 1:
                raise ApiError("invalid_request", _("A field may stand once."), pointer=f"/{_escaped(name)}")
            found[name] = values[0] if isinstance(values[0], str) else _upload(values[0])
        request.raw_body = _digest(found)
        return found


def _upload(file: Any) -> Upload:
    with file:
        return Upload(file.name, file.read())


def _digest(fields: dict[str, Any]) -> bytes:
    digest = hashlib.sha256()
    for name, value in sorted(fields.items()):
        is_file = isinstance(value, Upload)
        words = (b"file", value.name.encode(), value.content) if is_file else (b"text", value.encode())
        for word in (name.encode(), *words):
            digest.update(len(word).to_bytes(8))
            digest.update(word)
    return digest.digest()


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
