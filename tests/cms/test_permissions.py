"""Accounts in the CMS."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import APIToken

from nexus_shop.accounts.models import User
from tests.factories.shop import make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


def form_of(user: User, **changes: object) -> dict[str, object]:
    """What the page of an account sends."""
    names = {"username": user.username, "email": user.email, "first_name": "Ann", "last_name": "Example"}
    return names | {"is_active": "on"} | changes


@pytest.mark.parametrize("target", ["superuser", "customer"])
def test_admin_neither_changes_nor_promotes_accounts(target: str) -> None:
    account = make_user(is_superuser=target == "superuser")
    form = form_of(account, password1="taken-over-123", password2="taken-over-123", is_superuser="on")

    browser = browser_of(make_member("Admin"))
    browser.post(f"/cms/users/edit/{account.pk}/", form)
    browser.post("/cms/users/new/", form | {"username": "mine", "email": "mine@example.com"})
    browser.post(f"/cms/users/delete/{account.pk}/")

    found = User.objects.get(pk=account.pk)
    assert (found.password, found.is_superuser) == (account.password, target == "superuser")
    assert not User.objects.filter(username="mine").exists()


@pytest.mark.parametrize(
    ("action", "form"), [("assign_role", {}), ("set_active_state", {"mark_as_active": "False"}), ("delete", {})]
)
def test_admin_changes_no_accounts_at_once(action: str, form: dict[str, object]) -> None:
    account = make_user(is_staff=True, is_superuser=True)
    role = Group.objects.get(name="Staff")

    path = f"/cms/bulk/accounts/user/{action}/?id={account.pk}"
    browser_of(make_member("Admin")).post(path, {"role": role.pk, **form})

    found = User.objects.get(pk=account.pk)
    assert (found.is_active, found.groups.count()) == (True, 0)


def test_admin_makes_no_token_of_another() -> None:
    account = make_member("Editor")

    browser_of(make_member("Admin")).post("/cms/api-tokens/new/", {"name": "mine", "user": account.pk})

    assert APIToken.objects.count() == 0


def test_superuser_manages_accounts() -> None:
    root, account = make_user(is_staff=True, is_superuser=True), make_user()
    browser = browser_of(root)
    assert browser.get("/cms/users/").status_code == 200

    answer = browser.post(f"/cms/users/edit/{account.pk}/", form_of(account))

    assert answer.status_code == 302
    assert User.objects.get(pk=account.pk).first_name == "Ann"


def test_editor_keeps_the_address_of_his_account() -> None:
    editor = make_member("Editor")
    browser = browser_of(editor)
    assert "name_email-email" not in browser.get("/cms/account/").content.decode()

    form = {"name_email-first_name": "Ed", "name_email-last_name": "Itor", "name_email-email": "other@example.com"}
    browser.post("/cms/account/", form)

    assert User.objects.get(pk=editor.pk).email == editor.email
