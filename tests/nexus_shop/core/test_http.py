"""Outgoing HTTP, against a real server on loopback."""

import contextlib
import gc
import http.server
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from nexus_shop.core import http as outgoing
from nexus_shop.core.http import FetchFailed, fetch, is_allowed

ANSWERS: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "/picture": (200, b"picture", {"Content-Type": "image/png"}),
    "/large": (200, b"x" * 2_000_000, {}),
    "/loop": (302, b"", {"Location": "/loop"}),
    "/moved": (302, b"", {"Location": "/picture"}),
    "/elsewhere": (302, b"", {"Location": "http://169.254.169.254/latest/meta-data"}),
    "/nowhere": (302, b"", {"Location": "http://[::1"}),
}


class Handler(http.server.BaseHTTPRequestHandler):
    hits: list[str] = []

    def do_GET(self) -> None:
        Handler.hits.append(self.path)
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            self._drip(b"x")
        elif self.path == "/slow-headers":
            self.send_response(200)
            self.flush_headers()
            self._drip(b"X-More: yes\r\n")
        elif self.path == "/host":
            self._answer(200, self.headers["Host"].encode())
        else:
            self._answer(*ANSWERS.get(self.path, (404, b"", {})))

    def _drip(self, drop: bytes) -> None:
        with contextlib.suppress(OSError):
            for _ in range(50):
                self.wfile.write(drop)
                self.wfile.flush()
                time.sleep(0.05)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def server() -> Iterator[str]:
    Handler.hits.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS for 127.0.0.1, whose certificate this process believes."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    plain = serialization.NoEncryption()
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def reason(url: str, **options: int) -> str:
    with pytest.raises(FetchFailed) as failure:
        fetch(url, **options)
    return str(failure.value.details()["reason"])


def test_fetch_from_a_network_that_the_owner_has_named(server: str) -> None:
    found = fetch(f"{server}/picture")
    assert (found.content, found.content_type) == (b"picture", "image/png")
    assert fetch(f"{server}/moved").content == b"picture"


def test_fetch_from_a_private_network(server: str, settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED_NETWORKS = []
    assert reason(f"{server}/picture") == "address"
    assert Handler.hits == []


def test_fetch_redirected_to_a_private_network(server: str) -> None:
    assert reason(f"{server}/elsewhere") == "address"


def test_fetch_that_never_ends(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reason(f"{server}/loop") == "redirects"
    assert len(Handler.hits) == 4
    monkeypatch.setattr(outgoing, "TOTAL_SECONDS", 0.3)
    begin = time.monotonic()
    assert reason(f"{server}/slow") == "time"
    assert time.monotonic() - begin < 1


def test_fetch_of_headers_that_drip(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "TOTAL_SECONDS", 0.3)
    begin = time.monotonic()
    assert reason(f"{server}/slow-headers") == "time"
    assert time.monotonic() - begin < 1


def test_fetch_over_tls_holds_the_deadline_too(monkeypatch: pytest.MonkeyPatch, tls: ssl.SSLContext) -> None:
    monkeypatch.setattr(outgoing, "TOTAL_SECONDS", 0.5)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.socket = tls.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        address = f"https://127.0.0.1:{listening.server_port}"
        assert fetch(f"{address}/picture").content == b"picture"
        begin = time.monotonic()
        assert reason(f"{address}/slow-headers") == "time"
        assert time.monotonic() - begin < 1.2
        listening.shutdown()
        thread.join()


def test_fetch_leaves_no_thread_and_no_socket(server: str) -> None:
    threads = threading.active_count()
    sockets = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for _ in range(20):
        fetch(f"{server}/moved")
    gc.collect()
    assert threading.active_count() <= threads + 1
    assert (len(list(Path("/proc/self/fd").iterdir())) if sockets else 0) <= sockets + 2


def test_fetch_of_too_much_or_nothing(server: str) -> None:
    assert reason(f"{server}/large", max_bytes=1000) == "size"
    assert reason(f"{server}/missing") == "status"
    assert reason("http://127.0.0.1:9/") == "unreachable"
    assert reason(f"{server}/nowhere") == "address"


@pytest.mark.parametrize("host", ["例え.テスト", "ｌｏｃａｌｈｏｓｔ", "localhost"])
def test_fetch_names_the_host_in_ascii(server: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve, asked = socket.getaddrinfo, []

    def loopback(name: str, *place: Any, **options: Any) -> Any:
        asked.append(name)
        return resolve("127.0.0.1", *place, **options)

    monkeypatch.setattr(socket, "getaddrinfo", loopback)
    port = server.rpartition(":")[2]
    assert fetch(f"http://{host}:{port}/host").content == f"{asked[0]}:{port}".encode()
    assert asked[0] in {"xn--r8jz45g.xn--zckzah", "localhost"}


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/x",
        "gopher://127.0.0.1/",
        "//127.0.0.1/",
        "http://",
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://[::1/",
        "http://例え..jp/",
        "http://\ud800.jp/",
        f"http://{'ü' * 64}.jp/",
        "",
    ],
)
def test_fetch_of_an_address_that_is_none(url: str) -> None:
    assert reason(url) == "address"


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.8.9.10",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
        ),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1"),
        *("ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:0:7f00:1::"),
    ],
)
def test_private_addresses_are_not_allowed(address: str, settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED_NETWORKS = []
    assert not is_allowed(address, 80)


def test_public_addresses_are_allowed_on_web_ports(settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED_NETWORKS = []
    assert is_allowed("93.184.216.34", 443)
    assert is_allowed("2606:2800:220:1:248:1893:25c8:1946", 80)
    assert not is_allowed("93.184.216.34", 22)


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "0177.0.0.1", "127.1"])
def test_fetch_of_loopback_in_other_notations(host: str, settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED_NETWORKS = []
    assert reason(f"http://{host}/") in {"address", "unreachable"}
