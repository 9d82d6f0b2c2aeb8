"""What every page of the dashboard has."""

import pytest
from pytest_django import Settings

from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("storefront", "is_hidden"), [("", True), ("https://shop.example", False)])
def test_links_to_the_shop_are_hidden_where_there_is_none(settings: Settings, storefront: str, is_hidden: bool) -> None:
    settings.STOREFRONT_URL = storefront
    page = browser_of(make_member("Admin")).get("/dashboard/catalogue/").content.decode()
    assert ("no-storefront.css" in page) is is_hidden


@pytest.mark.parametrize(("role", "is_hidden"), [("Staff", True), ("Admin", False)])
def test_links_to_accounts_are_hidden_from_who_may_not_open_them(role: str, is_hidden: bool) -> None:
    browser = browser_of(make_member(role))
    page = browser.get("/dashboard/partners/").content.decode()
    assert ("no-accounts.css" in page) is is_hidden
    assert (browser.get("/dashboard/users/").status_code == 403) is is_hidden
