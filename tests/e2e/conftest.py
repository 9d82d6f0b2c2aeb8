"""A real browser and a real server, on a database of their own."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.servers import Shop, serving

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; the test is skipped by name where none is installed."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is not installed (apt-get install chromium, or set CHROMIUM)")
    return found


@pytest.fixture
def shop(own_database: str) -> Iterator[Shop]:
    """The shop, served by the web server of production."""
    with serving(own_database, workers=1) as running:
        yield running


@pytest.fixture
def page(chromium: str, shop: Shop) -> Iterator[Page]:
    """A page of a fresh browser. What the page itself complains of (scripts, our policy, lost files) fails the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        fresh = browser.new_page(base_url=shop.address)
        fresh.set_default_timeout(20_000)
        fresh.on("pageerror", lambda error: complaints.append(str(error)))
        fresh.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        yield fresh
        browser.close()
    assert complaints == []
