"""Partners in the dashboard."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from forked_apps.partner.models import Partner, StockRecord
from nexus_shop.accounts.models import User
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.factories.staff import browser_of, make_member, make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Admin"))


def test_partner_with_stock_is_not_deleted(browser: Client) -> None:
    product = make_product(stock=5)
    make_order(product)
    partner = Partner.objects.get()

    answer = browser.post(f"/dashboard/partners/{partner.pk}/delete/", follow=True)

    assert "still has stock records: remove them first." in answer.content.decode()
    assert Partner.objects.filter(pk=partner.pk).exists()
    assert stock_of(product) == (5, 1)


def test_partner_without_stock_is_deleted(browser: Client) -> None:
    partner = make_partner("Northern workshop")

    answer = browser.post(f"/dashboard/partners/{partner.pk}/delete/")

    assert answer["Location"] == "/dashboard/partners/"
    assert not Partner.objects.filter(pk=partner.pk).exists()
    assert StockRecord.objects.count() == 0


def test_user_made_for_a_partner_works_for_it(browser: Client) -> None:
    partner = make_partner("Northern workshop")
    body = {
        "role": "limited",
        "first_name": "Pete",
        "last_name": "Partner",
        "email": "pete@example.com",
        "password1": "a-good-password-1",
        "password2": "a-good-password-1",
    }

    answer = browser.post(f"/dashboard/partners/{partner.pk}/users/add/", body)

    assert answer.status_code == 302
    user = User.objects.get(email="pete@example.com")
    assert list(partner.users.all()) == [user]
    assert user.is_staff is False
    assert browser_of(user).get("/dashboard/orders/").status_code == 200


def test_user_with_a_taken_address_is_a_form_error(browser: Client) -> None:
    partner = make_partner("Northern workshop")
    make_member("customer")
    taken = User.objects.filter(groups=None).get().email.upper()
    body = {"role": "limited", "email": taken, "password1": "a-good-password-1", "password2": "a-good-password-1"}
    before = User.objects.count()

    answer = browser.post(f"/dashboard/partners/{partner.pk}/users/add/", body)

    assert answer.status_code == 200
    assert answer.context["form"].errors["email"] == ["A user with that email address already exists"]
    assert User.objects.count() == before


PASSWORDS = {"password1": "taken-over-123", "password2": "taken-over-123"}


def mighty(kind: str) -> User:
    """An account with more rights than the role Staff."""
    return make_user(is_staff=True, is_superuser=True) if kind == "superuser" else make_member(kind)


@pytest.mark.parametrize(("caller", "target"), [("Admin", "superuser"), ("clerk", "superuser"), ("clerk", "Admin")])
@pytest.mark.parametrize("action", ["update", "unlink", "link"])
def test_nobody_touches_an_account_with_more_rights(caller: str, target: str, action: str) -> None:
    partner = make_partner("Northern workshop")
    account = mighty(target)
    if action != "link":
        partner.users.add(account)
    member = make_member("Admin" if caller == "Admin" else "Staff")
    if caller == "clerk":
        member.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    before = list(partner.users.all())

    answer = browser_of(member).post(
        f"/dashboard/partners/{partner.pk}/users/{account.pk}/{action}/", {"role": "staff", **PASSWORDS}
    )

    assert answer.status_code == 403
    assert list(partner.users.all()) == before
    assert User.objects.get(pk=account.pk).password == account.password


def test_superuser_links_another_superuser() -> None:
    partner, account = make_partner("Northern workshop"), mighty("superuser")

    browser_of(mighty("superuser")).post(f"/dashboard/partners/{partner.pk}/users/{account.pk}/link/")

    assert list(partner.users.all()) == [account]


def test_update_changes_names_and_role_and_no_password(browser: Client) -> None:
    partner = make_partner("Northern workshop")
    account = make_member("Partner staff", partner=partner)
    path = f"/dashboard/partners/{partner.pk}/users/{account.pk}/update/"
    assert 'type="password"' not in browser.get(path).content.decode()

    answer = browser.post(path, {"first_name": "Pete", "last_name": "Partner", "role": "limited", **PASSWORDS})

    assert answer.status_code == 302
    changed = User.objects.get(pk=account.pk)
    assert (changed.first_name, changed.is_staff, changed.password) == ("Pete", False, account.password)


def test_account_is_linked_and_unlinked_by_post_only(browser: Client) -> None:
    partner, account = make_partner("Northern workshop"), make_user()
    path = f"/dashboard/partners/{partner.pk}/users/{account.pk}"
    assert browser.get(f"{path}/link/").status_code == 405
    assert not partner.users.exists()

    browser.post(f"{path}/link/")
    assert list(partner.users.all()) == [account]

    page = browser.post(f"{path}/unlink/", follow=True).content.decode()
    assert "was unlinked from Northern workshop." in page
    assert not partner.users.exists()
