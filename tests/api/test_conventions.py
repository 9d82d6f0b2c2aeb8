"""What holds for every route: headers, problems, CORS, limits, authorisation."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.urls import URLPattern, URLResolver, get_resolver
from psycopg import errors as postgres_errors
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket
from nexus_shop.api.rest import authorisation
from nexus_shop.api.rest.authentication import TokenAuthentication
from nexus_shop.api.rest.authorisation import RULES, Declared
from nexus_shop.api.rest.base import View
from nexus_shop.api.rest.rendering import JSONRenderer
from nexus_shop.api.rest.urls import ours
from nexus_shop.api.webhooks.views import GatewayWebhook
from nexus_shop.core.limits import forget_local_counts
from nexus_shop.core.models import IdempotencyRecord
from tests.factories.http import client_of
from tests.factories.shop import make_product, make_user

pytestmark = pytest.mark.django_db

PREFIXES = ("api/v1/", "health/")


def routes() -> list[tuple[str, Any]]:
    """(route, view class) of every address of the API, whoever mounted it."""

    def walk(patterns: Any, prefix: str) -> Any:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern) and route.startswith(PREFIXES):
                view: Any = pattern.callback
                yield route, view.view_class

    return list(walk(get_resolver().url_patterns, ""))


def methods_of(view: Any) -> set[str]:
    return {method.upper() for method in view.http_method_names if hasattr(view, method)} - {"HEAD", "OPTIONS"}


def test_every_route_and_method_is_declared_and_nothing_else() -> None:
    served = {(route, method) for route, view in routes() for method in methods_of(view)}
    assert served == set(RULES)


def test_every_view_is_ours_with_our_permission() -> None:
    for route, view in routes():
        assert view.__module__.startswith("nexus_shop.api."), route
        if view is GatewayWebhook:
            continue  # asks for a signature, not for a login
        assert list(view.permission_classes) == [Declared], route
        assert list(view.renderer_classes) == [JSONRenderer], route
        assert list(view.authentication_classes) in ([TokenAuthentication], []), route
        assert issubclass(view, View) or route.startswith("health/"), route


def test_view_of_oscarapi_that_is_not_overridden_is_not_mounted() -> None:
    with pytest.raises(RuntimeError, match="OptionList"):
        ours("basic", "OptionList")


def test_undeclared_route_is_denied(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorisation, "RULES", {})
    make_product("Mug")
    assert api.get("/api/v1/products/").status_code == 403
    assert api.post("/api/v1/cart/").status_code == 401
    assert client_of(make_user(is_superuser=True, is_staff=True)).get("/api/v1/me/").status_code == 403


def call(client: APIClient, route: str, method: str) -> Any:
    path = "/" + route.replace("<str:handle>", "x" * 32).replace("<str:key>", "nothing")
    return client.generic(method, path, "{}", content_type="application/json")


@pytest.mark.parametrize(("route", "method"), sorted(RULES))
def test_authorisation_of(api: APIClient, route: str, method: str) -> None:
    """Who is not let in is told so before anything is looked at; who is, is not refused for who he is."""
    rule = RULES[route, method]
    refused = {"anyone": (), "login": (401,)}.get(rule.name, (401,))
    anonymous = call(api, route, method)
    customer = call(client_of(make_user()), route, method)
    staff = call(client_of(make_user(is_staff=True)), route, method)
    admin = call(client_of(make_user(is_staff=True, is_superuser=True)), route, method)
    if rule.name == "anyone":
        assert anonymous.status_code not in {403} and (anonymous.status_code != 401 or "auth" in route)
    else:
        assert anonymous.status_code in refused
    forbidden = rule.name.startswith("staff")
    assert (customer.status_code == 403) is forbidden
    assert (staff.status_code == 403) is forbidden
    assert admin.status_code != 403
    for response in (anonymous, customer, staff, admin):
        assert response.status_code < 500


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing/", 404, "not_found"),
        ("GET", "/api/v1/", 404, "not_found"),
        ("GET", "/api/v1/categories-bulk/", 404, "not_found"),
        ("GET", "/api/v1/nowhere/", 404, "not_found"),
        ("DELETE", "/api/v1/products/", 405, "method_not_allowed"),
        ("PUT", "/api/v1/cart/", 405, "method_not_allowed"),
        ("OPTIONS", "/api/v1/cart/", 405, "method_not_allowed"),
        ("TRACE", "/api/v1/cart/", 405, "method_not_allowed"),
        ("GET", "/api/v1/me/", 401, "not_authenticated"),
        ("GET", "/api/v1/products/?x=1", 400, "unknown_parameter"),
        ("GET", "/api/v1/cart/items/a%00b/", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/cart/items/a%00b/", 404, "not_found"),
    ],
)
def test_every_error_is_a_problem(api: APIClient, method: str, path: str, status: int, code: str) -> None:
    response = api.generic(method, path)
    body = response.json()
    assert (response.status_code, body["code"], body["status"]) == (status, code, status)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "code", "request_id"} <= set(body)
    assert body["type"] == f"/redoc/#section/Errors/{code}"
    assert body["instance"] == path.partition("?")[0].replace("%00", "\x00")
    assert body["request_id"] == response.headers["X-Request-Id"]


def test_only_json_can_be_had(api: APIClient) -> None:
    response = api.get("/api/v1/products/", HTTP_ACCEPT="text/html")
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")
    assert api.get("/api/v1/products/", HTTP_ACCEPT="text/html, */*;q=0.1").status_code == 200


def test_crash_is_a_problem_without_its_reason(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from nexus_shop.api.rest.views import product

    def crash(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("the secret")

    monkeypatch.setattr(product, "product_page", crash)
    response = api.get("/api/v1/products/")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert b"secret" not in response.content
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("cause", [postgres_errors.LockNotAvailable(), postgres_errors.QueryCanceled(), None])
def test_busy_database_is_503(api: APIClient, monkeypatch: pytest.MonkeyPatch, cause: Exception | None) -> None:
    from nexus_shop.api.rest.views import product

    def busy(*_: Any, **__: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout") from cause

    monkeypatch.setattr(product, "product_page", busy)
    response = api.get("/api/v1/products/")
    assert (response.status_code, response.json()["code"], response.headers["Retry-After"]) == (503, "unavailable", "1")


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/cart/", "/api/v1/nothing/", "/health/"])
def test_security_headers(api: APIClient, settings: Settings, path: str) -> None:
    response = api.get(path, secure=True)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert response.headers["X-Request-Id"]
    assert response.cookies == {}


def test_private_answers_are_not_cached(api: APIClient) -> None:
    user = client_of(make_user())
    for client, path in (
        (api, "/api/v1/cart/"),
        (user, "/api/v1/me/"),
        (user, "/api/v1/orders/"),
        (api, "/api/v1/me/"),
    ):
        response = client.get(path)
        assert response.headers["Cache-Control"] == "private, no-store"
        assert {"Authorization", "X-Cart-Token"} <= {name.strip() for name in response.headers["Vary"].split(",")}


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ("abc-123.x:y_z", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        ("a\nb", False),
        ("é", False),
        ("", False),
    ],
)
def test_request_id_is_echoed_if_it_is_plain(api: APIClient, given: str, is_kept: bool) -> None:
    answer = api.get("/health/", HTTP_X_REQUEST_ID=given).headers["X-Request-Id"]
    assert (answer == given) is is_kept
    assert len(answer) > 0


def test_cors_for_listed_origins_alone(api: APIClient) -> None:
    listed = api.get("/api/v1/products/", HTTP_ORIGIN="https://shop.example")
    assert listed.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    exposed = {name.strip() for name in listed.headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed == {
        *("X-Cart-Token", "ETag", "Location", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"),
        "Idempotent-Replayed",
    }
    assert "Access-Control-Allow-Credentials" not in listed.headers
    for origin in ("https://evil.example", "null", "https://shop.example.evil.example", "http://shop.example"):
        assert "Access-Control-Allow-Origin" not in api.get("/api/v1/products/", HTTP_ORIGIN=origin).headers


def test_cors_preflight(api: APIClient) -> None:
    def preflight(origin: str) -> Any:
        return api.options(
            "/api/v1/cart/items/",
            HTTP_ORIGIN=origin,
            HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
            HTTP_ACCESS_CONTROL_REQUEST_HEADERS="content-type,x-cart-token,idempotency-key",
        )

    allowed = preflight("https://shop.example")
    assert allowed.status_code == 200
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    names = {name.strip() for name in allowed.headers["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-cart-token"} <= names
    assert "Access-Control-Allow-Origin" not in preflight("https://evil.example").headers


def test_cors_of_errors(api: APIClient) -> None:
    response = api.get("/api/v1/nothing/", HTTP_ORIGIN="https://shop.example")
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_reads_are_limited_in_each_process(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"read": "4/minute"}
    settings.WEB_CONCURRENCY = 2
    first = api.get("/api/v1/products/")
    assert first.headers["RateLimit-Policy"] == '"read";q=2;w=60'
    assert first.headers["RateLimit"].startswith('"read";r=1;t=')
    assert api.get("/api/v1/cart/").status_code == 200
    refused = api.get("/api/v1/categories/")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0
    assert api.get("/api/v1/products/", REMOTE_ADDR="10.0.0.2").status_code == 200


def test_writes_are_limited_by_login_cart_or_address(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"anonymous": "2/hour", "user": "3/hour"}
    forget_local_counts()
    token = api.post("/api/v1/cart/").headers["X-Cart-Token"]
    assert api.post("/api/v1/cart/").status_code == 201
    assert api.post("/api/v1/cart/").status_code == 429
    statuses = [api.post("/api/v1/cart/", HTTP_X_CART_TOKEN=token).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    user = client_of(make_user())
    assert [user.post("/api/v1/cart/").status_code for _ in range(4)] == [201, 200, 200, 429]


def test_new_carts_are_capped_by_address(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"new_cart": "2/hour"}
    forget_local_counts()
    assert [api.post("/api/v1/cart/").status_code for _ in range(3)] == [201, 201, 429]


def test_new_carts_after_an_order_are_capped_too(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"new_cart": "2/hour"}
    forget_local_counts()
    api.credentials(HTTP_X_CART_TOKEN=api.post("/api/v1/cart/").headers["X-Cart-Token"])
    Basket.objects.update(status="Submitted")
    assert [api.post("/api/v1/cart/", HTTP_IDEMPOTENCY_KEY=key).status_code for key in "ab"] == [201, 429]
    assert api.post("/api/v1/cart/").status_code == 429
    assert Basket.objects.count() == 2


def test_guessing_is_counted_against_the_address(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"anonymous": "3/hour"}
    forget_local_counts()
    mug = make_product("Mug")
    body = {"product_id": mug.pk}
    statuses = [
        api.post("/api/v1/cart/items/", body, HTTP_X_CART_TOKEN=f"guess-{number}").status_code for number in range(5)
    ]
    assert statuses == [404, 404, 404, 429, 429]


def test_guessing_with_a_key_is_counted_and_keeps_nothing(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"anonymous": "3/hour"}
    forget_local_counts()
    body = {"product_id": make_product("Mug").pk}
    answers = [
        api.post("/api/v1/cart/items/", body, HTTP_X_CART_TOKEN=f"guess-{n}", HTTP_IDEMPOTENCY_KEY=f"key-{n}")
        for n in range(5)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert answers[0].json()["code"] == "cart_not_found"
    assert IdempotencyRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "cart/"),
        ("DELETE", "cart/items/"),
        ("DELETE", "cart/items/nothing/"),
        ("PATCH", "cart/items/nothing/"),
    ],
)
def test_guessing_without_a_product_is_counted_too(api: APIClient, settings: Settings, method: str, path: str) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"anonymous": "2/hour"}
    forget_local_counts()
    body = {"quantity": 1} if method == "PATCH" else None
    change = getattr(api, method.lower())
    answers = [change(f"/api/v1/{path}", body, HTTP_X_CART_TOKEN=f"guess-{n}") for n in range(3)]
    assert [answer.json()["code"] for answer in answers] == ["cart_not_found", "cart_not_found", "rate_limited"]


def test_token_of_an_ordered_cart_is_no_guess(api: APIClient) -> None:
    token = api.post("/api/v1/cart/").headers["X-Cart-Token"]
    Basket.objects.update(status="Submitted")
    answers = [api.delete("/api/v1/cart/", HTTP_X_CART_TOKEN=token).status_code for _ in range(5)]
    assert answers == [201] * 5


def test_writes_of_all_guests_at_one_address_are_limited(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"guest_writes": "3/hour"}
    forget_local_counts()
    answers = [api.post("/api/v1/checkout/", {}, HTTP_X_CART_TOKEN=f"guess-{n}") for n in range(4)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert '"guest_writes";q=3;w=3600' in answers[0].headers["RateLimit-Policy"]
    elsewhere = api.post("/api/v1/checkout/", {}, HTTP_X_CART_TOKEN="guess-9", REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 400
    login = client_of(make_user())
    assert login.post("/api/v1/cart/", HTTP_X_CART_TOKEN="guess-9").status_code == 201


def test_ipv6_addresses_of_one_network_are_one_client(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"anonymous": "2/hour"}
    forget_local_counts()
    addresses = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::3", "2001:db8:1:3::1"]
    statuses = [api.post("/api/v1/cart/", REMOTE_ADDR=address).status_code for address in addresses]
    assert statuses == [201, 201, 429, 201]


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/nothing/", "/health/"])
def test_unknown_host_is_refused_with_a_problem(api: APIClient, path: str) -> None:
    refused = api.get(path, HTTP_HOST="evil.example")
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
    assert (refused.json()["code"], refused.json()["instance"]) == ("invalid_request", path)
    assert refused.headers["X-Request-Id"] == refused.json()["request_id"]


def test_refused_write_still_counts(api: APIClient) -> None:
    mug = make_product("Mug", stock=1)
    response = api.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 5})
    assert response.status_code == 409
    assert '"anonymous";r=99' in response.headers["RateLimit"]
    assert '"anonymous";r=98' in api.post("/api/v1/cart/").headers["RateLimit"]


def test_scale_lifts_every_limit(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMIT_SCALE = Decimal(10)
    forget_local_counts()
    assert '"anonymous";q=1000;w=3600' in api.post("/api/v1/cart/").headers["RateLimit-Policy"]


def test_address_behind_trusted_proxies(api: APIClient, settings: Settings) -> None:
    from nexus_shop.core import clients

    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    clients._trusted.cache_clear()
    try:
        meta = type(
            "Request", (), {"META": {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 2.2.2.2, 10.0.0.7"}}
        )
        assert clients.address_of(meta) == "2.2.2.2"
        meta.META["HTTP_X_FORWARDED_FOR"] = "1.1.1.1, nonsense"  # type: ignore[attr-defined]
        assert clients.address_of(meta) == "10.0.0.1"
        meta.META["REMOTE_ADDR"] = "3.3.3.3"  # type: ignore[attr-defined]
        assert clients.address_of(meta) == "3.3.3.3"
    finally:
        clients._trusted.cache_clear()


def test_head_is_get_without_a_body(api: APIClient) -> None:
    make_product("Mug")
    response = api.head("/api/v1/products/mug/")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["ETag"]


def test_health(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/health/", "/health/db/", "/health/cache/"):
        response = api.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
        assert response.headers["Cache-Control"] == "private, no-store"

    def down(*_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", down)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert api.get("/health/db/").status_code == 503
    assert api.get("/health/").status_code == 200


def test_http_is_sent_to_https_but_for_health(api: APIClient, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    from django.test import Client

    client = Client()
    redirect = client.get("/api/v1/products/")
    assert (redirect.status_code, redirect.headers["Location"]) == (301, "https://testserver/api/v1/products/")
    assert client.get("/health/").status_code == 200
    assert "max-age=31536000" in client.get("/api/v1/products/", secure=True).headers["Strict-Transport-Security"]
