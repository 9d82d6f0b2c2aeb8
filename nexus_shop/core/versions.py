"""Versions of things: a number that they count themselves, else a digest of what is stored.

Whoever changes a thing says which version was read: a text, or several with commas between them, of which one is to be
that of now. None is whoever has not looked.
"""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from .errors import StaleVersion


def version_of(facts: Any) -> str:
    """The version of a thing whose facts (a dataclass) are as they are now: other facts, another version."""
    text = json.dumps(asdict(facts), default=str, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def is_named(version: str, current: str | int) -> bool:
    """Whether the current version is the one that was read, or one of them."""
    return str(current) in version.split(",")


def ensure_version(version: str | None, current: str | int) -> None:
    """Raise StaleVersion unless the current version is named, or nobody has looked."""
    if version is not None and not is_named(version, current):
        raise StaleVersion


def ensure_current(version: str | None, facts: Any) -> None:
    """Raise StaleVersion unless the version of the facts is named, or nobody has looked."""
    if version is not None:
        ensure_version(version, version_of(facts))
