"""One logs in by the address that the account has now."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.test import Client

from nexus_shop.accounts.models import User
from nexus_shop.accounts.operations import register_user
from tests.factories.shop import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"


@pytest.fixture
def moved() -> User:
    """An account whose address was changed past our code: allauth's row is the old one."""
    user = register_user("old@example.com", password=PASSWORD)
    User.objects.filter(pk=user.pk).update(email="new@example.com", is_staff=True)
    assert EmailAddress.objects.get(user=user).email == "old@example.com"
    return user


@pytest.mark.parametrize(
    ("email", "status"), [("old@example.com", 401), ("new@example.com", 200), ("NEW@Example.com", 200)]
)
def test_api_knows_the_present_address_only(client: Client, moved: User, email: str, status: int) -> None:
    body = {"email": email, "password": PASSWORD}
    assert client.post("/api/v1/auth/login/", body, content_type="application/json").status_code == status


@pytest.mark.parametrize(("email", "status"), [("old@example.com", 200), ("new@example.com", 302)])
def test_login_page_knows_the_present_address_only(client: Client, moved: User, email: str, status: int) -> None:
    assert client.post("/staff/login/", {"login": email, "password": PASSWORD}).status_code == status


def test_address_of_somebody_else_now_is_his(moved: User) -> None:
    heir = make_user("old@example.com")
    assert authenticate(None, email="old@example.com", password=PASSWORD) is None
    assert authenticate(None, email="old@example.com", password="secret-password") == heir
