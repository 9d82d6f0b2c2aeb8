"""Who is at the other end."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from pytest_django import Settings

from nexus_shop.core import clients


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> Iterator[None]:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "fd00::/8"]
    clients._trusted.cache_clear()
    yield
    clients._trusted.cache_clear()


@pytest.mark.parametrize(
    ("connected", "forwarded", "address"),
    [
        ("3.3.3.3", "1.1.1.1", "3.3.3.3"),
        ("::ffff:3.3.3.3", "1.1.1.1", "3.3.3.3"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "1.1.1.1", "2001:db8:1:2::/64"),
        ("10.0.0.1", "2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "::ffff:1.1.1.1, ::ffff:10.0.0.7", "1.1.1.1"),
        ("fd00::1", "1.1.1.1, fd00::2", "1.1.1.1"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("unix:", "1.1.1.1", "unix:"),
        ("", "1.1.1.1", "0.0.0.0"),
    ],
)
def test_address_is_ipv4_or_a_network_of_ipv6(connected: str, forwarded: str, address: str) -> None:
    request = SimpleNamespace(META={"REMOTE_ADDR": connected, "HTTP_X_FORWARDED_FOR": forwarded})
    assert clients.address_of(request) == address
