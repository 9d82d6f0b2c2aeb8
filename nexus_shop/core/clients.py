"""Who is at the other end: the address of the client. Knows requests only by their META."""

import ipaddress
from functools import cache
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@cache
def _trusted() -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES)


def address_of(request: Any) -> str:
    """The client's address: the connection's or, behind trusted proxies, what X-Forwarded-For adds to them.

    An IPv6 client is known by its /64: whoever has one of these addresses has them all.
    """
    connected: str = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a unix socket has no address
    address = _parsed(connected)
    if address is None:
        return connected
    if _is_trusted(address):
        for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            candidate = _parsed(hop.strip())
            if candidate is None:
                break
            address = candidate
            if not _is_trusted(candidate):
                break
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return f"{ipaddress.IPv6Address(int(address) >> 64 << 64)}/64"


def _parsed(text: str) -> Address | None:
    """The address that the text names, IPv4 written as IPv6 (`::ffff:1.2.3.4`) as what it is."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in _trusted())
