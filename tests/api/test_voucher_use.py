"""Which vouchers an order uses up, and what the cart says of those that do nothing."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.offer.models import Benefit, Condition, ConditionalOffer
from forked_apps.order.models import Order
from forked_apps.shipping.models import ShippingMethod
from forked_apps.voucher.models import Voucher, VoucherApplication
from tests.factories.carts import guest_with
from tests.factories.http import client_of
from tests.factories.shop import (
    ADDRESS_JSON,
    make_country,
    make_offer,
    make_order,
    make_product,
    make_user,
    make_voucher,
)

pytestmark = pytest.mark.django_db
CART = "/api/v1/cart/"
PATH = "/api/v1/cart/vouchers/"
IDLE = {
    "code": "voucher_not_applicable",
    "item": None,
    "detail": {"voucher": "TEN"},
    "resolve": {"method": "DELETE", "url": f"{PATH}TEN/", "body": {}},
}


@pytest.fixture(autouse=True)
def _country() -> None:
    make_country("US")


def voucher_for(code: str, *, benefit: str, value: int, least: int = 0) -> Voucher:
    """A voucher for one order, its offer for goods worth at least so much."""
    voucher = make_voucher(code, usage=Voucher.SINGLE_USE)
    offer = voucher.offers.get()
    facts: dict[str, Any] = {"type": benefit, "value": value}
    if benefit.startswith("Shipping"):
        facts["range"] = None
    Benefit.objects.filter(pk=offer.benefit_id).update(**facts)
    if least:
        Condition.objects.filter(pk=offer.condition_id).update(type="Value", value=least)
    offer.save()  # carts take the offer anew
    return voucher


def check_out(client: APIClient, total: str, **said: Any) -> Any:
    body = {"email": "ann@example.com", "expected_total": {"amount": total, "currency": "GBP"}}
    return client.post("/api/v1/checkout/", body | {"shipping_address": ADDRESS_JSON} | said)


def refusal(client: APIClient, code: str) -> tuple[str, str, list[Any]]:
    problem = client.post(PATH, {"code": code}).json()
    assert CART not in problem.get("instance", "") or problem["errors"][0]["pointer"] == "/code"
    return problem["code"], problem["reason"], problem["wants"]


def test_voucher_that_takes_nothing_off_is_told_and_not_used_up() -> None:
    voucher_for("TEN", benefit="Absolute", value=10, least=50)
    guest, _ = guest_with((make_product(price="28.00"), 2))
    added = guest.post(PATH, {"code": "TEN"}).json()
    assert (added["problems"], added["totals"]["discount"]["amount"]) == ([], "10.00")
    line = added["items"][0]["id"]
    lowered = guest.patch(f"{CART}items/{line}/", {"quantity": 1}).json()
    assert (lowered["problems"], [each["code"] for each in lowered["vouchers"]]) == ([IDLE], ["TEN"])
    opened = guest.post("/api/v1/checkouts/").json()
    assert [each["code"] for each in opened["problems"]] == ["voucher_not_applicable"]
    assert check_out(guest, "32.95").status_code == 201
    assert not VoucherApplication.objects.exists()
    other, _ = guest_with((make_product(price="56.00"), 1))
    assert other.post(PATH, {"code": "TEN"}).status_code == 200


def test_voucher_named_at_checkout_that_takes_nothing_off_is_not_used_up() -> None:
    voucher_for("TEN", benefit="Absolute", value=10, least=50)
    guest, _ = guest_with((make_product(price="28.00"), 1))
    assert check_out(guest, "32.95", vouchers=["TEN"]).status_code == 201
    assert not VoucherApplication.objects.exists()


def test_voucher_that_takes_nothing_off_is_taken_out_by_accepting() -> None:
    voucher_for("TEN", benefit="Absolute", value=10, least=50)
    guest, _ = guest_with((make_product(price="28.00"), 2))
    added = guest.post(PATH, {"code": "TEN"}).json()
    guest.patch(f"{CART}items/{added['items'][0]['id']}/", {"quantity": 1})
    accepted = guest.patch(CART, {"accept": ["voucher_not_applicable"]}).json()
    assert (accepted["vouchers"], accepted["problems"]) == ([], [])


def resolved(client: APIClient, problem: Any) -> Any:
    wanted = problem["resolve"]
    return getattr(client, wanted["method"].lower())(wanted["url"], wanted["body"])


def test_voucher_that_the_guest_has_used_by_that_address_is_taken_out_as_its_problem_says() -> None:
    make_voucher("ONCE", usage=Voucher.ONCE_PER_CUSTOMER)
    mug = make_product(price="10.00")
    make_order(mug, user=make_user("ann@example.com"), vouchers=("ONCE",))
    guest, _ = guest_with((mug, 1))
    assert guest.post(PATH, {"code": "ONCE"}).json()["problems"] == []
    path = f"/api/v1/checkouts/{guest.post('/api/v1/checkouts/').json()['id']}/"
    said = {"email": "Ann@example.com", "shipping_address": ADDRESS_JSON}
    [problem] = guest.patch(path, said).json()["cart"]["problems"]
    assert (problem["code"], problem["detail"]) == ("voucher_invalid", {"voucher": "ONCE"})
    assert resolved(guest, problem).json()["vouchers"] == []
    seen = guest.get(path).json()
    assert (seen["problems"], seen["totals"]["total"]["amount"]) == ([], "14.95")
    assert guest.post(f"{path}complete/", {"expected_total": seen["totals"]["total"]}).status_code == 201


@pytest.mark.parametrize("code", ["REV3/A", "50% OFF", "A?B#C", "Ä", "."])
def test_problem_of_a_voucher_of_any_characters_says_how_to_take_it_out(code: str) -> None:
    voucher = make_voucher(code)
    guest, _ = guest_with((make_product(price="10.00"), 1))
    assert guest.post(PATH, {"code": code}).status_code == 200
    Voucher.objects.filter(pk=voucher.pk).update(end_datetime=voucher.start_datetime)
    [problem] = guest.get(CART).json()["problems"]
    answer = resolved(guest, problem)
    assert (answer.status_code, answer.json()["vouchers"], len(answer.json()["items"])) == (200, [], 1)


def test_voucher_of_the_cart_that_another_order_has_used_is_told_with_the_new_totals() -> None:
    make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    mug = make_product(price="10.00")
    guest, _ = guest_with((mug, 1))
    guest.post(PATH, {"code": "ONCE"})
    make_order(mug, vouchers=("ONCE",))
    for refused in (check_out(guest, "9.95"), check_out(guest, "9.95", vouchers=["NONE"])):
        assert (refused.status_code, refused.json()["code"]) == (422, "voucher_invalid")
    first = check_out(guest, "9.95").json()
    assert (first["codes"], first["totals"]) == (["ONCE"], guest.get(CART).json()["totals"])
    assert "errors" not in first
    assert first["totals"]["total"]["amount"] == "14.95"
    assert Order.objects.count() == 1


def second_code_of(voucher: Voucher, code: str) -> Voucher:
    second = make_voucher(code, usage=Voucher.SINGLE_USE)
    second.offers.set(voucher.offers.all())
    return second


def test_second_code_of_an_offer_is_refused() -> None:
    first = make_voucher("A1", usage=Voucher.SINGLE_USE)
    second_code_of(first, "A2")
    guest, _ = guest_with((make_product(price="10.00"), 1))
    assert guest.post(PATH, {"code": "A1"}).status_code == 200
    assert refusal(guest, "A2") == ("voucher_not_applicable", "taken", [])
    assert [each["voucher"] for each in guest.get(CART).json()["offers"]] == ["A1"]


@pytest.mark.parametrize("codes", [["B2", "A1"], ["A1", "B2"]])
def test_of_two_codes_of_an_offer_the_first_is_used_up(codes: list[str]) -> None:
    first = make_voucher("A1", usage=Voucher.SINGLE_USE)
    second_code_of(first, "B2")
    guest, _ = guest_with((make_product(price="10.00"), 1))
    assert guest.post(PATH, {"code": codes[0]}).status_code == 200
    assert check_out(guest, "9.95", vouchers=codes[1:]).status_code == 201
    assert VoucherApplication.objects.get().voucher.code == codes[0]


def uses(offer: ConditionalOffer, **counters: Any) -> None:
    ConditionalOffer.objects.filter(pk=offer.pk).update(**counters)


def test_voucher_whose_offer_is_used_up_says_so() -> None:
    guest, _ = guest_with((make_product(price="10.00"), 1))
    for code, limit in (("CAP", {"max_global_applications": 2}), ("BUDGET", {"max_discount": Decimal(5)})):
        offer = make_voucher(code).offers.get()
        uses(offer, **limit, num_applications=2, total_discount=Decimal(5))
        assert refusal(guest, code) == ("voucher_not_applicable", "used_up", [])


def test_cap_that_others_have_used_up_is_a_problem_of_the_cart() -> None:
    offer = make_voucher("TEN").offers.get()
    guest, _ = guest_with((make_product(price="10.00"), 1))
    guest.post(PATH, {"code": "TEN"})
    uses(offer, max_global_applications=2, num_applications=2)
    assert guest.get(CART).json()["problems"] == [IDLE]


def test_voucher_that_the_customer_has_used_so_often_says_so() -> None:
    user = make_user()
    offer = make_voucher("SAVE").offers.get()
    make_order(make_product(), user=user, vouchers=("SAVE",))
    uses(offer, max_user_applications=1)
    client = client_of(user)
    client.post(f"{CART}items/", {"product_id": make_product().pk})
    assert refusal(client, "SAVE") == ("voucher_not_applicable", "customer_limit", [])


def test_second_shipping_voucher_and_one_for_a_cart_that_is_free_say_so() -> None:
    for code in ("SHIP1", "SHIP2"):
        voucher_for(code, benefit="Shipping percentage", value=50)
    guest, _ = guest_with((make_product(price="10.00"), 1))
    assert guest.post(PATH, {"code": "SHIP1"}).status_code == 200
    assert refusal(guest, "SHIP2") == ("voucher_not_applicable", "taken", [])
    make_offer(100)
    make_voucher("HALF")
    assert refusal(guest, "HALF") == ("voucher_not_applicable", "taken", [])


def test_shipping_voucher_whose_goods_another_offer_has_used_says_so() -> None:
    ShippingMethod.objects.create(name="Post", price=4)
    make_offer(10, priority=9)
    voucher_for("SHIP", benefit="Shipping percentage", value=50)
    guest, _ = guest_with((make_product(price="10.00"), 1))
    assert refusal(guest, "SHIP") == ("voucher_not_applicable", "taken", [])


def test_shipping_voucher_waits_for_a_delivery_that_costs_something() -> None:
    ShippingMethod.objects.create(name="Bicycle", price=0)
    ShippingMethod.objects.create(name="Post", price=4)
    voucher_for("SHIP", benefit="Shipping percentage", value=50)
    mug = make_product(price="10.00")
    guest, _ = guest_with((mug, 1))
    added = guest.post(PATH, {"code": "SHIP"})
    assert (added.status_code, added.json()["problems"], added.json()["offers"]) == (200, [], [])
    explained = guest.get(f"{CART}explain/").json()["vouchers"]
    assert explained == [{"code": "SHIP", "applied": False, "reason": "waiting"}]
    assert check_out(guest, "10.00").status_code == 201
    assert not VoucherApplication.objects.exists()
    other, _ = guest_with((mug, 1))
    other.post(PATH, {"code": "SHIP"})
    assert check_out(other, "12.00", shipping_method="post").status_code == 201
    assert VoucherApplication.objects.get().order == Order.objects.latest("pk")


def test_shipping_voucher_is_used_by_who_is_brought_the_goods_and_not_by_who_collects_them() -> None:
    ShippingMethod.objects.create(name="Shop", kind="collect")
    ShippingMethod.objects.create(name="Post", price=4)
    voucher_for("SHIP", benefit="Shipping percentage", value=50)
    mug = make_product(price="10.00")
    collects, brought = guest_with((mug, 1))[0], guest_with((mug, 1))[0]
    for guest in (collects, brought):
        added = guest.post(PATH, {"code": "SHIP"}).json()
        assert [(offer["voucher"], offer["amount"]["amount"]) for offer in added["offers"]] == [("SHIP", "2.00")]
    assert check_out(collects, "10.00", shipping_method="shop").status_code == 201
    assert not VoucherApplication.objects.exists()
    assert check_out(brought, "12.00").status_code == 201
    assert VoucherApplication.objects.get().order == Order.objects.latest("pk")


def test_shipping_voucher_where_all_is_delivered_free_is_refused() -> None:
    ShippingMethod.objects.create(name="Post", price=4, free_over=5)
    voucher_for("SHIP", benefit="Shipping percentage", value=50)
    guest, _ = guest_with((make_product(price="10.00"), 1))
    assert refusal(guest, "SHIP") == ("voucher_not_applicable", "nothing_to_discount", [])
