"""An account has one address: allauth's rows follow it."""

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from nexus_shop.accounts.models import User
from nexus_shop.accounts.operations import register_user
from tests.factories.shop import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"


def addresses_of(user: User) -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.filter(user=user).values_list("email", "primary", "verified"))


@pytest.fixture
def ann() -> User:
    user = register_user("ann@example.com", password=PASSWORD)
    EmailAddress.objects.filter(user=user).update(verified=True)
    return user


@pytest.mark.parametrize("names", [None, ["email"]])
def test_new_address_takes_the_place_of_the_old_one_and_is_not_verified(ann: User, names: list[str] | None) -> None:
    ann.email = "ann@elsewhere.example"
    ann.save(update_fields=names)
    assert addresses_of(ann) == [("ann@elsewhere.example", True, False)]


def test_other_changes_leave_the_address_alone(ann: User) -> None:
    ann.first_name = "Ann"
    ann.save()
    ann.email = "not@written.example"
    ann.save(update_fields=["first_name"])
    assert addresses_of(ann) == [("ann@example.com", True, True)]


def test_address_that_is_taken_changes_nothing(ann: User) -> None:
    make_user("bob@example.com")
    ann.email = "BOB@example.com"
    with pytest.raises(IntegrityError), transaction.atomic():
        ann.save()
    assert addresses_of(ann) == [("ann@example.com", True, True)]


def test_account_without_an_address_has_no_row(ann: User) -> None:
    ann.email = ""
    ann.save()
    assert addresses_of(ann) == []
