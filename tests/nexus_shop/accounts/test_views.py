"""The login page of the staff."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nexus_shop.accounts.models import User
from tests.factories.shop import make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

PAGE = "/staff/login/"


def log_in(browser: Client, user: User | str, password: str = "secret-password", **extra: str) -> Any:  # noqa: S107
    name = user if isinstance(user, str) else user.username
    return browser.post(PAGE, {"login": name, "password": password, **extra})


def is_logged_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_login_page_shows_a_form_and_is_kept_by_nobody(client: Client) -> None:
    answer = client.get(PAGE, {"next": "/cms/pages/"})

    assert answer.status_code == 200
    assert '<input type="hidden" name="next" value="/cms/pages/">' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("role", "first_page"),
    [("Admin", "/dashboard/"), ("Staff", "/dashboard/"), ("Partner staff", "/dashboard/"), ("Editor", "/cms/")],
)
def test_login_leads_to_the_first_face_of_the_role(client: Client, role: str, first_page: str) -> None:
    answer = log_in(client, make_member(role))

    assert (answer.status_code, answer["Location"]) == (302, first_page)
    assert client.get(first_page).status_code == 200


def test_login_by_email_in_another_case(client: Client) -> None:
    user = make_member("Staff")

    assert log_in(client, user.email.upper())["Location"] == "/dashboard/"


def test_login_leads_to_next(client: Client) -> None:
    assert log_in(client, make_member("Admin"), next="/cms/pages/")["Location"] == "/cms/pages/"


@pytest.mark.parametrize(
    "unsafe",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "https:evil.example", "\\\\evil.example", PAGE],
)
def test_login_does_not_lead_to_an_unsafe_next(client: Client, unsafe: str) -> None:
    assert log_in(client, make_member("Staff"), next=unsafe)["Location"] == "/dashboard/"


def test_login_session_ends_with_the_browser_unless_kept(client: Client) -> None:
    user = make_member("Staff")
    log_in(client, user)
    assert client.session.get_expire_at_browser_close() is True

    other = Client()
    log_in(other, user, remember="on")
    assert other.session.get_expire_at_browser_close() is False


@pytest.mark.parametrize(
    ("name", "password"), [("nobody", "secret-password"), ("known", "wrong"), ("disabled", "secret-password")]
)
def test_login_refused_says_the_same_for_all(client: Client, name: str, password: str) -> None:
    make_user(username="known", is_staff=True)
    make_user(username="disabled", is_staff=True, is_active=False)

    answer = log_in(client, name, password)

    assert answer.status_code == 200
    assert "E-mail address (or username) or password is wrong." in answer.content.decode()
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    "body",
    [{}, {"login": "x"}, {"password": "x"}, {"login": "a\0b", "password": "x"}, {"login": "x" * 5000, "password": "y"}],
)
def test_login_of_a_senseless_form_shows_it_again(client: Client, body: dict[str, str]) -> None:
    answer = client.post(PAGE, body)

    assert answer.status_code == 200
    assert not is_logged_in(client)


def test_login_without_csrf_token_is_refused() -> None:
    browser = Client(enforce_csrf_checks=True)

    answer = log_in(browser, make_member("Staff"))

    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
    assert not is_logged_in(browser)


def test_sixth_attempt_in_a_minute_is_refused_even_with_the_right_password(client: Client) -> None:
    user = make_member("Staff")
    for _ in range(5):
        assert log_in(client, user, "wrong").status_code == 200

    answer = log_in(client, user)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Too many attempts" in answer.content.decode()
    assert not is_logged_in(client)


def test_attempts_over_the_api_and_on_the_page_are_counted_together(client: Client) -> None:
    user = make_member("Staff")
    for _ in range(5):
        body = {"username": user.username, "password": "wrong"}
        assert client.post("/api/v1/auth/login/", body, content_type="application/json").status_code == 401

    assert log_in(client, user).status_code == 429


def test_attempts_on_one_account_leave_others_alone(client: Client) -> None:
    user, other = make_member("Staff"), make_member("Staff")
    for _ in range(6):
        log_in(client, user, "wrong")

    assert log_in(client, other).status_code == 302


def test_customer_is_told_that_the_account_has_no_access(client: Client) -> None:
    answer = log_in(client, make_member("customer"))
    assert answer["Location"] == PAGE

    page = client.get(PAGE)

    assert page.status_code == 403
    assert "This account has no access to the staff pages." in page.content.decode()


@pytest.mark.parametrize("wanted", ["/dashboard/", "/cms/", "/admin/"])
def test_customer_who_asks_for_a_face_is_not_sent_in_circles(wanted: str) -> None:
    browser = browser_of(make_member("customer"))

    answer = browser.get(wanted, follow=True)

    assert answer.status_code == 403
    assert len(answer.redirect_chain) <= 2


def test_editor_refused_by_the_admin_is_told_where_to_go() -> None:
    page = browser_of(make_member("Editor")).get("/admin/", follow=True)

    assert page.status_code == 403
    assert '<a href="/cms/">' in page.content.decode()
    assert '<a href="/dashboard/">' not in page.content.decode()


def test_login_page_leads_on_who_is_logged_in() -> None:
    browser = browser_of(make_member("Admin"))

    assert browser.get(PAGE)["Location"] == "/dashboard/"
    assert browser.get(PAGE, {"next": "/cms/pages/"})["Location"] == "/cms/pages/"
    assert browser.get(PAGE, {"next": "/members-only/"}).status_code == 403


@pytest.mark.parametrize("name", ["dashboard:login", "wagtailadmin_login", "admin:login", "wagtailcore_login"])
def test_every_other_login_page_leads_here(client: Client, name: str) -> None:
    answer = client.get(reverse(name), {"next": "/somewhere/?a=1&b=2"})

    assert (answer.status_code, answer["Location"]) == (302, "/staff/login/?next=%2Fsomewhere%2F%3Fa%3D1%26b%3D2")


@pytest.mark.parametrize("name", ["dashboard:login", "wagtailadmin_login", "admin:login", "wagtailcore_login"])
def test_no_other_login_page_takes_a_password(client: Client, name: str) -> None:
    user = make_member("Admin")

    answer = client.post(reverse(name), {"username": user.username, "password": "secret-password"})

    assert answer.status_code == 405
    assert not is_logged_in(client)


def test_logout_asks_and_ends_the_session() -> None:
    browser = browser_of(make_member("Staff"))
    assert browser.get("/staff/logout/").status_code == 200
    assert is_logged_in(browser)

    answer = browser.post("/staff/logout/")

    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert not is_logged_in(browser)


def test_password_reset_of_the_cms_is_closed(client: Client) -> None:
    assert client.get("/cms/password_reset/").status_code == 404
