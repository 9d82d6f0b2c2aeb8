"""Bad bodies, headers and addresses: refused with a problem that says where, and no row changes."""

from collections.abc import Iterable
from typing import Any, TypeVar

import pytest
import requests
from jsonschema_rs import Draft202012Validator

from nexus_shop.api.rest.errors import CONTENT_TYPE, STATUS
from tests.factories.shop import ADDRESS_JSON
from tests.fuzz import stage
from tests.fuzz.access import DOCUMENT, ROLES, is_let_in, operation_of
from tests.fuzz.bodies import JSON, MALFORMED, PREFIX, ROUTES, Route, encoded, unfit_bodies
from tests.fuzz.conftest import Target
from tests.fuzz.schema import IS_SOAK, flaws_of

C = TypeVar("C")
#: Of the cases that are tried in full elsewhere, one in so many.
THIRD = 1 if IS_SOAK else 3
SHARE = 1 if IS_SOAK else 5
REFUSALS = {400, 401, 403, 404, 405, 409, 413, 415, 422}
BAD_HEADERS = [
    ("Authorization", "Bearer x.y.z", "invalid_token"),
    ("Authorization", "Bearer", "invalid_token"),
    ("Authorization", "Basic Y3VzdG9tZXI6eA==", "invalid_token"),
    ("Idempotency-Key", "", "idempotency_key_invalid"),
    ("Idempotency-Key", "with space", "idempotency_key_invalid"),
    ("Idempotency-Key", "x" * 256, "idempotency_key_invalid"),
    ("Accept", "text/html", "not_acceptable"),
]
TOTAL = {"amount": stage.TOTAL, "currency": "GBP"}
every_route = pytest.mark.parametrize("route", ROUTES, ids=str)
every_role = pytest.mark.parametrize("role", ROLES)


def send(target: Target, role: str, route: Route, body: bytes, **headers: str) -> requests.Response:
    """One request of the role; guests hold their cart's token."""
    held = target.headers[role] | ({"X-Cart-Token": stage.GUEST_TOKEN} if role == "anonymous" else {})
    sent = {"Content-Type": JSON} | held | {name.replace("_", "-"): value for name, value in headers.items()}
    return target.session.request(route.method, target.address + route.path, data=body, headers=sent, timeout=30)


def refusal_flaws(response: requests.Response, route: Route, sent: bytes = b"{}") -> list[str]:
    """What is wrong with a refusal."""
    if response.status_code not in REFUSALS or response.headers["Content-Type"] != CONTENT_TYPE:
        return [f"{response.status_code} {response.headers.get('Content-Type')}"]
    problem = response.json()
    documented = operation_of(route.method, route.template)["responses"]
    flaws = flaws_of(problem, sent) if response.status_code == 400 else []
    if str(response.status_code) not in documented:
        flaws.append(f"{response.status_code} is not documented")
    if STATUS.get(problem["code"]) != response.status_code:
        flaws.append(f"{problem['code']} with {response.status_code}")
    return flaws


def share_of(cases: Iterable[C], route: Route, role: str) -> list[C]:
    """All cases for the role that the route is for; a part for roles whose requests go the same way, or not far."""
    is_staff_route = not is_let_in(route.method, route.template, "customer")
    if role == ("staff" if is_staff_route else "customer"):
        return list(cases)
    return list(cases)[:: THIRD if role == "anonymous" and is_let_in(route.method, route.template, role) else SHARE]


def validator_of(route: Route) -> Draft202012Validator:
    """The documented shape of the route's body."""
    content = operation_of(route.method, route.template)["requestBody"]["content"]
    return Draft202012Validator({**content[JSON]["schema"], "components": DOCUMENT["components"]})


@every_role
@every_route
def test_malformed_body_is_refused_and_nothing_written(still_target: Target, route: Route, role: str) -> None:
    before = stage.snapshot(still_target.database)
    flaws = []
    for content_type, body, code in share_of(MALFORMED, route, role):
        # What is too large is refused unread, and the connection ends with it.
        connection = "close" if code == "body_too_large" else "keep-alive"
        response = send(still_target, role, route, body, Content_Type=content_type, Connection=connection)
        found = refusal_flaws(response, route, body)
        if is_let_in(route.method, route.template, role) and not found and response.json()["code"] != code:
            found = [response.text]
        flaws += [(content_type, body[:40], flaw) for flaw in found]
    assert flaws == []
    assert stage.snapshot(still_target.database) == before


@every_role
@every_route
def test_unfit_body_is_refused_at_its_place_and_nothing_written(still_target: Target, route: Route, role: str) -> None:
    assert validator_of(route).is_valid(route.body)
    before = stage.snapshot(still_target.database)
    flaws = []
    for pointer, body in share_of(unfit_bodies(route.body, validator_of(route)), route, role):
        response = send(still_target, role, route, encoded(body))
        found = refusal_flaws(response, route, encoded(body))
        if is_let_in(route.method, route.template, role) and not found:
            found = place_flaws(response, pointer)
        flaws += [(pointer, encoded(body)[:200], flaw) for flaw in found]
    assert flaws == []
    assert stage.snapshot(still_target.database) == before


def place_flaws(response: requests.Response, pointer: str) -> list[str]:
    """What is wrong with a refusal of a body that is unfit at the pointer, or there and below."""
    problem = response.json()
    if problem["code"] == "malformed_json":
        return []
    places = [entry["pointer"] for entry in problem.get("errors", [])]
    is_there = any(place.startswith(pointer) or pointer.startswith(place) for place in places)
    return [] if response.status_code == 400 and is_there else [f"{response.status_code} {places}"]


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "status"),
    [
        ("customer", "PATCH", f"cart/items/{stage.OTHER_LINE}/", {"quantity": 1}, 404),
        ("customer", "PATCH", f"cart/items/{stage.GUEST_LINE}/", {"quantity": 1}, 404),
        ("customer", "DELETE", f"cart/items/{stage.OTHER_LINE}/", None, 404),
        ("customer", "POST", "cart/saved/", {"item": stage.OTHER_LINE}, 404),
        ("customer", "POST", f"cart/saved/{stage.GUEST_SAVED}/restore/", None, 404),
        ("customer", "DELETE", f"cart/saved/{stage.OTHER_SAVED}/", None, 404),
        ("anonymous", "POST", "cart/saved/", {"item": stage.CUSTOMER_LINE}, 404),
        ("anonymous", "POST", f"cart/saved/{stage.CUSTOMER_SAVED}/restore/", None, 404),
        ("anonymous", "DELETE", f"cart/saved/{stage.OTHER_SAVED}/", None, 404),
        ("anonymous", "POST", "cart/merge/", {"token": stage.OTHER_TOKEN}, 401),
        ("customer", "POST", "cart/merge/", {"token": stage.CUSTOMER_CART}, 404),
        ("customer", "PATCH", f"orders/{stage.OTHER_ORDER}/status/", {"status": "cancelled"}, 403),
        ("customer", "PATCH", f"orders/{stage.ORDER}/status/", {"status": "cancelled"}, 403),
        ("customer", "POST", "checkout/", {"cart": stage.OTHER_CART}, 404),
        ("customer", "POST", "checkout/", {"cart": stage.GUEST_CART}, 404),
        ("customer", "PATCH", f"checkouts/{stage.CHECKOUT}/", {"email": "mine@example.com"}, 404),
        ("customer", "POST", f"checkouts/{stage.CHECKOUT}/cancel/", None, 404),
        ("anonymous", "PATCH", f"checkouts/{stage.OTHER_CHECKOUT}/", {"email": "mine@example.com"}, 404),
        ("anonymous", "PUT", f"checkouts/{stage.OTHER_CHECKOUT}/addresses/", {"shipping_address": ADDRESS_JSON}, 404),
        ("anonymous", "POST", f"checkouts/{stage.OTHER_CHECKOUT}/payment-sessions/", None, 404),
        ("anonymous", "POST", f"checkouts/{stage.OTHER_CHECKOUT}/complete/", {"expected_total": TOTAL}, 404),
        ("staff", "PATCH", f"cart/items/{stage.CUSTOMER_LINE}/", {"quantity": 1}, 404),
        ("staff", "POST", "checkout/", {"cart": stage.CUSTOMER_CART}, 404),
        ("anonymous", "PATCH", f"cart/items/{stage.OTHER_LINE}/", {"quantity": 1}, 404),
        ("anonymous", "PATCH", f"cart/items/{stage.CUSTOMER_LINE}/", {"quantity": 1}, 404),
        ("anonymous", "DELETE", f"cart/items/{stage.CUSTOMER_LINE}/", None, 404),
        ("anonymous", "PATCH", f"orders/{stage.ORDER}/status/", {"status": "cancelled"}, 401),
        ("anonymous", "POST", "checkout/", {"cart": stage.CUSTOMER_CART, "email": "guest@example.com"}, 404),
    ],
)
def test_what_belongs_to_others_is_not_touched(
    still_target: Target, role: str, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    if path == "checkout/":
        total = {"amount": stage.TOTAL, "currency": "GBP"}
        body = {"shipping_address": ADDRESS_JSON, "expected_total": total} | (body or {})
    before = stage.snapshot(still_target.database)

    response = send(still_target, role, Route(method, PREFIX + path, body), encoded(body or {}))

    assert (response.status_code, response.headers["Content-Type"]) == (status, CONTENT_TYPE)
    assert STATUS[response.json()["code"]] == status
    assert stage.snapshot(still_target.database) == before


@every_route
def test_bad_header_is_refused_and_nothing_written(still_target: Target, route: Route) -> None:
    operation = operation_of(route.method, route.template)
    takes = {parameter["name"] for parameter in operation.get("parameters", [])} | {"Accept"}
    if {"bearer": []} in operation.get("security", []):
        takes.add("Authorization")
    role = "anonymous" if is_let_in(route.method, route.template, "anonymous") else "staff"
    before = stage.snapshot(still_target.database)
    for name, value, code in BAD_HEADERS:
        if name not in takes:
            continue
        response = send(still_target, role, route, encoded(route.body), **{name.replace("-", "_"): value})
        assert (name, value, response.status_code, response.json()["code"]) == (name, value, STATUS[code], code)
        assert response.headers["Content-Type"] == CONTENT_TYPE
        assert str(response.status_code) in operation["responses"]
    assert stage.snapshot(still_target.database) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "products/{}/"),
        ("GET", "products/sku:{}/"),
        ("GET", "orders/{}/"),
        ("PATCH", "cart/items/{}/"),
        ("DELETE", "cart/items/{}/"),
        ("DELETE", "cart/saved/{}/"),
        ("DELETE", "cart/vouchers/{}/"),
        ("GET", "cart/shared/{}/"),
        ("GET", "checkouts/{}/"),
        ("POST", "checkouts/{}/payment-sessions/"),
        ("PATCH", "orders/{}/status/"),
    ],
)
def test_address_of_nothing_is_not_found(still_target: Target, method: str, path: str) -> None:
    body = {"status": "processing"} if "status" in path else {} if "checkouts" in path else {"quantity": 1}
    before = stage.snapshot(still_target.database)
    for handle in ("%00", "%ff", "x" * 3000, "..%2f..", "%F0%9F%98%80", "'--", "%ed%a0%80", "-1", " "):
        response = send(still_target, "staff", Route(method, PREFIX + path.format(handle), body), encoded(body))
        assert (handle, response.status_code, response.headers["Content-Type"]) == (handle, 404, CONTENT_TYPE)
        assert response.json()["code"] == "not_found"
    assert stage.snapshot(still_target.database) == before
