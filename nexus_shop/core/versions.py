"""Versions of things that count none themselves: a digest of what is stored."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from .errors import StaleVersion


def version_of(facts: Any) -> str:
    """The version of a thing whose facts (a dataclass) are as they are now: other facts, another version."""
    text = json.dumps(asdict(facts), default=str, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def ensure_current(version: str | None, facts: Any) -> None:
    """Raise StaleVersion unless `version` is that of the facts; None is whoever has not looked."""
    if version is not None and version != version_of(facts):
        raise StaleVersion
