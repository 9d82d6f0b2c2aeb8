"""The shop as it is served, and the shop without its locks, each on a database of its own.

After every test the worker is drained and the invariants are asked; controls break them on purpose and say which.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

from tests.concurrency.shoppers import broken_rules
from tests.factories.shop import make_country
from tests.servers import Shop, serving

if TYPE_CHECKING:
    from tests.peers.loopback import Loopback

UNLOCKED = "tests.concurrency.unlocked_wsgi:application"


@pytest.fixture(autouse=True)
def _books_are_in_order(request: pytest.FixtureRequest, own_database: str) -> Iterator[None]:
    """What each test ends with but the controls, which break one. `own_database` is there until this is done."""
    del own_database
    yield
    if not request.node.name.startswith("test_control_"):
        assert broken_rules() == {}


@pytest.fixture
def shop(own_database: str) -> Iterator[Shop]:
    """Four processes of the shop."""
    make_country("US")
    with serving(own_database) as running:
        yield running


@contextmanager
def unlocked_shop(database: str, folder: Path, *places: str, **environment: str) -> Iterator[Shop]:
    """Four processes of the shop whose guarded statements are replaced; rivals meet at these places, none is all."""
    environment |= {"NEXUS_MEETING_FOLDER": str(folder), "NEXUS_MEETINGS": " ".join(places)}
    make_country("US")
    with serving(database, application=UNLOCKED, environment=environment) as running:
        yield running


@pytest.fixture
def unlocked(own_database: str, tmp_path: Path) -> Iterator[Shop]:
    """The same, whose rivals meet everywhere."""
    with unlocked_shop(own_database, tmp_path) as running:
        yield running


@pytest.fixture
def books(own_database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator["Loopback"]:
    """The gateway, and a database that many connections share."""
    from tests.factories.payments import offered

    make_country("US")
    with offered(settings, monkeypatch) as running:
        yield running
