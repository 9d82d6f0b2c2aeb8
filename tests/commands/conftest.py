"""One fresh copy for the whole part: its first start takes a minute."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.fresh_copy import FIRST_START_SECONDS, FreshCopy, Run


@pytest.fixture(scope="session")
def copy() -> Iterator[FreshCopy]:
    """A checkout where nothing ever ran. Not in pytest's folder: a socket's path may have 107 bytes."""
    fresh = FreshCopy(Path(tempfile.mkdtemp(prefix="nexus-copy-")))
    fresh.make()
    try:
        yield fresh
    finally:
        fresh.destroy()
        shutil.rmtree(fresh.home, ignore_errors=True)


@pytest.fixture(scope="session")
def first_run(copy: FreshCopy) -> Run:
    """The first `make run`, from nothing to the demo shop. It may be over when a test looks at what it said."""
    run = copy.start(FIRST_START_SECONDS)
    print(f"\nfirst start: {copy.start_seconds:.1f} s")
    return run


@pytest.fixture
def shop(copy: FreshCopy, first_run: Run) -> FreshCopy:
    """The copy with its shop up."""
    copy.running()
    return copy
