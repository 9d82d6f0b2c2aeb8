"""Who is at the other end: the address of the client. Knows requests only by their META."""

import ipaddress
from functools import cache
from typing import Any

from django.conf import settings


@cache
def _trusted() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES)


def address_of(request: Any) -> str:
    """The client's address: the connection's or, behind trusted proxies, what X-Forwarded-For adds to them."""
    address: str = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a unix socket has no address
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
