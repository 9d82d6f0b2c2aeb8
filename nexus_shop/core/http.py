"""Outgoing HTTP to addresses that people typed: pictures, later webhooks.

Only http and https on their own ports, only public addresses (and OUTGOING_HTTP_ALLOWED_NETWORKS), checked after the
name was resolved and again for each redirect; the connection goes to the very address that was checked, so a name
that changes between check and use gains nothing. Time (but for the resolver's own) and size are capped.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import urllib3
import urllib3.connection
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
    with _deadline(TOTAL_SECONDS) as deadline:
        try:
            return _fetch(url, max_bytes, deadline)
        except urllib3.exceptions.HTTPError:
            raise FetchFailed(FetchFacts(url, "time" if deadline.is_over else "unreachable")) from None


def _fetch(url: str, max_bytes: int, deadline: "_Deadline") -> Fetched:
    target = url
    for _redirect in range(MAX_REDIRECTS + 1):
        response = _request(target, deadline)
        try:
            location = response.headers.get("Location")
            if response.status in REDIRECTS and location:
                target = _joined(target, location)
                continue
            if response.status != 200:
                raise FetchFailed(FetchFacts(url, "status"))
            return Fetched(_read(response, max_bytes, deadline, url), response.headers.get("Content-Type", ""))
        finally:
            response.close()
    raise FetchFailed(FetchFacts(url, "redirects"))


def _request(url: str, deadline: "_Deadline") -> urllib3.BaseHTTPResponse:
    host, port, scheme = _target(url)
    address = _public_address(host, port, url)
    timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, deadline.seconds), read=deadline.seconds)
    options: dict[str, Any] = {"timeout": timeout, "retries": False, "deadline": deadline}
    pool: urllib3.HTTPConnectionPool = (
        _HTTPSPool(address, port, server_hostname=host, assert_hostname=host, **options)
        if scheme == "https"
        else _HTTPPool(address, port, **options)
    )
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = f"[{host}]" if ":" in host else host
    headers = {
        "Host": name if port == PORTS[scheme] else f"{name}:{port}",
        "User-Agent": "nexus-shop",
        "Accept-Encoding": "identity",
    }
    response = pool.urlopen("GET", path, headers=headers, preload_content=False, redirect=False)
    if deadline.is_over:  # headers that were cut off look complete
        response.close()
        raise FetchFailed(FetchFacts(url, "time"))
    return response


@dataclass
class _Deadline:
    """The moment when the sockets are shut: their own time-outs begin anew with every byte that drips in."""

    moment: float
    sockets: list[socket.socket] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.moment

    @property
    def seconds(self) -> float:
        """What is left, for a time-out."""
        return max(0.1, self.moment - time.monotonic())

    def guard(self, connected: socket.socket) -> None:
        """Shut the connection at the deadline. TLS takes the socket itself over, so a twin of it is kept."""
        self.sockets.append(connected.dup())
        if self.is_over:
            self.shut()

    def shut(self) -> None:
        for each in list(self.sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def _deadline(seconds: float) -> Iterator[_Deadline]:
    deadline = _Deadline(time.monotonic() + seconds)
    timer = threading.Timer(seconds, deadline.shut)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
        timer.join()
        for each in deadline.sockets:
            each.close()


class _HTTPConnection(urllib3.connection.HTTPConnection):
    def __init__(self, *args: Any, deadline: _Deadline, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline = deadline

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        self._deadline.guard(connected)
        return connected


class _HTTPSConnection(_HTTPConnection, urllib3.connection.HTTPSConnection):
    pass


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


def _target(url: str) -> tuple[str, int, str]:
    """Host as the network writes it (no letters but ASCII ones), port and scheme."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:  # UnicodeError is one
        raise FetchFailed(FetchFacts(url, "address")) from None
    if parts.scheme not in PORTS or not host or parts.username or parts.password:
        raise FetchFailed(FetchFacts(url, "address"))
    return host, port or PORTS[parts.scheme], parts.scheme


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        raise FetchFailed(FetchFacts(location, "address")) from None


def _public_address(host: str, port: int, url: str) -> str:
    """The first address of the host, if every one of them may be reached: one private address spoils the name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
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


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int, deadline: _Deadline, url: str) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read1(65536):
        size += len(chunk)
        if size > max_bytes:
            raise FetchFailed(FetchFacts(url, "size"))
        chunks.append(chunk)
    if deadline.is_over:  # a body that was cut off may look complete
        raise FetchFailed(FetchFacts(url, "time"))
    return b"".join(chunks)
