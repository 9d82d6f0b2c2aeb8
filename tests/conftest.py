"""What every test can ask for."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings
from rest_framework.test import APIClient

from nexus_shop.core.limits import forget_local_counts
from tests import database
from tests.servers import free_port

if TYPE_CHECKING:
    from tests.peers.loopback import Loopback

ROOT = Path(__file__).resolve().parents[1]
INTEGRATION = {"api", "concurrency", "contracts", "e2e", "faults", "fuzz", "commands", "deploy"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Markers by folder: performance, integration (several parts over HTTP), else unit."""
    for item in items:
        parts = Path(item.fspath).relative_to(ROOT / "tests").parts
        if "performance" in parts:
            item.add_marker("performance")
        elif INTEGRATION & set(parts):
            item.add_marker("integration")
        else:
            item.add_marker("unit")


def pytest_sessionfinish() -> None:
    """Take the uploads of the tests away."""
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The clone is there already (tests/database.py): pytest-django makes no database."""


@pytest.fixture(autouse=True)
def _fresh_process_state() -> Iterator[None]:
    """Caches and counters of the process, as after a start."""
    cache.clear()
    forget_local_counts()
    yield
    cache.clear()


@contextlib.contextmanager
def own_clone(blocker: DjangoDbBlocker) -> Iterator[str]:
    """A fresh clone: its address; this process is connected to it until the block ends."""
    name = f"nexus_test_{os.getpid()}_own"
    settings_of = connection.settings_dict
    before = settings_of["NAME"]
    connection.close()
    with database.admin_connection() as admin:
        database.clone(admin, database.ensure_template(admin), name)
        settings_of["NAME"] = name
        blocker.unblock()
        try:
            yield database.address_of(name)
        finally:
            connection.close()
            blocker.restore()
            settings_of["NAME"] = before
            database.drop(admin, name)


@pytest.fixture
def own_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh clone for tests that commit: its address; this process is connected to it until the test ends.

    Not `transactional_db`: flushing would take Wagtail's root page, the roles and the event types away.
    """
    with own_clone(request.getfixturevalue("django_db_blocker")) as address:
        yield address


@pytest.fixture
def api() -> APIClient:
    """A client of the API without login or cart."""
    from tests.factories.http import new_client

    return new_client()


@pytest.fixture
def gateway(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator["Loopback"]:
    """The loopback gateway, which the shop offers beside the manual method."""
    from tests.factories.payments import offered

    with offered(settings, monkeypatch) as books:
        yield books


@pytest.fixture
def shared_data() -> Path:
    """The folder of borrowed data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("NEXUS_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"borrowed data is not here: {folder}")
    return folder


@pytest.fixture(scope="session")
def redis_binary() -> str:
    """The program of Redis or Valkey; the test is skipped by name where none is installed."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        pytest.skip("redis-server (or valkey-server) is not installed")
    return binary


@contextlib.contextmanager
def running_redis(binary: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of our own on the port, answering."""
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        for _ in range(100):
            with contextlib.suppress(redis.ConnectionError), redis.Redis(port=port) as client:
                client.ping()
                break
            time.sleep(0.05)
        yield process
        process.terminate()


@pytest.fixture(scope="session")
def redis_server(redis_binary: str) -> Iterator[str]:
    """A Redis of our own on a free port."""
    port = free_port()
    with running_redis(redis_binary, port):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def redis_url(redis_server: str, settings: Settings) -> str:
    """An empty Redis that the settings name."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    settings.REDIS_URL = redis_server
    forget_local_counts()
    return redis_server
