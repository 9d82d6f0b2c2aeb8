"""Every address under a prefix, from the URL resolver, with dummy arguments."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver
from django.utils.regex_helper import normalize

SAMPLES = {"uuid": "00000000-0000-0000-0000-000000000001"}


def addresses(prefix: str) -> Iterator[tuple[str, bool]]:
    """(path, has arguments) of each route under `/prefix`."""
    for path, has_arguments in _walk(get_resolver().url_patterns, "", has_arguments=False):
        if path.startswith(prefix):
            yield f"/{path}", has_arguments


def _walk(patterns: Any, start: str, *, has_arguments: bool) -> Iterator[tuple[str, bool]]:
    for entry in patterns:
        part, has_own = _filled(entry.pattern)
        if isinstance(entry, URLPattern):
            yield start + part, has_arguments or has_own
        else:
            yield from _walk(entry.url_patterns, start + part, has_arguments=has_arguments or has_own)


def _filled(pattern: Any) -> tuple[str, bool]:
    if hasattr(pattern, "_route"):
        route = str(pattern._route)
        filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "", "1"), route)
        return filled, filled != route
    template, names = normalize(pattern._regex.removeprefix("^").removesuffix("$"))[0]
    return template % dict.fromkeys(names, "1"), bool(names)
