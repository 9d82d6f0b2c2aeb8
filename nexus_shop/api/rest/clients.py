"""Who is at the other end: the address, and the cart token."""

import ipaddress
from functools import cache
from typing import Any, Final

from django.conf import settings

CART_HEADER: Final = "HTTP_X_CART_TOKEN"
MAX_TOKEN: Final = 100


@cache
def _trusted() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES)


def address_of(request: Any) -> str:
    """The client's address: the connection's or, behind trusted proxies, what X-Forwarded-For adds to them."""
    address = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a unix socket has no address
    if not _trusted() or not _is_trusted(address):
        return address
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        candidate = hop.strip()
        if not _is_address(candidate):
            break
        address = candidate
        if not _is_trusted(candidate):
            break
    return address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str) -> bool:
    return _is_address(address) and any(ipaddress.ip_address(address) in network for network in _trusted())


def cart_token_of(request: Any) -> str | None:
    """The cart token that was sent, if any."""
    token: str = request.META.get(CART_HEADER, "").strip()
    return token[:MAX_TOKEN] or None
