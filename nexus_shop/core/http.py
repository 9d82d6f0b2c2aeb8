"""Outgoing HTTP to addresses that people typed: pictures, later webhooks.

Only http and https on their own ports, only public addresses (and OUTGOING_HTTP_ALLOWED_NETWORKS), checked after the
name was resolved and again for each redirect; the connection goes to the very address that was checked, so a name
that changes between check and use gains nothing. Time and size are capped.
"""

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .errors import DomainError

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_REDIRECTS: Final = 3
CONNECT_SECONDS: Final = 2.0
TOTAL_SECONDS: Final = 5.0
PORTS: Final = {"http": 80, "https": 443}
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
REDIRECTS: Final = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class FetchFacts:
    """What was asked for and why it failed; `reason` is one of address, redirects, size, status, time, unreachable."""

    url: str
    reason: str


class FetchFailed(DomainError):
    """The address may not be fetched, did not answer, or answered too much."""

    code = "fetch_failed"
    message = _("This address could not be fetched.")


@dataclass(frozen=True)
class Fetched:
    """A body and its declared type; the type is the sender's claim, not a fact."""

    content: bytes
    content_type: str


def fetch(url: str, *, max_bytes: int = MAX_BYTES) -> Fetched:
    """GET the address. Raises FetchFailed; never reaches a private network. Not for use inside a transaction."""
    deadline = time.monotonic() + TOTAL_SECONDS
    target = url
    for _redirect in range(MAX_REDIRECTS + 1):
        response = _request(target, deadline)
        try:
            location = response.headers.get("Location")
            if response.status in REDIRECTS and location:
                target = urljoin(target, location)
                continue
            if response.status != 200:
                raise FetchFailed(FetchFacts(url, "status"))
            return Fetched(_read(response, max_bytes, deadline, url), response.headers.get("Content-Type", ""))
        finally:
            response.close()
    raise FetchFailed(FetchFacts(url, "redirects"))


def _request(url: str, deadline: float) -> urllib3.BaseHTTPResponse:
    host, port, scheme = _target(url)
    address = _public_address(host, port, url)
    parts = urlsplit(url)
    seconds = max(0.1, min(CONNECT_SECONDS, deadline - time.monotonic()))
    timeout = urllib3.Timeout(connect=seconds, read=max(0.1, deadline - time.monotonic()))
    if scheme == "https":
        pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, retries=False, server_hostname=host, assert_hostname=host
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        return pool.urlopen(
            "GET",
            path,
            headers={
                "Host": parts.netloc.rpartition("@")[2],
                "User-Agent": "nexus-shop",
                "Accept-Encoding": "identity",
            },
            preload_content=False,
            redirect=False,
        )
    except urllib3.exceptions.HTTPError:
        raise FetchFailed(FetchFacts(url, "unreachable")) from None


def _target(url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchFailed(FetchFacts(url, "address")) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
        raise FetchFailed(FetchFacts(url, "address"))
    return parts.hostname, port or PORTS[parts.scheme], parts.scheme


def _public_address(host: str, port: int, url: str) -> str:
    """The first address of the host, if every one of them may be reached: one private address spoils the name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchFailed(FetchFacts(url, "unreachable")) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_allowed(address, port) for address in addresses):
        raise FetchFailed(FetchFacts(url, "address"))
    return addresses[0]


def is_allowed(address: str, port: int) -> bool:
    """Whether the shop may connect there: public and on a web port, or in a network that the owner has named."""
    ip = _inner(ipaddress.ip_address(address.partition("%")[0]))
    if any(ip in ipaddress.ip_network(network) for network in settings.OUTGOING_HTTP_ALLOWED_NETWORKS):
        return True
    return ip.is_global and not ip.is_multicast and port in PORTS.values()


def _inner(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int, deadline: float, url: str) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        while chunk := response.read1(65536):
            size += len(chunk)
            if size > max_bytes:
                raise FetchFailed(FetchFacts(url, "size"))
            if time.monotonic() > deadline:
                raise FetchFailed(FetchFacts(url, "time"))
            chunks.append(chunk)
    except urllib3.exceptions.HTTPError:
        raise FetchFailed(FetchFacts(url, "unreachable")) from None
    return b"".join(chunks)
