"""Signatures of webhooks: an HMAC over time and body, by one of the secrets that are valid now."""

import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import Final

from .base import EventRefused

TOLERANCE_SECONDS: Final = 300


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The HMAC-SHA-256 of `timestamp.body`, as hexadecimal digits."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def verify(header: str, body: bytes, *, secrets: Sequence[str]) -> None:
    """Check a header `t=<seconds>,v1=<hex>[,v1=<hex>]`, the form that Stripe made common.

    Two secrets are valid while one replaces the other. Raises EventRefused: none fits, or signed more than five
    minutes away from now.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t" and value.isascii() and value.isdigit()]
    given = [value for name, _, value in parts if name == "v1" and value.isascii()]
    if len(times) != 1 or len(times[0]) > 12 or not given:
        raise EventRefused
    timestamp = int(times[0])
    if abs(time.time() - timestamp) > TOLERANCE_SECONDS:
        raise EventRefused
    expected = [signature(secret, timestamp, body) for secret in secrets if secret]
    if not any(hmac.compare_digest(each, other) for each in expected for other in given):
        raise EventRefused
