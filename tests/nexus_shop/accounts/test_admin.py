"""Accounts in Django's admin: nobody but a superuser makes or changes one."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group, Permission

from nexus_shop.accounts.models import User
from nexus_shop.accounts.operations import register_user
from tests.factories.shop import make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    """A member of staff who may edit accounts."""
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__model="user"))
    return user


def form_of(user: User, **changes: object) -> dict[str, object]:
    """What the page of an account sends."""
    form: dict[str, object] = {
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "date_joined_0": "2026-01-01",
        "date_joined_1": "12:00:00",
        "is_active": "on",
    }
    return form | changes


def test_staff_edit_a_customer_and_grant_nothing(clerk: User) -> None:
    customer = make_user()
    group = Group.objects.get(name="Admin")
    form = form_of(customer, first_name="Ann", is_superuser="on", groups=[group.pk])
    answer = browser_of(clerk).post(f"/admin/accounts/user/{customer.pk}/change/", form)
    customer.refresh_from_db()
    assert (answer.status_code, customer.first_name) == (302, "Ann")
    assert (customer.is_superuser, customer.groups.count()) == (False, 0)


@pytest.mark.parametrize("action", ["change", "delete"])
def test_staff_do_not_touch_a_superuser(clerk: User, action: str) -> None:
    root = make_user(is_staff=True, is_superuser=True)
    answer = browser_of(clerk).post(f"/admin/accounts/user/{root.pk}/{action}/", form_of(root, username="taken"))
    assert answer.status_code == 403
    assert User.objects.get(pk=root.pk).username == root.username


def test_superuser_makes_another(clerk: User) -> None:
    root = make_user(is_staff=True, is_superuser=True)
    answer = browser_of(root).post(f"/admin/accounts/user/{clerk.pk}/change/", form_of(clerk, is_superuser="on"))
    clerk.refresh_from_db()
    assert (answer.status_code, clerk.is_superuser) == (302, True)


@pytest.mark.parametrize("path", ["change/", "delete/", "password/"])
def test_staff_do_not_touch_who_has_more_rights(clerk: User, path: str) -> None:
    admin = make_member("Admin")
    form = form_of(admin, password1="taken-over-1", password2="taken-over-1", post="yes")
    answer = browser_of(clerk).post(f"/admin/accounts/user/{admin.pk}/{path}", form)
    assert answer.status_code == 403
    assert User.objects.get(pk=admin.pk).password == admin.password


def test_staff_do_not_delete_who_has_more_rights_by_an_action(clerk: User) -> None:
    admin = make_member("Admin")
    form = {"action": "delete_selected", "_selected_action": str(admin.pk), "post": "yes"}
    browser_of(clerk).post("/admin/accounts/user/", form)
    assert User.objects.filter(pk=admin.pk).exists()


def test_addresses_are_not_edited_beside_the_account() -> None:
    root = make_user(is_staff=True, is_superuser=True)
    assert browser_of(root).get("/admin/account/emailaddress/").status_code == 404


def test_new_address_in_the_admin_is_the_only_one_to_log_in_by(clerk: User) -> None:
    customer = register_user("old@example.com", password="correct-horse-battery")
    form = form_of(customer, email="new@example.com")
    assert browser_of(clerk).post(f"/admin/accounts/user/{customer.pk}/change/", form).status_code == 302
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("new@example.com", False)]
    assert authenticate(None, email="old@example.com", password="correct-horse-battery") is None
