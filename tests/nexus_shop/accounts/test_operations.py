"""Accounts and logins, where the API does not lead (tests/api/test_auth.py has what it does)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from nexus_shop.accounts.errors import EmailTaken, PasswordRefused, UsernameTaken
from nexus_shop.accounts.models import TokenFamily, User
from nexus_shop.accounts.operations import (
    end_login,
    open_login,
    register_user,
    rename_user,
    rotate_login,
)
from nexus_shop.accounts.queries import user_of_login
from nexus_shop.accounts.tasks import purge_token_families_task
from tests.factories.shop import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"


def in_days(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def login_of(user: User, *, days: float = 1) -> TokenFamily:
    return open_login(user, refresh_id="first", expires_at=in_days(days))


def rotated(login: TokenFamily, refresh_id: str = "first") -> User | None:
    return rotate_login(login.pk, refresh_id=refresh_id, new_refresh_id="second", expires_at=in_days(2))


def test_register_stores_the_address_in_its_plain_form() -> None:
    user = register_user(" \uff21nn@example.com ", password=PASSWORD)
    assert user.email == "Ann@example.com"


@pytest.mark.parametrize("email", ["\uff21nn@example.com", "ANN@EXAMPLE.COM", "ann@example.com\t"])
def test_register_refuses_an_address_that_reads_the_same(email: str) -> None:
    register_user("ann@example.com", password=PASSWORD)
    with pytest.raises(EmailTaken) as refusal:
        register_user(email, password=PASSWORD)
    assert refusal.value.pointer == "/email"
    assert User.objects.count() == 1


def test_register_refuses_a_username_that_the_database_refuses() -> None:
    register_user("ann@example.com", username="Ann", password=PASSWORD)
    with pytest.raises(UsernameTaken) as refusal:
        register_user("other@example.com", username="aNN", password=PASSWORD)
    assert refusal.value.pointer == "/username"
    assert User.objects.count() == 1


@pytest.mark.parametrize("first", ["emailfan", "one_account_per_email"])
def test_register_with_a_taken_username_that_speaks_of_email(first: str) -> None:
    register_user("ann@example.com", username=first, password=PASSWORD)
    with pytest.raises(UsernameTaken):
        register_user("other@example.com", username=first.upper(), password=PASSWORD)
    assert User.objects.count() == 1


def test_register_says_everything_that_is_wrong_with_a_password() -> None:
    with pytest.raises(PasswordRefused) as refusal:
        register_user("ann@example.com", password="123")
    assert len(refusal.value.details()["reasons"]) == 3
    assert User.objects.count() == 0


def test_accounts_are_unique_whoever_writes_them() -> None:
    make_user("ann@example.com", username="ann")
    for username, email in (("other", "ANN@example.com"), ("ANN", "other@example.com")):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(username=username, email=email)
    assert User.objects.get_by_natural_key("aNN").email == "ann@example.com"


def test_open_login_dates_the_account() -> None:
    user = make_user()
    assert user.last_login is None
    login = login_of(user)
    user.refresh_from_db()
    assert user.last_login is not None
    assert user_of_login(login.pk) == user
    assert str(login).startswith(f"login of {user.pk} at 20")


def test_rotate_moves_the_end_of_the_login() -> None:
    user = make_user()
    login = login_of(user)
    assert rotated(login) == user
    login.refresh_from_db()
    assert (login.refresh_id, login.revoked_at) == ("second", None)
    assert login.expires_at > in_days(1.9)
    assert login.used_at > login.created_at


def test_rotate_with_a_used_token_ends_this_login_and_no_other() -> None:
    user = make_user()
    stolen, other = login_of(user), login_of(user)
    assert rotated(stolen) == user
    assert rotated(stolen) is None
    assert rotated(stolen, "second") is None
    assert (user_of_login(stolen.pk), user_of_login(other.pk)) == (None, user)


def test_rotate_after_the_end_is_refused_and_changes_no_date() -> None:
    login = login_of(make_user(), days=-0.01)
    before = login.expires_at
    assert rotated(login) is None
    login.refresh_from_db()
    assert (login.expires_at, login.refresh_id) == (before, "first")


def test_rotate_of_a_disabled_account_ends_the_login_for_good() -> None:
    user = make_user(is_active=False)
    login = login_of(user)
    assert rotated(login) is None
    User.objects.update(is_active=True)
    assert rotated(login) is None
    assert user_of_login(login.pk) is None


def test_rotate_of_no_login_is_refused() -> None:
    assert rotate_login("no-such-login", refresh_id="x", new_refresh_id="y", expires_at=in_days(1)) is None


def test_ending_a_login_twice_keeps_its_date() -> None:
    login = login_of(make_user())
    end_login(login.pk)
    login.refresh_from_db()
    first = login.revoked_at
    end_login(login.pk)
    login.refresh_from_db()
    assert first is not None
    assert login.revoked_at == first


def test_new_password_ends_the_logins_of_the_old_one() -> None:
    user, other = make_user(), make_user()
    logins, foreign = [login_of(user), login_of(user)], login_of(other)
    user.set_password("another-password-9")
    user.save()
    fresh = login_of(user)
    assert [user_of_login(login.pk) for login in logins] == [None, None]
    assert (user_of_login(fresh.pk), user_of_login(foreign.pk)) == (user, other)


def test_login_opened_while_the_password_changed_is_one_of_the_old_password() -> None:
    proven = make_user()
    changed = User.objects.get(pk=proven.pk)
    changed.set_password("another-password-9")
    changed.save()
    assert user_of_login(login_of(proven).pk) is None


def test_rotate_after_a_new_password_ends_the_login_for_good() -> None:
    user = make_user()
    login, before = login_of(user), user.password
    user.set_password("another-password-9")
    user.save()
    assert rotated(login) is None
    User.objects.update(password=before)
    assert user_of_login(login.pk) is None


def test_login_of_an_unknown_password_is_stale() -> None:
    login = login_of(make_user())
    TokenFamily.objects.update(auth_hash="")  # as the version before has written it
    assert user_of_login(login.pk) is None
    assert rotated(login) is None


def test_login_costs_one_statement_and_its_rotation_two(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    login = login_of(make_user())
    with django_assert_num_queries(1):
        assert user_of_login(login.pk) is not None
    with django_assert_num_queries(2):
        assert rotated(login) is not None


def test_rename_changes_what_is_given() -> None:
    user = make_user(first_name="Ann", last_name="Lee")
    assert rename_user(user.pk, last_name="").get_full_name() == "Ann"
    assert rename_user(user.pk).get_full_name() == "Ann"
    user.refresh_from_db()
    assert (user.first_name, user.last_name) == ("Ann", "")


def test_rename_of_nobody_is_an_error_of_the_caller() -> None:
    with pytest.raises(User.DoesNotExist):
        rename_user(0, first_name="Ann")


def test_purge_forgets_logins_a_week_after_their_end() -> None:
    user = make_user()
    for days in (-7.1, -6.9, 1):
        login_of(user, days=days)
    revoked = login_of(user)
    end_login(revoked.pk)
    purge_token_families_task()
    left = TokenFamily.objects.order_by("expires_at").values_list("expires_at", flat=True)
    assert [(date - datetime.now(UTC)).days for date in left] == [-7, 0, 0]
