"""Partners in the dashboard."""

import pytest
from django.test import Client

from forked_apps.partner.models import Partner, StockRecord
from nexus_shop.accounts.models import User
from tests.factories.shop import make_order, make_product, stock_of
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
