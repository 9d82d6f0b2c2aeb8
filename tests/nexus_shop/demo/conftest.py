"""A shop with the demo in it: loaded once for each pytest process, cloned for each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.db import connection, transaction

from tests import database


@contextmanager
def connected_to(name: str, blocker: Any) -> Iterator[None]:
    """Let this process work on that database."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    with blocker.unblock():
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before


@pytest.fixture(scope="session")
def loaded_database(django_db_blocker: Any) -> Iterator[str]:
    """The name of a database into which the demo was loaded by its command."""
    from django.core.management import call_command

    name = f"nexus_test_{os.getpid()}_demo"
    with database.admin_connection() as admin:
        database.clone(admin, database.ensure_template(admin), name)
        with connected_to(name, django_db_blocker):
            call_command("demo", "load", stdout=StringIO())
        yield name
        database.drop(admin, name)


@pytest.fixture
def demo_shop(loaded_database: str, django_db_blocker: Any) -> Iterator[None]:
    """The shop with the demo in it. What a test changes is rolled back, as with pytest-django's `db`."""
    with connected_to(loaded_database, django_db_blocker):
        whole = transaction.atomic()
        whole._from_testcase = True  # type: ignore[attr-defined]  # lets durable transactions stand inside
        with whole:
            yield
            transaction.set_rollback(True)
