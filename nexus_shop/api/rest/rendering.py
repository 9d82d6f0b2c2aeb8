"""JSON in and out."""

import json
from decimal import Decimal
from typing import IO, Any, Final

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

MAX_DEPTH: Final = 20


def to_json(value: Any) -> bytes:
    """The value as JSON. Decimals are texts: a binary float is no money."""
    return orjson.dumps(value, default=_default, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _default(value: Any) -> Any:
    if isinstance(value, Decimal | Promise):
        return str(value)
    raise TypeError(f"{type(value)} is not JSON")


class JSONRenderer(BaseRenderer):
    """JSON by orjson, the only thing that the API speaks."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The bytes; nothing for None."""
        return b"" if data is None else to_json(data)


class JSONParser(BaseParser):
    """JSON as RFC 8259 has it, and stricter where leniency hides mistakes: no duplicate keys, no NaN or Infinity, no
    NUL, no half surrogates, at most 20 levels.
    """

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value. Raises ParseError."""
        try:
            text = stream.read().decode("utf-8")
            value = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_float=_finite)
        except (ValueError, RecursionError) as problem:
            raise ParseError(_("The body is not JSON: %(problem)s") % {"problem": problem}) from None
        _check(value, 0)
        return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueError(f"{text} is too large")
    return value


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(value, str):
        if not is_storable(value):
            raise ParseError(_("Texts may not contain NUL or half surrogates."))
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can store the text."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
