"""Signed links to an order, for people without a login. A link expires, and can be revoked.

The signature covers the order's handle, its `link_version` and the e-mail address of its customer: raising the version
or changing the address ends every link that was made before.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

SALT: Final = "forked_apps.order.links"


@dataclass(frozen=True, slots=True)
class LinkKey:
    """What a link of an order is bound to."""

    handle: str
    version: int
    email: str


def link_token(key: LinkKey, *, expires_at: datetime) -> str:
    """The token of a link: when it expires (seconds since 1970) and the signature, URL-safe."""
    expires = int(expires_at.timestamp())
    return f"{expires}.{_signature(key, expires)}"


def opens(token: str, key: LinkKey, *, now: datetime) -> bool:
    """Whether the token is one of the order as it stands, and has not expired."""
    expires, _, signature = token.partition(".")
    if not (expires.isascii() and expires.isdigit() and len(expires) < 12):
        return False
    return constant_time_compare(signature, _signature(key, int(expires))) and now.timestamp() < int(expires)


def _signature(key: LinkKey, expires: int) -> str:
    said = "\0".join((key.handle, str(key.version), key.email.lower(), str(expires)))
    return urlsafe_b64encode(salted_hmac(SALT, said, algorithm="sha256").digest()).decode().rstrip("=")
