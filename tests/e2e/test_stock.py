"""Staff counts the shelf: the stock is set with a reason, and the ledger says who did it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from forked_apps.catalogue.models import Product
from tests.factories.shop import make_product, stock_of
from tests.factories.staff import make_member


@pytest.fixture
def lamp(own_database: str) -> Product:
    clerk = make_member("Staff")
    clerk.username = "clerk"
    clerk.save()
    return make_product("Camping lamp", stock=5)


@pytest.fixture
def stock_after(lamp: Product) -> Iterator[list[tuple[int, int]]]:
    """What the stock shall be at the end, compared when no browser runs in this thread any more."""
    expected: list[tuple[int, int]] = []
    yield expected
    assert [stock_of(lamp)] == expected


def test_staff_counts_the_shelf(stock_after: list[tuple[int, int]], page: Page) -> None:
    page.goto("/dashboard/stock/")
    page.get_by_label("E-mail address or username").fill("clerk")
    page.get_by_label("Password").fill("secret-password")
    page.get_by_role("button", name="Log in").click()
    row = page.get_by_role("row").filter(has_text="Camping lamp")
    row.get_by_label("In stock").fill("3")
    row.get_by_label("Reason").fill("Two were broken")
    row.get_by_label("Kind").select_option("loss")
    row.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Camping lamp: saved.")).to_be_visible()

    row.get_by_text("No backorders.").click()
    row.get_by_label("Warn below").fill("4")
    row.get_by_label("Backorders").fill("2")
    row.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Camping lamp: saved.")).to_be_visible()
    expect(row.get_by_text("Backorders: up to 2.")).to_be_visible()
    expect(row.get_by_text("low", exact=True)).to_be_visible()

    page.get_by_role("button", name="Stock", exact=True).click()
    page.get_by_role("link", name="Movements", exact=True).first.click()
    entry = page.get_by_role("row").filter(has_text="Two were broken")
    expect(entry.get_by_role("cell", name="-2", exact=True)).to_be_visible()
    expect(entry.get_by_role("cell", name="clerk", exact=True)).to_be_visible()
    stock_after.append((3, 0))
