"""The address book of a login."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.address.models import UserAddress
from tests.factories.http import client_of, new_client
from tests.factories.shop import ADDRESS_JSON, make_country, make_user

pytestmark = pytest.mark.django_db
PATH = "/api/v1/me/addresses/"
WHOLE = ADDRESS_JSON | {"line2": "", "line3": "", "phone_number": "", "notes": ""}
FLAGS = {"is_default_for_shipping": False, "is_default_for_billing": False}


@pytest.fixture
def shopper() -> APIClient:
    make_country("US")
    make_country("GB", is_served=False)
    return client_of(make_user(first_name="Ann", last_name="Lee"))


def defaults(client: APIClient) -> dict[str, list[str]]:
    """Flag -> first lines of the addresses that have it."""
    book = client.get(PATH).json()
    return {name: [entry["line1"] for entry in book if entry[name]] for name in FLAGS}


def test_address_is_kept_changed_and_deleted(shopper: APIClient) -> None:
    made = shopper.post(PATH, ADDRESS_JSON)
    assert made.status_code == 201
    entry = made.json()
    assert entry == {"id": entry["id"]} | WHOLE | FLAGS
    assert made.headers["Location"] == f"{PATH}{entry['id']}/"
    url = made.headers["Location"]
    assert shopper.get(url).json() == entry
    changed = shopper.patch(url, {"street": "2 Main St", "phone_number": "+1 310 555 0100"})
    assert (changed.status_code, changed.json()["line1"], changed.json()["postcode"]) == (200, "2 Main St", "90210")
    replaced = shopper.put(url, entry)
    assert (replaced.status_code, replaced.json()) == (200, entry)
    assert shopper.delete(url).status_code == 204
    assert (shopper.get(PATH).json(), shopper.get(url).status_code) == ([], 404)
    assert shopper.delete(url).status_code == 404


def test_names_default_to_the_accounts(shopper: APIClient) -> None:
    body = {name: value for name, value in ADDRESS_JSON.items() if not name.endswith("_name")}
    entry = shopper.post(PATH, body).json()
    assert (entry["first_name"], entry["last_name"]) == ("Ann", "Lee")


def test_country_need_not_be_served(shopper: APIClient) -> None:
    british = {"line1": "1 High St", "line4": "London", "postcode": "SW1A 1AA", "country": "GB"}
    assert shopper.post(PATH, british).status_code == 201


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"country": "XX"}, 422, "country_not_served", "/country"),
        ({"postcode": "ABC"}, 422, "invalid_postcode", "/postcode"),
        ({"state": ""}, 422, "address_incomplete", "/state"),
        ({"country": "us"}, 400, "invalid_request", "/country"),
        ({"line1": ""}, 400, "invalid_request", "/line1"),
        ({"line1": "x" * 256}, 400, "invalid_request", "/line1"),
        ({"user": 1}, 400, "unknown_field", "/user"),
        ({"is_default_for_billing": "yes"}, 400, "invalid_request", "/is_default_for_billing"),
        ({"street": "1 Main St"}, 400, "invalid_request", "/street"),
    ],
)
def test_what_checkout_would_refuse_is_refused(
    shopper: APIClient, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    kept = shopper.post(PATH, ADDRESS_JSON | {"line1": "Kept"}).json()
    for answer in (
        shopper.post(PATH, ADDRESS_JSON | changes),
        shopper.put(f"{PATH}{kept['id']}/", ADDRESS_JSON | changes),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert [entry["pointer"] for entry in answer.json()["errors"]] == [pointer]
    assert shopper.get(PATH).json() == [kept]


def test_half_a_change_that_does_not_fit_is_refused(shopper: APIClient) -> None:
    kept = shopper.post(PATH, ADDRESS_JSON).json()
    answer = shopper.patch(f"{PATH}{kept['id']}/", {"country": "GB"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_postcode")
    assert shopper.get(PATH).json() == [kept]


def test_one_address_is_the_default_at_most(shopper: APIClient) -> None:
    first = shopper.post(PATH, ADDRESS_JSON | {"line1": "1", **dict.fromkeys(FLAGS, True)}).json()
    second = shopper.post(PATH, ADDRESS_JSON | {"line1": "2", "is_default_for_shipping": True}).json()
    assert defaults(shopper) == {"is_default_for_shipping": ["2"], "is_default_for_billing": ["1"]}
    assert [entry["line1"] for entry in shopper.get(PATH).json()] == ["2", "1"]
    shopper.patch(f"{PATH}{second['id']}/", {"is_default_for_billing": True})
    assert defaults(shopper) == {"is_default_for_shipping": ["2"], "is_default_for_billing": ["2"]}
    shopper.put(f"{PATH}{first['id']}/", ADDRESS_JSON | {"line1": "1", "is_default_for_shipping": True})
    assert defaults(shopper) == {"is_default_for_shipping": ["1"], "is_default_for_billing": ["2"]}
    shopper.patch(f"{PATH}{first['id']}/", {"is_default_for_shipping": False})
    assert defaults(shopper) == {"is_default_for_shipping": [], "is_default_for_billing": ["2"]}


def test_same_address_twice_is_refused_with_its_id(shopper: APIClient) -> None:
    first = shopper.post(PATH, ADDRESS_JSON).json()
    other = shopper.post(PATH, ADDRESS_JSON | {"line1": "2 Main St"}).json()
    for answer in (
        shopper.post(PATH, ADDRESS_JSON | {"line1": "1 MAIN st", "notes": "Ring twice"}),
        shopper.put(f"{PATH}{other['id']}/", ADDRESS_JSON),
        shopper.patch(f"{PATH}{other['id']}/", {"line1": "1 Main St"}),
    ):
        assert (answer.status_code, answer.json()["code"], answer.json()["id"]) == (409, "address_known", first["id"])
    assert shopper.get(PATH).json() == [first, other]
    assert client_of(make_user()).post(PATH, ADDRESS_JSON | {"first_name": "Ann"}).status_code == 201


def test_book_holds_fifty(shopper: APIClient) -> None:
    owner = UserAddress.objects.get(handle=shopper.post(PATH, ADDRESS_JSON).json()["id"]).user_id
    UserAddress.objects.bulk_create(
        UserAddress(user_id=owner, line1=str(place), country_id="US", hash=str(place)) for place in range(49)
    )
    full = shopper.post(PATH, ADDRESS_JSON | {"line1": "2 Main St"})
    assert (full.status_code, full.json()["code"], full.json()["limit"]) == (409, "address_limit", 50)
    assert UserAddress.objects.count() == 50


@pytest.mark.parametrize("path", [PATH, "/api/v1/useraddresses/"])
def test_address_that_has_changed_since_it_was_read_stays(shopper: APIClient, path: str) -> None:
    made = shopper.post(path, ADDRESS_JSON)
    url = f"{path}{made.json()['id']}/"
    first = shopper.get(url).headers["ETag"]
    assert made.headers["ETag"] == first
    changed = shopper.patch(url, {"line1": "2 Main St"}, HTTP_IF_MATCH=first)
    assert (changed.status_code, changed.headers["ETag"] != first) == (200, True)
    kept = shopper.get(url)
    assert kept.headers["ETag"] == changed.headers["ETag"]
    for refused in (
        shopper.patch(url, {"line1": "3 Main St"}, HTTP_IF_MATCH=first),
        shopper.put(url, ADDRESS_JSON, HTTP_IF_MATCH=first),
        shopper.delete(url, HTTP_IF_MATCH='"zz"'),
    ):
        assert (refused.status_code, refused.json()["code"]) == (412, "stale_version")
    assert shopper.get(path).json() == [kept.json()]
    put = shopper.put(url, ADDRESS_JSON, HTTP_IF_MATCH=kept.headers["ETag"])
    assert (put.status_code, put.headers["ETag"]) == (200, first)
    assert shopper.delete(url, HTTP_IF_MATCH=first).status_code == 204


@pytest.mark.parametrize("path", [PATH, "/api/v1/useraddresses/"])
def test_book_is_its_owners(shopper: APIClient, path: str) -> None:
    entry = shopper.post(path, ADDRESS_JSON).json()
    stranger, url = client_of(make_user(is_staff=True, is_superuser=True)), f"{path}{entry['id']}/"
    assert stranger.get(path).json() == []
    assert stranger.get(url).status_code == 404
    assert stranger.put(url, ADDRESS_JSON | {"line1": "Mine"}).status_code == 404
    assert stranger.patch(url, {"line1": "Mine"}).status_code == 404
    assert stranger.delete(url).status_code == 404
    for method in ("get", "post"):
        assert getattr(new_client(), method)(path).status_code == 401
    for method in ("get", "put", "patch", "delete"):
        assert getattr(new_client(), method)(url).status_code == 401
    assert shopper.get(path).json() == [entry]


def test_same_key_is_the_same_address(shopper: APIClient) -> None:
    answers = [shopper.post(PATH, ADDRESS_JSON, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert UserAddress.objects.count() == 1
