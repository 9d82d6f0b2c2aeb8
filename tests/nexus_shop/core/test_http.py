"""Outgoing HTTP, against a real server on loopback."""

import http.server
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from nexus_shop.core import http as outgoing
from nexus_shop.core.http import FetchFailed, fetch, is_allowed


class Handler(http.server.BaseHTTPRequestHandler):
    hits: list[str] = []

    def do_GET(self) -> None:
        Handler.hits.append(self.path)
        if self.path == "/picture":
            self._answer(200, b"picture", {"Content-Type": "image/png"})
        elif self.path == "/large":
            self._answer(200, b"x" * 2_000_000)
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(50):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        elif self.path == "/loop":
            self._answer(302, b"", {"Location": "/loop"})
        elif self.path == "/moved":
            self._answer(302, b"", {"Location": "/picture"})
        elif self.path == "/elsewhere":
            self._answer(302, b"", {"Location": "http://169.254.169.254/latest/meta-data"})
        else:
            self._answer(404, b"")

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
    assert reason(f"{server}/slow") in {"time", "unreachable"}
    assert time.monotonic() - begin < 2


def test_fetch_of_too_much_or_nothing(server: str) -> None:
    assert reason(f"{server}/large", max_bytes=1000) == "size"
    assert reason(f"{server}/missing") == "status"
    assert reason("http://127.0.0.1:9/") == "unreachable"


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
