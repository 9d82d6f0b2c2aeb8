"""Security headers of each face."""

import re
from typing import Any

import pytest
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled
from pytest_django import Settings

from nexus_shop.api.headers import PageHeaders
from nexus_shop.settings import security
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

FACES = ["/", "/staff/login/", "/dashboard/", "/cms/", "/admin/", "/nothing-here/"]


def policy_of(answer: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", FACES)
def test_every_page_has_the_headers(path: str) -> None:
    answer = browser_of(None if path == "/staff/login/" else make_member("Admin")).get(path)

    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    policy = policy_of(answer)
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert policy["base-uri"] == ["'self'"]
    assert [value for values in policy.values() for value in values if "." in value or value in {"*", "https:"}] == []


@pytest.mark.parametrize("path", ["/", "/staff/login/", "/admin/", "/nothing-here/"])
def test_public_pages_login_and_admin_allow_nothing_inline(path: str) -> None:
    answer = browser_of(None if path == "/staff/login/" else make_member("Admin")).get(path)

    policy = policy_of(answer)
    assert policy["script-src"] == ["'self'"]
    assert policy["style-src"] == ["'self'"]
    page = answer.content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|\son\w+=|style=", page) == []


def test_dashboard_runs_its_one_inline_script_by_nonce() -> None:
    browser = browser_of(make_member("Admin"))

    first, second = browser.get("/dashboard/"), browser.get("/dashboard/")

    nonces = [re.search(r"'nonce-([^']+)'", answer["Content-Security-Policy"]) for answer in (first, second)]
    assert nonces[0] and nonces[1] and nonces[0][1] != nonces[1][1]
    assert f'<script nonce="{nonces[0][1]}">' in first.content.decode()
    assert "'unsafe-inline'" not in policy_of(first)["script-src"]


def test_dashboard_is_kept_by_nobody() -> None:
    assert browser_of(make_member("Admin")).get("/dashboard/")["Cache-Control"] == "private, no-store"


def test_scripts_and_styles_of_the_dashboard_are_all_ours() -> None:
    page = browser_of(make_member("Admin")).get("/dashboard/").content.decode()

    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', page) == []


def test_page_that_its_view_lets_us_frame_is_framed_by_us_only() -> None:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"X-Frame-Options": "SAMEORIGIN"})

    answer = PageHeaders(view)(RequestFactory().get("/cms/pages/1/edit/preview/"))

    assert policy_of(answer)["frame-ancestors"] == ["'self'"]


def test_hsts_follows_the_settings(client: Client, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_HSTS_PRELOAD = True

    answer = Client().get("/staff/login/", secure=True)

    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_error_of_ours_is_a_page_without_details() -> None:
    browser = browser_of(make_member("Admin"))
    browser.raise_request_exception = False

    answer = browser.get("/cms/failwhale/")

    assert answer.status_code == 500
    page = answer.content.decode()
    assert "An error of ours" in page
    assert "Traceback" not in page
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("cause", [LockNotAvailable, QueryCanceled, DeadlockDetected])
def test_busy_database_is_a_page_that_says_so(cause: type[Exception]) -> None:
    busy = OperationalError("busy")
    busy.__cause__ = cause()

    answer = PageHeaders(lambda _: HttpResponse()).process_exception(RequestFactory().get("/dashboard/"), busy)

    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "The shop is busy." in answer.content.decode()


def test_other_errors_are_not_taken_for_a_busy_database() -> None:
    handler = PageHeaders(lambda _: HttpResponse())

    assert handler.process_exception(RequestFactory().get("/"), ValueError()) is None
    assert handler.process_exception(RequestFactory().get("/", {"q": "x"}), DataError()) is None
    assert handler.process_exception(RequestFactory().get("/", {"q": "\0"}), ValueError()) is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_nul_that_the_database_refused_is_the_request_s_fault(method: str) -> None:
    request = getattr(RequestFactory(), method)("/dashboard/", {"q": "a\0b"})

    answer = PageHeaders(lambda _: HttpResponse()).process_exception(request, DataError("NUL"))

    assert answer is not None
    assert answer.status_code == 400
    assert "This request makes no sense" in answer.content.decode()


@pytest.mark.parametrize(
    ("environment", "places"),
    [
        ({}, []),
        ({"MEDIA_URL": "https://cdn.example/shop/"}, ["https://cdn.example/shop/"]),
        (
            {"AWS_STORAGE_BUCKET_NAME": "shop", "AWS_S3_REGION_NAME": "eu-west-1"},
            ["https://shop.s3.amazonaws.com", "https://shop.s3.eu-west-1.amazonaws.com"],
        ),
        (
            {"AWS_STORAGE_BUCKET_NAME": "shop", "AWS_S3_ENDPOINT_URL": "https://s3.example"},
            ["https://s3.example"],
        ),
    ],
)
def test_pictures_are_shown_from_where_they_are_kept(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], places: list[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert security._places_of_pictures() == places
