"""Addresses of the dashboard that lead nowhere."""

import pytest
from django.contrib.flatpages.models import FlatPage
from django.test import Client

from tests.factories.shop import make_user
from tests.factories.staff import browser_of

pytestmark = pytest.mark.django_db

THINGS = ("pages/{}/%s/", "catalogue/option/%s/{}/", "catalogue/attribute-option-group/%s/{}/")


@pytest.fixture
def admin() -> Client:
    return browser_of(make_user(is_staff=True, is_superuser=True))


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("action", ["update", "delete"])
@pytest.mark.parametrize("pk", ["zz", "-1", "1.5", "9" * 30, "１", "999999"])
def test_thing_that_there_is_not_is_not_found(admin: Client, thing: str, action: str, pk: str) -> None:
    url = f"/dashboard/{thing.format(action) % pk}"

    assert admin.get(url).status_code == 404
    assert admin.post(url).status_code == 404


def test_page_that_there_is_opens(admin: Client) -> None:
    page = FlatPage.objects.create(url="/imprint/", title="Imprint")

    assert admin.get(f"/dashboard/pages/update/{page.pk}/").status_code == 200
    assert admin.post(f"/dashboard/pages/delete/{page.pk}/").status_code == 302
