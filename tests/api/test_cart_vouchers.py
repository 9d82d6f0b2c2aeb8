"""Vouchers in a cart, and who may use them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.offer.models import Range
from forked_apps.voucher.models import Voucher, VoucherApplication
from nexus_shop.core.limits import forget_local_counts
from tests.factories.carts import add, digest_of_carts, guest_with
from tests.factories.http import client_of
from tests.factories.shop import ADDRESS_JSON, make_country, make_order, make_product, make_user, make_voucher

pytestmark = pytest.mark.django_db
PATH = "/api/v1/cart/vouchers/"


def codes(answer: Any) -> list[str]:
    return [voucher["code"] for voucher in answer.json()["vouchers"]]


def test_voucher_comes_and_goes_in_whatever_case(guest: APIClient) -> None:
    make_voucher("SAVE")
    add(guest, make_product(price="10.00"))
    added = guest.post(PATH, {"code": " save "})
    assert (added.status_code, codes(added)) == (200, ["SAVE"])
    assert added.json()["totals"]["discount"]["amount"] == "5.00"
    again = guest.post(PATH, {"code": "Save"})
    assert (again.status_code, codes(again)) == (200, ["SAVE"])
    removed = guest.delete(f"{PATH}sAvE/")
    assert (removed.status_code, codes(removed)) == (200, [])
    assert removed.json()["totals"]["discount"]["amount"] == "0.00"
    assert guest.delete(f"{PATH}SAVE/").status_code == 404


@pytest.mark.parametrize(("code", "path"), [("REV3/A", "REV3%2FA"), ("REV3/A", "rev3/a"), ("50%", "50%25")])
def test_voucher_of_any_characters_can_be_taken_out(guest: APIClient, code: str, path: str) -> None:
    make_voucher(code)
    add(guest, make_product())
    assert codes(guest.post(PATH, {"code": code})) == [code]
    removed = guest.delete(f"{PATH}{path}/")
    assert (removed.status_code, codes(removed)) == (200, [])


def make_unknown() -> None:
    """No voucher at all."""


def make_expired() -> None:
    make_voucher("SAVE", end=timezone.now() - timedelta(hours=1))


def make_future() -> None:
    make_voucher("SAVE", start=timezone.now() + timedelta(hours=1))


def make_used_up() -> None:
    make_voucher("SAVE", usage=Voucher.SINGLE_USE)
    make_order(make_product(), vouchers=("SAVE",))


@pytest.mark.parametrize("prepare", [make_unknown, make_expired, make_future, make_used_up])
def test_guesser_is_not_told_why_a_voucher_does_not_count(guest: APIClient, prepare: Callable[[], None]) -> None:
    prepare()
    add(guest, make_product())
    before = digest_of_carts()
    problem = guest.post(PATH, {"code": "save"}).json()
    assert (problem["status"], problem["code"], problem["codes"]) == (422, "voucher_invalid", ["SAVE"])
    assert problem["detail"] == "This voucher is not valid here."
    assert problem["errors"][0]["pointer"] == "/code"
    assert digest_of_carts() == before


def test_voucher_that_another_order_of_the_customer_has_used() -> None:
    user = make_user()
    make_voucher("ONCE", usage=Voucher.ONCE_PER_CUSTOMER)
    make_order(make_product(), user=user, vouchers=("ONCE",))
    client, other = client_of(user), client_of(make_user())
    mug = make_product()
    add(client, mug)
    add(other, mug)
    assert client.post(PATH, {"code": "ONCE"}).json()["code"] == "voucher_invalid"
    assert other.post(PATH, {"code": "ONCE"}).status_code == 200


def test_voucher_that_does_nothing_here_says_what_it_wants(guest: APIClient) -> None:
    voucher = make_voucher("SAVE")
    offer = voucher.offers.get()
    offer.condition.value = 3
    offer.condition.save()
    Range.objects.filter(pk=offer.condition.range_id).update(name="Kitchen")
    add(guest, make_product())
    before = digest_of_carts()
    problem = guest.post(PATH, {"code": "SAVE"}).json()
    assert (problem["status"], problem["code"]) == (422, "voucher_not_applicable")
    assert problem["wants"] == [
        {"offer": "Half with SAVE", "type": "count", "range": "Kitchen", "required": "3"},
    ]
    assert digest_of_carts() == before


def test_voucher_for_a_cart_that_is_empty_or_not_there(api: APIClient) -> None:
    make_voucher("SAVE")
    before = digest_of_carts()
    assert api.post(PATH, {"code": "SAVE"}).json()["code"] == "voucher_not_applicable"
    assert digest_of_carts() == before
    api.credentials(HTTP_X_CART_TOKEN="x" * 43)
    assert api.post(PATH, {"code": "SAVE"}).json()["code"] == "cart_not_found"
    assert api.delete(f"{PATH}SAVE/").json()["code"] == "cart_not_found"
    assert digest_of_carts() == before


def test_ten_vouchers_are_the_limit(guest: APIClient) -> None:
    add(guest, make_product(price="10.00"))
    for number in range(11):
        voucher = make_voucher(f"V{number}")
        voucher.offers.update(exclusive=False)
        benefit = voucher.offers.get().benefit
        benefit.type, benefit.value = "Absolute", 1
        benefit.save()
        voucher.offers.get().condition.__class__.objects.filter(pk=voucher.offers.get().condition_id).update(value=1)
    basket_id = guest.get("/api/v1/cart/").json()["id"]
    from forked_apps.basket.models import Basket

    Basket.objects.get(handle=basket_id).vouchers.set(Voucher.objects.exclude(code="V10"))
    before = digest_of_carts()
    problem = guest.post(PATH, {"code": "V10"}).json()
    assert (problem["status"], problem["code"], problem["limit"]) == (422, "quantity_limit", 10)
    assert digest_of_carts() == before


def test_voucher_of_the_cart_is_used_by_its_order(guest: APIClient) -> None:
    make_country("US")
    make_voucher("SAVE", usage=Voucher.SINGLE_USE)
    add(guest, make_product(price="10.00"))
    total = guest.post(PATH, {"code": "SAVE"}).json()["totals"]["total"]
    assert total["amount"] == "9.95"
    body = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    order = guest.post("/api/v1/checkout/", body)
    assert (order.status_code, order.json()["totals"]["total"]) == (201, total)
    assert VoucherApplication.objects.count() == 1


def checked_out(client: APIClient, email: str, total: str) -> Any:
    return client.post(
        "/api/v1/checkout/",
        {
            "email": email,
            "shipping_address": ADDRESS_JSON,
            "expected_total": {"amount": total, "currency": "GBP"},
            "vouchers": ["ONCE"],
        },
    )


def test_guest_uses_a_voucher_once_by_his_address() -> None:
    make_country("US")
    make_voucher("ONCE", usage=Voucher.ONCE_PER_CUSTOMER)
    mug = make_product(price="10.00")
    carts = [guest_with((mug, 1))[0] for _ in range(3)]
    assert checked_out(carts[0], "ann@example.com", "9.95").status_code == 201
    refused = checked_out(carts[1], "ANN@Example.com", "9.95")
    assert (refused.status_code, refused.json()["code"]) == (422, "voucher_invalid")
    assert checked_out(carts[2], "bert@example.com", "9.95").status_code == 201


def test_guest_and_login_of_one_address_are_one_customer() -> None:
    make_country("US")
    make_voucher("ONCE", usage=Voucher.ONCE_PER_CUSTOMER)
    mug = make_product(price="10.00")
    ann = make_user("Ann@example.com")
    make_order(mug, user=ann, vouchers=("ONCE",))
    assert checked_out(guest_with((mug, 1))[0], "ann@EXAMPLE.com", "9.95").json()["code"] == "voucher_invalid"
    assert checked_out(guest_with((mug, 1))[0], "bert@example.com", "9.95").status_code == 201
    bert = client_of(make_user("BERT@example.com"))
    add(bert, mug)
    assert bert.post(PATH, {"code": "ONCE"}).json()["code"] == "voucher_invalid"


@pytest.mark.parametrize("code", [None, 5, "", " ", "x" * 129, ["SAVE"], {"code": "SAVE"}, True])
def test_malformed_code_is_refused(guest: APIClient, code: Any) -> None:
    before = digest_of_carts()
    response = guest.post(PATH, {"code": code}, format="json")
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert digest_of_carts() == before


@pytest.fixture
def _ten_guesses(settings: Settings) -> None:
    """The limit as it is in a shop, counted from now on."""
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"voucher": "10/minute"}
    settings.RATE_LIMIT_SCALE = 1
    forget_local_counts()
    cache.clear()


@pytest.mark.usefixtures("_ten_guesses")
def test_guesses_of_guests_are_counted_by_address_whatever_the_token() -> None:
    guests = [guest_with()[0] for _ in range(2)]
    statuses = [guests[number % 2].post(PATH, {"code": "GUESS"}).status_code for number in range(11)]
    assert statuses == [422] * 10 + [429]
    assert client_of(make_user()).post(PATH, {"code": "GUESS"}).status_code == 422


def checked_out_with(client: APIClient, codes: list[str], **headers: Any) -> Any:
    body = {
        "email": "ann@example.com",
        "shipping_address": ADDRESS_JSON,
        "expected_total": {"amount": "9.95", "currency": "GBP"},
        "vouchers": codes,
    }
    return client.post("/api/v1/checkout/", body, **headers)


@pytest.mark.usefixtures("_ten_guesses")
def test_codes_named_at_checkout_are_guesses_whatever_the_cart() -> None:
    make_country("US")
    mug = make_product(price="10.00")
    guests = [guest_with((mug, 1))[0] for _ in range(3)]
    answers = [checked_out_with(each, ["G1", "G2", "G3", "G4", "g4"]) for each in guests]
    assert [each.status_code for each in answers] == [422, 422, 429]
    assert answers[1].json()["codes"] == ["G1", "G2", "G3", "G4"]
    assert "codes" not in answers[2].json()
    assert int(answers[2].headers["Retry-After"]) > 0
    assert '"voucher";q=10' in answers[1].headers["RateLimit-Policy"]
    assert guests[0].post(PATH, {"code": "G5"}).status_code == 429
    assert checked_out_with(guests[0], []).json()["code"] == "total_changed"


@pytest.mark.usefixtures("_ten_guesses")
def test_replay_of_an_order_with_many_codes_guesses_nothing() -> None:
    make_country("US")
    codes = [f"V{number}" for number in range(6)]
    for code in codes:
        make_voucher(code)
    guest, _ = guest_with((make_product(price="10.00"), 1))
    first, replay = (checked_out_with(guest, codes, HTTP_IDEMPOTENCY_KEY="key") for _ in range(2))
    assert (first.status_code, replay.status_code, replay.content) == (201, 201, first.content)
    assert replay.headers["Idempotent-Replayed"] == "true"
    other = checked_out_with(guest, [f"W{number}" for number in range(6)], HTTP_IDEMPOTENCY_KEY="key")
    assert (other.status_code, other.json()["code"]) == (429, "rate_limited")
