"""The shop as it is served, and the shop without its locks, each on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.shop import make_country
from tests.servers import Shop, serving

UNLOCKED = "tests.concurrency.unlocked_wsgi:application"


@pytest.fixture
def shop(own_database: str) -> Iterator[Shop]:
    """Four processes of the shop."""
    make_country("US")
    with serving(own_database) as running:
        yield running


@pytest.fixture
def unlocked(own_database: str, tmp_path: Path) -> Iterator[Shop]:
    """Four processes of the shop whose guarded statements are replaced."""
    make_country("US")
    with serving(own_database, application=UNLOCKED, environment={"NEXUS_MEETING_FOLDER": str(tmp_path)}) as running:
        yield running
