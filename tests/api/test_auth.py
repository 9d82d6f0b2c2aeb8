"""Accounts and tokens over the API."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from pytest_django import Settings
from rest_framework.test import APIClient

from nexus_shop.accounts.models import TokenFamily, User
from tests.factories.http import client_of
from tests.factories.shop import make_user
from tests.factories.staff import browser_of

pytestmark = pytest.mark.django_db

BRIEF = {
    "username": "johndoe",
    "email": "john@example.com",
    "password": "correct-horse-battery",
    "first_name": "John",
    "last_name": "Doe",
}
PAIR = {"access", "refresh", "access_expires_in", "user"}


def post(client: APIClient, route: str, body: Any, **headers: Any) -> Any:
    return client.post(f"/api/v1/auth/{route}/", body, **headers)


def me(client: APIClient, access: str) -> int:
    status: int = client.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code
    return status


@pytest.fixture
def pair(api: APIClient) -> dict[str, Any]:
    answer: dict[str, Any] = post(api, "register", BRIEF).json()
    return answer


def test_register_with_the_brief_body(api: APIClient) -> None:
    response = post(api, "register", BRIEF)
    body = response.json()
    assert response.status_code == 201
    assert set(body) == PAIR
    assert body["access_expires_in"] == 3600
    user = User.objects.get()
    account = {
        "id": user.pk,
        "email": "john@example.com",
        "username": "johndoe",
        "first_name": "John",
        "last_name": "Doe",
    }
    assert body["user"] == account
    assert api.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {body['access']}").json() == account
    assert (user.is_staff, user.is_superuser, user.check_password(BRIEF["password"])) == (False, False, True)
    assert EmailAddress.objects.get().verified is False
    assert response.cookies == {}
    assert Session.objects.count() == 0


def test_register_with_email_alone(api: APIClient) -> None:
    body = post(api, "register", {"email": "a@example.com", "password": BRIEF["password"]}).json()
    assert body["user"]["username"].startswith("customer-")


@pytest.mark.parametrize("email", ["john@example.com", "JOHN@Example.com", " john@example.com "])
def test_email_is_taken_whatever_its_case(api: APIClient, pair: dict[str, Any], email: str) -> None:
    assert pair["user"]["username"] == "johndoe"
    response = post(api, "register", BRIEF | {"email": email, "username": "other"})
    assert (response.status_code, response.json()["code"]) == (409, "email_taken")
    assert User.objects.count() == 1


def test_username_is_taken_whatever_its_case(api: APIClient, pair: dict[str, Any]) -> None:
    assert pair["user"]["username"] == "johndoe"
    response = post(api, "register", BRIEF | {"email": "x@example.com", "username": "JohnDoe"})
    assert (response.status_code, response.json()["code"]) == (409, "username_taken")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"password": "short"}, 422, "password_refused"),
        ({"password": "password123"}, 422, "password_refused"),
        ({"password": "1234567890123"}, 422, "password_refused"),
        ({"password": "john@example.com"}, 422, "password_refused"),
        ({"password": ""}, 400, "invalid_request"),
        ({"password": 12345678}, 400, "invalid_request"),
        ({"email": "nonsense"}, 400, "invalid_request"),
        ({"email": "x" * 250 + "@example.com"}, 400, "invalid_request"),
        ({"email": "a@" + ".".join(["\u3300\u3300\u3300"] * 60) + ".com"}, 400, "invalid_request"),
        ({"email": None}, 400, "invalid_request"),
        ({"username": "evil@example.com"}, 400, "invalid_request"),
        ({"username": "x" * 151}, 400, "invalid_request"),
        ({"username": "with space"}, 400, "invalid_request"),
        ({"is_staff": True}, 400, "unknown_field"),
        ({"is_superuser": True}, 400, "unknown_field"),
        ({"groups": [1]}, 400, "unknown_field"),
    ],
)
def test_refused_registration_makes_nobody(api: APIClient, change: dict[str, Any], status: int, code: str) -> None:
    response = post(api, "register", BRIEF | change)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert User.objects.count() == 0
    assert TokenFamily.objects.count() == 0


@pytest.mark.parametrize(
    "name",
    [{"email": "john@example.com"}, {"email": "JOHN@EXAMPLE.COM"}, {"username": "johndoe"}, {"username": "JohnDoe"}],
)
def test_login_by_either_name(api: APIClient, pair: dict[str, Any], name: dict[str, str]) -> None:
    response = post(api, "login", name | {"password": BRIEF["password"]})
    assert response.status_code == 200
    assert set(response.json()) == PAIR
    assert response.json()["user"] == pair["user"]
    assert me(api, response.json()["access"]) == 200
    assert response.cookies == {}
    assert Session.objects.count() == 0


def test_refused_logins_are_not_told_apart(api: APIClient, pair: dict[str, Any]) -> None:
    User.objects.create_user("gone", "gone@example.com", BRIEF["password"], is_active=False)
    attempts = [
        {"email": "john@example.com", "password": "wrong-password"},
        {"email": "nobody@example.com", "password": BRIEF["password"]},
        {"email": "gone@example.com", "password": BRIEF["password"]},
        {"username": "gone", "password": BRIEF["password"]},
    ]
    bodies = []
    for attempt in attempts:
        response = post(api, "login", attempt)
        assert response.status_code == 401
        bodies.append({name: value for name, value in response.json().items() if name != "request_id"})
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "invalid_credentials"
    assert TokenFamily.objects.filter(user_id=pair["user"]["id"]).count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"password": "x"},
        {"email": "john@example.com"},
        {"email": "john@example.com", "username": "johndoe", "password": "x"},
        {"email": "john@example.com", "password": ["x"]},
        [],
        "x",
    ],
)
def test_malformed_login(api: APIClient, body: Any) -> None:
    assert post(api, "login", body).status_code == 400


def test_login_is_limited_by_account_and_address(api: APIClient, pair: dict[str, Any]) -> None:
    wrong = {"email": "john@example.com", "password": "wrong-password"}
    statuses = [post(api, "login", wrong).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    refused = post(api, "login", wrong | {"email": "JOHN@example.com", "password": BRIEF["password"]})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert '"login";q=5;w=60' in refused.headers["RateLimit-Policy"]
    assert '"login";r=0' in refused.headers["RateLimit"]
    elsewhere = post(api, "login", wrong | {"password": BRIEF["password"]}, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 200
    assert elsewhere.json()["user"] == pair["user"]


def test_spoofed_forwarding_does_not_lift_a_limit(api: APIClient) -> None:
    wrong = {"email": "john@example.com", "password": "wrong-password"}
    statuses = [post(api, "login", wrong, HTTP_X_FORWARDED_FOR=f"10.1.1.{n}").status_code for n in range(7)]
    assert statuses[5:] == [429, 429]


def test_registration_is_limited_by_address(api: APIClient) -> None:
    statuses = [
        post(api, "register", BRIEF | {"email": f"u{n}@example.com", "username": f"u{n}"}).status_code for n in range(6)
    ]
    assert statuses == [201] * 5 + [429]
    assert User.objects.count() == 5


def test_refresh_rotates_and_a_second_use_ends_the_login(api: APIClient, pair: dict[str, Any]) -> None:
    second = post(api, "refresh", {"refresh": pair["refresh"]})
    assert second.status_code == 200
    assert set(second.json()) == PAIR
    assert second.json()["refresh"] != pair["refresh"]
    third = post(api, "refresh", {"refresh": second.json()["refresh"]}).json()
    assert me(api, third["access"]) == 200
    reused = post(api, "refresh", {"refresh": pair["refresh"]})
    assert (reused.status_code, reused.json()["code"]) == (401, "invalid_token")
    for access in (pair["access"], second.json()["access"], third["access"]):
        assert me(api, access) == 401
    assert post(api, "refresh", {"refresh": third["refresh"]}).status_code == 401


def test_logout_ends_the_access_token(api: APIClient, pair: dict[str, Any]) -> None:
    other = post(api, "login", {"email": "john@example.com", "password": BRIEF["password"]}).json()
    assert post(api, "logout", {"refresh": pair["refresh"]}).status_code == 204
    assert me(api, pair["access"]) == 401
    assert post(api, "refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert me(api, other["access"]) == 200


def test_login_by_an_address_as_it_was_typed(api: APIClient) -> None:
    typed = "\uff21nn@example.com"
    assert post(api, "register", BRIEF | {"email": typed}).json()["user"]["email"] == "Ann@example.com"
    assert post(api, "login", {"email": typed, "password": BRIEF["password"]}).status_code == 200


def test_taken_username_that_speaks_of_email(api: APIClient) -> None:
    assert post(api, "register", BRIEF | {"username": "emailfan"}).status_code == 201
    refused = post(api, "register", BRIEF | {"username": "EMAILfan", "email": "x@example.com"})
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == ("username_taken", "/username")


def test_password_changed_in_the_admin_ends_the_logins(api: APIClient, pair: dict[str, Any]) -> None:
    root = browser_of(make_user(is_staff=True, is_superuser=True))
    form = {"password1": "another-password-9", "password2": "another-password-9", "usable_password": "true"}
    assert root.post(f"/admin/accounts/user/{pair['user']['id']}/password/", form).status_code == 302
    assert me(api, pair["access"]) == 401
    assert post(api, "refresh", {"refresh": pair["refresh"]}).json()["code"] == "invalid_token"
    fresh = post(api, "login", {"email": BRIEF["email"], "password": "another-password-9"}).json()
    assert me(api, fresh["access"]) == 200


def test_password_changed_on_the_shell_ends_the_refresh_token(api: APIClient, pair: dict[str, Any]) -> None:
    user = User.objects.get()
    user.set_password("another-password-9")
    user.save()
    assert post(api, "refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert me(api, pair["access"]) == 401


def test_disabled_account_is_out_at_once(api: APIClient, pair: dict[str, Any]) -> None:
    User.objects.update(is_active=False)
    assert me(api, pair["access"]) == 401
    assert post(api, "refresh", {"refresh": pair["refresh"]}).status_code == 401


def signed(claims: dict[str, Any], key: str | None = None, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key or django_settings.JWT_SECRET_KEY, algorithm=algorithm)


def test_hostile_tokens(api: APIClient, pair: dict[str, Any]) -> None:
    claims = jwt.decode(pair["access"], options={"verify_signature": False})
    header, payload, signature = pair["access"].split(".")
    none = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    past = int((datetime.now(UTC) - timedelta(seconds=1)).timestamp())
    forged = urlsafe_b64encode(json.dumps(claims | {"fam": "x" * 22}).encode()).rstrip(b"=").decode()
    hostile = [
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
        f"{header}.{forged}.{signature}",
        f"{header}.{payload}.",
        f"{header}.{payload}",
        signed(claims, "another-key-of-more-than-32-characters"),
        signed(claims, django_settings.SECRET_KEY),
        signed(claims, algorithm="HS512"),
        signed(claims | {"exp": past}),
        signed(claims | {"aud": "somebody-else"}),
        signed(claims | {"iss": "somebody-else"}),
        signed(claims | {"token_type": "refresh"}),
        signed(claims | {"fam": "no-such-login"}),
        signed(claims | {"fam": None}),
        signed(claims | {"fam": ["x"]}),
        signed({name: value for name, value in claims.items() if name != "fam"}),
        signed({name: value for name, value in claims.items() if name != "exp"}),
        signed({name: value for name, value in claims.items() if name != "token_type"}),
        pair["refresh"],
        "",
        "x",
        "a.b.c",
        "é.é.é",
    ]
    for token in hostile:
        response = api.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert response.status_code == 401, token
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert me(api, signed(claims)) == 200
    for header_value in (f"Basic {pair['access']}", pair["access"], "Token x", "Bearer"):
        assert api.get("/api/v1/me/", HTTP_AUTHORIZATION=header_value).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", None, 5])
def test_refresh_of_what_is_no_token(api: APIClient, token: Any) -> None:
    assert post(api, "refresh", {"refresh": token}).status_code in {400, 401}
    assert post(api, "logout", {"refresh": token}).status_code in {400, 401}


def test_access_token_does_not_refresh(api: APIClient, pair: dict[str, Any]) -> None:
    assert post(api, "refresh", {"refresh": pair["access"]}).status_code == 401
    assert me(api, pair["access"]) == 200


def test_account_changes_names_only() -> None:
    user = make_user("ann@example.com", username="ann")
    client = client_of(user)
    whole = client.get("/api/v1/me/").json()
    response = client.patch(
        "/api/v1/me/", whole | {"first_name": "Anna", "email": "evil@example.com", "username": "root"}
    )
    assert response.json() == whole | {"first_name": "Anna"}
    for field in ("is_staff", "password", "is_superuser", "user_permissions"):
        assert client.patch("/api/v1/me/", {field: True}).json()["code"] == "unknown_field"
    user.refresh_from_db()
    assert (user.email, user.username, user.is_staff) == ("ann@example.com", "ann", False)


def test_auth_ignores_idempotency_keys(api: APIClient) -> None:
    first = post(api, "register", BRIEF, HTTP_IDEMPOTENCY_KEY="k")
    second = post(api, "register", BRIEF, HTTP_IDEMPOTENCY_KEY="k")
    assert (first.status_code, second.status_code) == (201, 409)


def test_refresh_token_in_a_cookie(api: APIClient, settings: Settings) -> None:
    settings.JWT_REFRESH_COOKIE = True
    body = post(api, "register", BRIEF)
    cookie = body.cookies["refresh"]
    assert body.json()["refresh"] is None
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/api/v1/auth/")
    for origin in ({}, {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_ORIGIN": "null"}):
        refused = post(api, "refresh", {}, **origin)
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_not_allowed")
    refreshed = post(api, "refresh", {}, HTTP_ORIGIN="https://shop.example")
    assert refreshed.status_code == 200
    assert refreshed.json()["refresh"] is None
    assert refreshed.cookies["refresh"].value != cookie.value
    assert post(api, "logout", {}, HTTP_ORIGIN="http://testserver").status_code == 204
    assert me(api, refreshed.json()["access"]) == 401


def test_cookie_is_not_read_where_it_is_switched_off(api: APIClient, pair: dict[str, Any]) -> None:
    api.cookies["refresh"] = pair["refresh"]
    assert post(api, "refresh", {}, HTTP_ORIGIN="https://shop.example").status_code == 401
