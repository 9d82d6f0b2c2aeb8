"""One shop for all fuzzing: its database, its server, and who calls."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from forked_apps.checkout.invariants import violations
from nexus_shop.core.worker import drain
from tests import database
from tests.fuzz import stage
from tests.servers import serving

PROCESSES = 2


@dataclass(frozen=True)
class Target:
    """A running shop with its database."""

    address: str
    database: str
    database_name: str
    headers: dict[str, dict[str, str]]
    session: requests.Session


@pytest.fixture(scope="session")
def _running(django_db_blocker: Any) -> Iterator[tuple[Target, Callable[[], None]]]:
    name = f"nexus_test_{os.getpid()}_fuzz"
    address = database.address_of(name)
    with database.admin_connection() as admin:
        database.clone(admin, database.ensure_template(admin), name)
        try:
            with stage.connected(name, django_db_blocker):
                people = stage.make_shop()
            headers = {role: {"Authorization": f"Bearer {token}"} for role, token in people.tokens.items()}

            def refresh() -> None:
                with stage.connected(name, django_db_blocker):
                    stage.set_carts_and_orders(people)

            with serving(address, workers=PROCESSES) as shop, requests.Session() as session:
                yield Target(shop.address, address, name, {"anonymous": {}, **headers}, session), refresh
        finally:
            database.drop(admin, name)


@pytest.fixture
def target(_running: tuple[Target, Callable[[], None]]) -> Target:
    """The shop, with carts and orders fresh under their known names."""
    running, refresh = _running
    refresh()
    return running


@pytest.fixture(scope="module")
def still_target(_running: tuple[Target, Callable[[], None]]) -> Target:
    """The same, for tests that change nothing: made fresh once for all of them."""
    running, refresh = _running
    refresh()
    return running


@pytest.fixture(scope="module", autouse=True)
def _books_are_in_order(_running: tuple[Target, Callable[[], None]], django_db_blocker: Any) -> Iterator[None]:
    """Whatever was sent, the invariants hold once the worker has nothing left to do."""
    yield
    running, _ = _running
    with stage.connected(running.database_name, django_db_blocker):
        drain()
        assert violations() == []
