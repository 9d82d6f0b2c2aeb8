"""The demo's accounts."""

import pytest
from rest_framework.test import APIClient

from forked_apps.address.models import UserAddress
from nexus_shop.accounts.models import User
from nexus_shop.accounts.operations import register_user
from nexus_shop.core.transactions import owning
from nexus_shop.demo.logins import LOGINS, Login


@pytest.mark.parametrize(
    ("username", "groups", "is_staff", "is_superuser"),
    [
        ("admin", ["Admin"], True, True),
        ("merchant", ["Staff"], True, False),
        ("partner", ["Partner staff"], False, False),
        ("editor", ["Editor"], False, False),
        ("customer", [], False, False),
        ("clara", [], False, False),
        ("hannah", [], False, False),
    ],
)
def test_account_has_its_role(
    demo_shop: None, username: str, groups: list[str], is_staff: bool, is_superuser: bool
) -> None:
    user = User.objects.get(username=username)
    assert list(user.groups.values_list("name", flat=True)) == groups
    assert (user.is_staff, user.is_superuser) == (is_staff, is_superuser)


def test_accounts_permissions(demo_shop: None) -> None:
    assert User.objects.get(username="merchant").has_perm("order.change_order")
    assert not User.objects.get(username="merchant").has_perm("accounts.change_user")
    assert User.objects.get(username="partner").has_perm("partner.dashboard_access")
    assert User.objects.get(username="editor").has_perm("wagtailadmin.access_admin")


@pytest.mark.parametrize("login", LOGINS, ids=lambda login: login.username)
def test_login_works_over_the_api(demo_shop: None, api: APIClient, login: Login) -> None:
    answer = api.post("/api/v1/auth/login/", {"email": login.email, "password": login.password}, format="json")
    assert answer.status_code == 200
    assert answer.json()["user"]["username"] == login.username


def test_other_customers_cannot_log_in(demo_shop: None) -> None:
    assert not User.objects.get(username="hannah").has_usable_password()
    assert User.objects.count() == 15


def test_address_books(demo_shop: None) -> None:
    book = UserAddress.objects.filter(user__username="customer").order_by("pk")
    assert [(entry.line4, entry.is_default_for_shipping) for entry in book] == [
        ("Hebden Bridge", True),
        ("Manchester", False),
    ]
    assert UserAddress.objects.count() == 13


def test_accounts_of_the_shop_are_left_alone(own_database: str) -> None:
    from nexus_shop.demo.accounts import add_accounts
    from nexus_shop.demo.countries import add_countries

    register_user("Admin@Example.com", password="a-password-of-mine", username="boss")
    register_user("mia@example.com", password="a-password-of-mine", username="Merchant")
    with owning():
        add_countries()
        assert add_accounts() == 14
    own = User.objects.get(email__iexact="admin@example.com")
    assert (own.username, own.is_staff, own.check_password("a-password-of-mine")) == ("boss", False, True)
    merchant = User.objects.get(email="merchant@example.com")
    assert merchant.username.startswith("merchant-")
    assert merchant.is_staff
