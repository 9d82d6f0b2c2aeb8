"""Accounts in the dashboard."""

import pytest
from django.contrib.auth.models import Permission

from nexus_shop.accounts.models import User
from tests.factories.shop import make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

PATH = "/dashboard/users/"


def clerk(*codenames: str) -> User:
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__model="user", codename__in=codenames))
    return user


def is_active(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_active


def test_accounts_are_disabled_and_enabled() -> None:
    customer = make_user()
    browser = browser_of(clerk("view_user", "change_user"))

    assert browser.post(PATH, {"action": "make_inactive", "selected_user": customer.pk}).status_code == 302
    assert is_active(customer) is False
    browser.post(PATH, {"action": "make_active", "selected_user": customer.pk})
    assert is_active(customer) is True


def test_looking_at_accounts_disables_none() -> None:
    customer = make_user()

    answer = browser_of(clerk("view_user")).post(PATH, {"action": "make_inactive", "selected_user": customer.pk})

    assert answer.status_code == 403
    assert is_active(customer) is True


def test_account_with_more_rights_is_not_disabled() -> None:
    admin, customer = make_member("Admin"), make_user()
    form = {"action": "make_inactive", "selected_user": [admin.pk, customer.pk]}

    answer = browser_of(clerk("view_user", "change_user")).post(PATH, form)

    assert answer.status_code == 403
    assert (is_active(admin), is_active(customer)) == (True, True)


@pytest.mark.parametrize("value", ["x", "\0", "9" * 30, "-1", "²"])
def test_what_is_no_id_selects_nothing(value: str) -> None:
    answer = browser_of(make_member("Admin")).post(PATH, {"action": "make_inactive", "selected_user": value})

    assert answer.status_code == 302
    assert not User.objects.filter(is_active=False).exists()
