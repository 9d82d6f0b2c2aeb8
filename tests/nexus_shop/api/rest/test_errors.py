"""Where a problem points to: names are those that were sent, escaped as JSON Pointers are."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from nexus_shop.accounts.models import User
from tests.factories.http import client_of
from tests.factories.shop import make_user

pytestmark = pytest.mark.django_db


def errors_of(response: Any) -> list[tuple[str, str]]:
    """(pointer or parameter, code) of each."""
    return [(entry.get("pointer", entry.get("parameter")), entry["code"]) for entry in response.json()["errors"]]


def test_field_name_in_a_pointer_is_escaped(api: APIClient) -> None:
    response = api.post("/api/v1/cart/", {"a/b~c": 1})
    assert response.status_code == 400
    assert errors_of(response) == [("/a~1b~0c", "unknown_field")]


def test_parameter_without_a_name_is_named(api: APIClient) -> None:
    response = api.get("/api/v1/categories/?=1")
    assert (response.status_code, response.json()["code"]) == (400, "unknown_parameter")
    assert errors_of(response) == [("", "unknown_parameter")]
    assert response.json()["errors"][0]["parameter"] == ""


@pytest.mark.parametrize(
    ("path", "parameter"),
    [("/api/v1/products/?category=999999", "category"), ("/api/v1/categories/?root=999999", "root")],
)
def test_unknown_thing_in_the_query_is_a_parameter(api: APIClient, path: str, parameter: str) -> None:
    response = api.get(path)
    assert response.status_code == 404
    (entry,) = response.json()["errors"]
    assert (entry["parameter"], entry["code"], "pointer" in entry) == (parameter, "not_found", False)


def test_unfit_brief_word_is_pointed_at_as_it_was_sent() -> None:
    address = {"street": 5, "city": "Anytown", "zip_code": ["90210"], "country": "US"}
    body = {"items": [{"product_id": 1}], "shipping_address": address}
    response = client_of(make_user()).post("/api/v1/orders/", body)
    assert response.status_code == 400
    assert sorted(errors_of(response)) == [
        ("/shipping_address/street", "invalid"),
        ("/shipping_address/zip_code", "invalid"),
    ]


@pytest.mark.parametrize("path", ["/health/", "/health/db/", "/health/cache/"])
@pytest.mark.parametrize("method", ["POST", "DELETE", "TRACE"])
def test_health_takes_no_other_method(api: APIClient, path: str, method: str) -> None:
    response = api.generic(method, path)
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_account_change_honours_the_idempotency_key() -> None:
    user = make_user()
    client = client_of(user)
    key: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "once"}
    first: Any = client.patch("/api/v1/me/", {"first_name": "Ann"}, **key)
    User.objects.filter(pk=user.pk).update(first_name="Eve")
    again: Any = client.patch("/api/v1/me/", {"first_name": "Ann"}, **key)
    other: Any = client.patch("/api/v1/me/", {"first_name": "Bob"}, **key)

    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    user.refresh_from_db()
    assert user.first_name == "Eve"
