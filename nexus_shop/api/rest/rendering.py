"""JSON in and out."""

import json
from collections import Counter
from collections.abc import Iterable
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


class Misplaced(ParseError):
    """Something in the body that is no JSON of ours; `pointer` says where it stands."""

    def __init__(self, detail: Any) -> None:
        super().__init__(detail)
        self.steps: list[str] = []

    @property
    def pointer(self) -> str:
        """The JSON pointer of the place."""
        return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in self.steps)


class _Twins(dict[str, Any]):
    """An object in which a key stands twice."""

    def __init__(self, found: dict[str, Any], key: str) -> None:
        super().__init__(found)
        self.key = key


class JSONParser(BaseParser):
    """JSON as RFC 8259 has it, and stricter where leniency hides mistakes: no duplicate keys, no NaN or Infinity, no
    NUL, no half surrogates, at most 20 levels.
    """

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value. Raises ParseError."""
        try:
            text = stream.read().decode("utf-8")
            value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
        except (ValueError, RecursionError) as problem:
            raise ParseError(_("The body is not JSON: %(problem)s") % {"problem": problem}) from None
        _check(value, 0)
        return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(name for name, _value in pairs)
    return _Twins(found, next(name for name, count in counts.items() if count > 1))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueError(f"{text} is too large")
    return value


def _check(value: Any, depth: int) -> None:
    """Raise Misplaced; a key that cannot be said is its object's fault."""
    if depth > MAX_DEPTH:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(value, str):
        if not is_storable(value):
            raise Misplaced(_("Texts may not contain NUL or half surrogates."))
    elif isinstance(value, dict):
        for key in value:
            _check(key, depth)
        if isinstance(value, _Twins):
            raise _under(value.key, Misplaced(_("A key stands twice in one object.")))
        _check_all(value.items(), depth + 1)
    elif isinstance(value, list):
        _check_all(enumerate(value), depth + 1)


def _check_all(items: Iterable[tuple[Any, Any]], depth: int) -> None:
    for step, item in items:
        try:
            _check(item, depth)
        except Misplaced as misplaced:
            raise _under(step, misplaced) from None


def _under(step: Any, misplaced: Misplaced) -> Misplaced:
    misplaced.steps.insert(0, str(step))
    return misplaced


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can store the text."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
