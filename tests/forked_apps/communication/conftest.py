"""A mail server, and settings that lead to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.peers.smtp import MailServer, mail_server
from tests.servers import free_port


@pytest.fixture
def smtp_port(settings: Settings) -> int:
    """A port on which nobody listens yet; mail goes there."""
    port = free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.STOREFRONT_URL = ""
    return port


@pytest.fixture
def smtp(smtp_port: int, tmp_path: Path) -> Iterator[MailServer]:
    """A mail server that answers there."""
    with mail_server(smtp_port, tmp_path) as server:
        yield server
