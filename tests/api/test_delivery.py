"""Ways of delivery that do not take the goods, or not there: the cart is read, no order is taken."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.offer.models import Benefit, ConditionalOffer
from forked_apps.order.models import Order
from forked_apps.shipping.models import ShippingBand, ShippingMethod
from tests.factories.carts import guest_with as guest_and_token
from tests.factories.http import client_of
from tests.factories.shop import ADDRESS_JSON, make_country, make_offer, make_product, make_user

pytestmark = pytest.mark.django_db
API = "/api/v1/"
US = ADDRESS_JSON
GB = {**ADDRESS_JSON, "country": "GB", "state": "", "postcode": "SW1A 1AA"}


@pytest.fixture(autouse=True)
def _countries() -> None:
    for code in ("US", "GB"):
        make_country(code)
    make_country("AF", is_served=False)


def guest_with(*products: Any) -> APIClient:
    """A guest whose cart holds one of each."""
    return guest_and_token(*((product, 1) for product in products))[0]


def method(name: str, *, countries: tuple[str, ...] = (), bands: tuple[tuple[str, str], ...] = (), **facts: Any) -> str:
    made = ShippingMethod.objects.create(name=name, **facts)
    made.countries.set(countries)
    for limit, charge in bands:
        ShippingBand.objects.create(method=made, upper_limit=limit, charge=charge)
    return str(made.code)


def amount(money: Any) -> str | None:
    return None if money is None else money["amount"]


def gbp(text: str) -> dict[str, str]:
    return {"amount": text, "currency": "GBP"}


def order_of(client: APIClient, total: str, **said: Any) -> Any:
    body = {"email": "ann@example.com", "expected_total": gbp(total), "shipping_address": US} | said
    return client.post(f"{API}checkout/", body)


def test_cart_above_every_band_is_read_and_not_ordered() -> None:
    method("By total", kind="total", bands=(("20.00", "2.00"),))
    dear = make_product(price="56.00")
    guest = guest_with(dear)
    cart = guest.get(f"{API}cart/").json()
    assert {name: amount(money) for name, money in cart["totals"].items()} == {
        "items": "56.00",
        "discount": "0.00",
        "shipping": None,
        "tax": "9.33",
        "total": "56.00",
    }
    assert guest.get(f"{API}cart/shipping-methods/").json() == []
    assert guest.get(f"{API}basket/shipping-methods/").json() == []
    explained = guest.get(f"{API}cart/explain/").json()
    assert [(each["applied"], each["reason"]) for each in explained["shipping"]] == [(False, "total")]
    estimated = guest.post(f"{API}cart/estimate/", {"country": "US"}).json()
    assert (estimated["shipping_methods"], estimated["totals"]["shipping"]) == ([], None)
    grown = guest.post(f"{API}cart/items/", {"product_id": dear.pk})
    assert (grown.status_code, grown.json()["totals"]["total"]) == (200, gbp("112.00"))
    assert guest.get(f"{API}products/{dear.pk}/price/?quantity=4").json()["total"]["gross"] == "224.00"
    opened = guest.post(f"{API}checkouts/").json()
    assert opened["totals"]["shipping"] is None
    assert "shipping_method" in opened["missing"]
    assert [problem["code"] for problem in opened["problems"]] == ["shipping_method_unknown"]
    path = f"{API}checkouts/{opened['id']}/"
    guest.patch(path, {"email": "ann@example.com", "shipping_address": US})
    refusals = [
        order_of(guest, "112.00"),
        guest.post(f"{path}complete/", {"expected_total": gbp("112.00")}),
        client_of(make_user()).post(f"{API}orders/", one_shot(dear)),
    ]
    for refused in refusals:
        assert (refused.status_code, refused.json()["code"]) == (422, "shipping_method_unknown")
        assert refused.json()["errors"][0]["pointer"] == "/shipping_method"
    assert not Order.objects.exists()


def one_shot(product: Any, **said: Any) -> dict[str, Any]:
    """The body of an order without a cart."""
    items = [{"product_id": product.pk, "quantity": 1}]
    return {"items": items, "shipping_address": US} | said


@pytest.mark.parametrize("zone", [{"countries": ("GB",)}, {"postcodes": "SW1,EC2"}])
def test_nothing_is_ordered_to_a_place_that_no_method_serves(zone: dict[str, Any]) -> None:
    method("Local", price="3.00", **zone)
    mug = make_product(price="10.00")
    guest = guest_with(mug)
    assert order_of(guest, "13.00").json()["code"] == "shipping_method_unknown"
    assert client_of(make_user()).post(f"{API}orders/", one_shot(mug)).json()["code"] == "shipping_method_unknown"
    opened = guest.post(f"{API}checkouts/").json()
    path = f"{API}checkouts/{opened['id']}/"
    seen = guest.patch(path, {"email": "ann@example.com", "shipping_address": US}).json()
    assert seen["missing"] == ["shipping_method"]
    refused = guest.post(f"{path}complete/", {"expected_total": seen["totals"]["total"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "shipping_method_unknown")
    explained = guest.get(f"{API}cart/explain/?country=US&postcode=10001").json()
    assert [each["applied"] for each in explained["shipping"]] == [False]
    assert not Order.objects.exists()
    assert order_of(guest, "13.00", shipping_address=GB).status_code == 201


def test_country_that_the_shop_does_not_serve_is_named_before_its_methods() -> None:
    method("Local", price="3.00", countries=("GB",))
    refused = order_of(guest_with(make_product()), "13.00", shipping_address={**US, "country": "AF"})
    assert refused.json()["code"] == "country_not_served"


def test_goods_with_an_address_are_collected_only_where_that_is_chosen() -> None:
    method("Parcel", price="7.00")
    collect = method("Shop", kind="collect", pickup_address="1 High Street")
    mug = make_product(price="10.00")
    placed = client_of(make_user()).post(f"{API}orders/", one_shot(mug)).json()
    assert (placed["shipping_method"]["code"], placed["totals"]["total"]) == ("parcel", gbp("17.00"))
    guest = guest_with(mug)
    opened = guest.post(f"{API}checkouts/").json()
    assert guest.get(f"{API}cart/").json()["totals"] == opened["totals"]
    assert (opened["totals"]["total"], opened["missing"]) == (gbp("17.00"), ["email", "shipping_address"])
    path = f"{API}checkouts/{opened['id']}/"
    seen = guest.patch(path, {"email": "ann@example.com", "shipping_address": US}).json()
    assert (seen["totals"]["total"], seen["missing"]) == (gbp("17.00"), [])
    assert guest.post(f"{API}cart/estimate/", {"country": "US"}).json()["totals"]["total"] == gbp("17.00")
    completed = guest.post(f"{path}complete/", {"expected_total": gbp("17.00")})
    assert completed.json()["shipping_method"]["code"] == "parcel"
    assert order_of(guest_with(mug), "10.00", shipping_method=collect).status_code == 201
    fetched = {"email": "ann@example.com", "expected_total": gbp("10.00"), "shipping_method": collect}
    billed = guest_with(mug).post(f"{API}checkout/", fetched | {"billing_address": US})
    assert billed.json()["shipping_method"]["code"] == collect


@pytest.mark.parametrize("includes_tax", [True, False])
@pytest.mark.parametrize("said", [{}, {"billing_address": US}, {"billing_address": GB}])
def test_goods_without_an_address_are_not_collected_unasked(
    settings: Settings, said: dict[str, Any], includes_tax: bool
) -> None:
    settings.TAX_BY_ADDRESS, settings.PRICES_INCLUDE_TAX = not includes_tax, includes_tax
    method("Parcel", price="7.00", countries=("GB",))
    method("Shop", kind="collect")
    mug = make_product(price="10.00")
    guest = guest_with(mug)
    path = f"{API}checkouts/{guest.post(f'{API}checkouts/').json()['id']}/"
    seen = guest.patch(path, {"email": "ann@example.com"} | said).json()
    assert seen["missing"] == ["shipping_address"]
    assert {each["code"] for each in seen["shipping_methods"]} == {"parcel", "shop"}
    one_call = {"email": "ann@example.com", "expected_total": seen["totals"]["total"]} | said
    for refused in (
        guest.post(f"{path}complete/", {"expected_total": seen["totals"]["total"]}),
        guest.post(f"{API}checkout/", one_call),
        client_of(make_user()).post(f"{API}orders/", {"items": one_shot(mug)["items"]} | said),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, "shipping_address_required")
        assert refused.json()["errors"][0]["pointer"] == "/shipping_address"
    assert not Order.objects.exists()
    fetched = guest.patch(path, {"shipping_method": "shop"}).json()
    assert (fetched["missing"], fetched["totals"]["shipping"]) == ([], gbp("0.00"))
    done = guest.post(f"{path}complete/", {"expected_total": fetched["totals"]["total"]})
    assert (done.status_code, done.json()["shipping_address"]) == (201, None)


def test_shop_that_brings_nothing_lets_goods_be_collected_unasked() -> None:
    shop = method("Shop", kind="collect")
    body = {"email": "ann@example.com", "expected_total": gbp("10.00")}
    placed = guest_with(make_product(price="10.00")).post(f"{API}checkout/", body)
    assert (placed.status_code, placed.json()["shipping_method"]["code"]) == (201, shop)


def test_goods_with_an_address_that_nobody_delivers_to_are_collected() -> None:
    method("Local", price="3.00", countries=("GB",))
    collect = method("Shop", kind="collect", pickup_address="1 High Street")
    placed = order_of(guest_with(make_product(price="10.00")), "10.00")
    assert (placed.status_code, placed.json()["shipping_method"]["code"]) == (201, collect)


def test_country_that_is_not_served_is_priced_as_collected() -> None:
    method("Post", price="4.00")
    method("Shop", kind="collect")
    guest = guest_with(make_product(price="10.00"))
    estimated = guest.post(f"{API}cart/estimate/", {"country": "AF"}).json()
    assert (estimated["is_served"], [each["code"] for each in estimated["shipping_methods"]]) == (False, ["shop"])
    assert estimated["totals"] == estimated["shipping_methods"][0]["totals"]
    assert (estimated["totals"]["shipping"], estimated["totals"]["total"]) == (gbp("0.00"), gbp("10.00"))
    explained = guest.get(f"{API}cart/explain/?country=AF").json()
    assert explained["totals"] == estimated["totals"]
    assert {each["code"]: each["reason"] for each in explained["shipping"]} == {"post": "country", "shop": "applied"}
    assert [each["code"] for each in guest.get(f"{API}cart/shipping-methods/?country=AF").json()] == ["shop"]
    there = {**GB, "country": f"http://testserver{API}countries/AF/"}
    assert [each["code"] for each in guest.post(f"{API}basket/shipping-methods/", there).json()] == ["shop"]


def test_method_that_would_leave_the_lines_too_dear_for_it_is_not_priced() -> None:
    method("Shop", kind="collect")
    method("By total", kind="total", bands=(("9.50", "2.00"),))
    make_offer(10)
    free = make_offer(50, priority=1)
    Benefit.objects.filter(pk=free.benefit_id).update(type="Shipping percentage", range=None)
    free.save()
    guest = guest_with(make_product(price="10.00"))
    assert guest.get(f"{API}cart/").json()["totals"]["total"] == gbp("9.00")
    assert [each["code"] for each in guest.get(f"{API}basket/shipping-methods/").json()] == ["shop"]


def test_delivery_is_free_from_its_limit_on_though_it_is_above_every_band() -> None:
    method("By total", kind="total", free_over="50.00", bands=(("20.00", "2.00"), ("50.00", "4.00")))
    guest = guest_with(make_product(price="56.00"))
    [offered] = guest.get(f"{API}cart/shipping-methods/").json()
    assert (offered["code"], offered["price"]["gross"]) == ("by-total", "0.00")
    assert order_of(guest, "56.00").status_code == 201


def test_explanation_of_a_country_that_is_not_served_or_unknown() -> None:
    guest = guest_with(make_product())
    [flat] = guest.get(f"{API}cart/explain/?country=AF").json()["shipping"]
    assert (flat["applied"], flat["reason"], flat["charge"]) == (False, "country", None)
    unknown = guest.get(f"{API}cart/explain/?country=XX")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert unknown.json()["errors"][0]["parameter"] == "country"


def test_free_delivery_uses_no_shipping_offer() -> None:
    method("Post", price="3.00", free_over="50.00")
    offer = make_offer(100, max_global_applications=5)
    offer.benefit.type = "Shipping percentage"
    offer.benefit.range = None
    offer.benefit.save()
    guest = guest_with(make_product(price="56.00"))
    assert guest.get(f"{API}cart/").json()["offers"] == []
    assert order_of(guest, "56.00").status_code == 201
    assert ConditionalOffer.objects.get().num_applications == 0
    order_of(guest_with(make_product(price="10.00")), "10.00")
    assert ConditionalOffer.objects.get().num_applications == 1
