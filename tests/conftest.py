"""What every test can ask for."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from rest_framework.test import APIClient

from nexus_shop.core.limits import forget_local_counts
from tests import database

ROOT = Path(__file__).resolve().parents[1]
INTEGRATION = {"api", "concurrency", "contracts", "e2e", "faults", "commands"}


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


@pytest.fixture(autouse=True)
def _fresh_process_state() -> Iterator[None]:
    """Caches and counters of the process, as after a start."""
    cache.clear()
    forget_local_counts()
    yield
    cache.clear()


@pytest.fixture
def own_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh clone for tests that commit: its address; this process is connected to it until the test ends.

    Not `transactional_db`: flushing would take Wagtail's root page, the roles and the event types away.
    """
    name = f"nexus_test_{os.getpid()}_own"
    settings_of = connection.settings_dict
    before = settings_of["NAME"]
    connection.close()
    with database.admin_connection() as admin:
        database.clone(admin, database.ensure_template(admin), name)
        settings_of["NAME"] = name
        request.getfixturevalue("django_db_blocker").unblock()
        try:
            yield database.address_of(name)
        finally:
            connection.close()
            request.getfixturevalue("django_db_blocker").restore()
            settings_of["NAME"] = before
            database.drop(admin, name)


@pytest.fixture
def api() -> APIClient:
    """A client of the API without login or cart. What the server raises comes as an answer, as it does to clients."""
    return APIClient(raise_request_exception=False)


@pytest.fixture
def shared_data() -> Path:
    """The folder of borrowed data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("NEXUS_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"borrowed data is not here: {folder}")
    return folder


@pytest.fixture
def statements(django_assert_num_queries: Any) -> Any:
    """Assert a literal number of SQL statements."""
    return django_assert_num_queries
