"""What a cart would cost at a place, and why it costs what it costs."""

from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import ProductClass
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.shipping.models import ShippingMethod
from forked_apps.voucher.models import Voucher
from nexus_shop.markets.models import TaxRate
from tests.factories.http import new_client
from tests.factories.shop import make_country, make_offer, make_product, make_voucher
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

GBP = "GBP"


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": GBP}


def totals(items: str, discount: str, shipping: str, tax: str | None, total: str) -> dict[str, Any]:
    amounts = {"items": items, "discount": discount, "shipping": shipping, "tax": tax, "total": total}
    return {name: None if amount is None else money(amount) for name, amount in amounts.items()}


def guest_with(*products: Any, quantity: int = 1) -> APIClient:
    guest = new_client()
    items = [{"product_id": product.pk, "quantity": quantity} for product in products]
    answer = guest.put("/api/v1/cart/items/", {"items": items})
    guest.credentials(HTTP_X_CART_TOKEN=answer.headers["X-Cart-Token"])
    return guest


def make_method(name: str, *countries: str, **facts: Any) -> ShippingMethod:
    method: ShippingMethod = ShippingMethod.objects.create(name=name, **facts)
    method.countries.set(countries)
    return method


@pytest.fixture(autouse=True)
def _countries() -> None:
    make_country("US")
    make_country("GB")


def test_estimate_has_each_way_of_delivery_with_its_totals() -> None:
    make_method("Post", "GB", price="3.00")
    make_method("Courier", price="9.00", free_over="50.00")
    make_method("Shop", kind="collect", pickup_address="1 High Street")
    guest = guest_with(make_product(price="12.00"))

    body = guest.post("/api/v1/cart/estimate/", {"country": "US"}).json()

    assert body["is_served"] is True
    assert [(each["code"], each["totals"]["total"], each["needs_address"]) for each in body["shipping_methods"]] == [
        ("shop", money("12.00"), False),
        ("courier", money("21.00"), True),
    ]
    assert body["totals"] == totals("12.00", "0.00", "9.00", "3.50", "21.00")
    assert body["shipping_methods"][0]["pickup_address"] == "1 High Street"


def test_estimate_for_a_country_that_is_not_served_leaves_what_is_collected() -> None:
    make_method("Courier", price="9.00")
    make_method("Shop", kind="collect")
    make_country("FR", is_served=False)
    body = guest_with(make_product()).post("/api/v1/cart/estimate/", {"country": "FR"}).json()
    assert (body["is_served"], [each["code"] for each in body["shipping_methods"]]) == (False, ["shop"])


def test_estimate_says_whether_the_goods_get_there() -> None:
    make_method("Post", "GB", price="3.00")
    make_country("FR", is_served=False)
    make_country("DE")
    ProductClass.objects.create(name="Songs", requires_shipping=False, track_stock=False)
    mug, song = guest_with(make_product()), guest_with(make_product(product_class="Songs"))

    def estimated(client: APIClient, country: str) -> tuple[bool, list[str]]:
        body = client.post("/api/v1/cart/estimate/", {"country": country}).json()
        return body["is_served"], [each["code"] for each in body["shipping_methods"]]

    assert [estimated(mug, country) for country in ("GB", "DE", "FR")] == [(True, ["post"]), (False, []), (False, [])]
    make_method("Shop", kind="collect")
    assert estimated(mug, "GB") == (True, ["shop", "post"])
    assert estimated(mug, "DE") == estimated(mug, "FR") == (False, ["shop"])
    assert estimated(song, "DE") == estimated(song, "FR") == (True, ["no-shipping-required"])


def test_estimate_says_that_a_voucher_counts_no_more() -> None:
    make_voucher("SAVE")
    guest = guest_with(make_product())
    guest.post("/api/v1/cart/vouchers/", {"code": "SAVE"})
    Voucher.objects.update(start_datetime="2020-01-01T00:00:00Z", end_datetime="2020-01-02T00:00:00Z")
    body = guest.post("/api/v1/cart/estimate/", {"country": "US"}).json()
    assert [(each["code"], each["detail"]) for each in body["problems"]] == [("voucher_invalid", {"voucher": "SAVE"})]


def test_estimate_in_a_net_shop_knows_the_tax_that_the_cart_does_not(settings: Settings) -> None:
    settings.TAX_BY_ADDRESS, settings.PRICES_INCLUDE_TAX = True, False
    settings.SHIPPING_FLAT_PRICE = Decimal("5.00")
    TaxRate.objects.create(name="New York", country="US", state="NY", rate="0.08875")
    guest = guest_with(make_product(price="100.00"))

    assert guest.get("/api/v1/cart/").json()["totals"] == totals("100.00", "0.00", "5.00", None, "105.00")
    there = guest.post("/api/v1/cart/estimate/", {"country": "US", "state": "NY", "postcode": "10001"}).json()
    assert there["totals"] == totals("108.88", "0.00", "5.44", "9.32", "114.32")
    elsewhere = guest.post("/api/v1/cart/estimate/", {"country": "US", "state": "OR"}).json()
    assert elsewhere["totals"] == totals("100.00", "0.00", "5.00", "0.00", "105.00")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid_request"),
        ({"country": "usa"}, 400, "invalid_request"),
        ({"country": "ZZ"}, 404, "not_found"),
        ({"country": "US", "postcode": "1" * 17}, 400, "invalid_request"),
        ({"country": "US", "planet": "Mars"}, 400, "unknown_field"),
        ([], 400, "invalid_request"),
    ],
)
def test_estimate_refuses_what_is_no_place(body: Any, status: int, code: str) -> None:
    answer = guest_with(make_product()).post("/api/v1/cart/estimate/", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_estimate_of_an_unknown_cart_is_404() -> None:
    stranger = new_client()
    stranger.credentials(HTTP_X_CART_TOKEN="x" * 43)
    answer = stranger.post("/api/v1/cart/estimate/", {"country": "US"})
    assert (answer.status_code, answer.json()["code"]) == (404, "cart_not_found")


def offer_on(product: Any, *, condition: str, value: int, name: str, **facts: Any) -> ConditionalOffer:
    """Half off the products of a range that lists this one."""
    listed = Range.objects.create(name=f"Range of {name}")
    listed.add_product(product)
    made: ConditionalOffer = ConditionalOffer.objects.create(
        name=name,
        condition=Condition.objects.create(range=listed, type=condition, value=value),
        benefit=Benefit.objects.create(range=listed, type="Percentage", value=50),
        **facts,
    )
    return made


def test_explanation_says_why_each_offer_does_or_does_not_apply() -> None:
    mug, plate = make_product(price="10.00"), make_product(price="4.00")
    offer_on(mug, condition="Count", value=2, name="Two mugs", priority=9)
    offer_on(mug, condition="Count", value=5, name="Five mugs")
    offer_on(mug, condition="Value", value=50, name="Mugs for fifty")
    offer_on(mug, condition="Coverage", value=3, name="Three kinds")
    offer_on(mug, condition="Count", value=1, name="Any mug", priority=1)
    offer_on(plate, condition="Count", value=1, name="A plate")
    offer_on(mug, condition="Count", value=1, name="Used up", max_global_applications=1)
    ConditionalOffer.objects.filter(name="Used up").update(num_applications=1)
    guest = guest_with(mug, quantity=2)

    body = guest.get("/api/v1/cart/explain/").json()

    found = {offer["name"]: offer for offer in body["offers"]}
    assert {name: offer["reason"] for name, offer in found.items()} == {
        "Two mugs": "applied",
        "Five mugs": "condition",
        "Mugs for fifty": "condition",
        "Three kinds": "condition",
        "Any mug": "taken",
        "A plate": "condition",
        "Used up": "used_up",
    }
    assert body["offers"][0]["name"] == "Two mugs"
    assert (found["Two mugs"]["amount"], found["Two mugs"]["applications"]) == (money("10.00"), 1)
    assert found["Five mugs"]["missing"] == {"quantity": 3, "amount": None}
    assert found["Mugs for fifty"]["missing"] == {"quantity": None, "amount": money("30.00")}
    assert found["Three kinds"]["missing"] == {"quantity": 2, "amount": None}
    assert found["Five mugs"]["message"] == "Buy 3 more products from Range of Five mugs"


def test_offer_on_goods_that_are_not_in_the_cart_has_nothing_to_discount() -> None:
    mug, plate = make_product(price="10.00"), make_product(price="4.00")
    for name, benefit in (("A plate for nothing", Benefit.PERCENTAGE), ("Both for five", Benefit.FIXED_PRICE)):
        offer = offer_on(mug, condition="Count", value=1, name=name)
        plates = Range.objects.create(name=f"Plates of {name}")
        plates.add_product(plate)
        Benefit.objects.filter(pk=offer.benefit_id).update(type=benefit, range=plates, value=5)
        offer.save()  # carts take the offer anew
    make_offer(10, name="Ten off", priority=9)
    guest = guest_with(mug)

    body = guest.get("/api/v1/cart/explain/").json()

    assert {offer["name"]: offer["reason"] for offer in body["offers"]} == {
        "Ten off": "applied",
        "Both for five": "taken",
        "A plate for nothing": "nothing_to_discount",
    }
    voucher = make_voucher("PLATE")
    voucher.offers.set(ConditionalOffer.objects.filter(name="A plate for nothing"))
    ConditionalOffer.objects.filter(name="A plate for nothing").update(offer_type=ConditionalOffer.VOUCHER)
    refused = guest.post("/api/v1/cart/vouchers/", {"code": "PLATE"})
    assert (refused.json()["code"], refused.json()["reason"]) == ("voucher_not_applicable", "nothing_to_discount")


def shipping_offer(name: str, **facts: Any) -> ConditionalOffer:
    """Free delivery from the first piece on."""
    offer = make_offer(name=name, **facts)
    Benefit.objects.filter(pk=offer.benefit_id).update(type=Benefit.SHIPPING_PERCENTAGE, value=100, range=None)
    offer.save()  # carts take the offer anew
    return offer


def test_explanation_of_shipping_offers() -> None:
    make_method("Post", price="4.00")
    shipping_offer("Free delivery")
    guest = guest_with(make_product(price="10.00"))

    def explained() -> tuple[str, dict[str, str]]:
        body = guest.get("/api/v1/cart/explain/").json()
        shipping = guest.get("/api/v1/cart/").json()["totals"]["shipping"]["amount"]
        return shipping, {offer["name"]: offer["reason"] for offer in body["offers"]}

    assert explained() == ("0.00", {"Free delivery": "applied"})
    shipping_offer("Another", exclusive=False)
    assert explained() == ("0.00", {"Free delivery": "applied", "Another": "taken"})
    make_offer(10, name="Ten off", priority=9)
    assert explained() == ("4.00", {"Ten off": "applied", "Free delivery": "taken", "Another": "taken"})
    ShippingMethod.objects.update(price=0)
    ConditionalOffer.objects.get(name="Ten off").suspend()
    assert explained() == ("0.00", {"Free delivery": "nothing_to_discount", "Another": "nothing_to_discount"})


def test_explanation_of_vouchers_taxes_and_delivery(settings: Settings) -> None:
    settings.TAX_BY_ADDRESS = True
    TaxRate.objects.create(name="VAT", country="GB", rate="0.2")
    make_method("Post", "GB", price="3.00", free_over="50.00")
    make_method("Courier", price="9.00")
    guest = guest_with(make_product(price="12.00"))

    body = guest.get("/api/v1/cart/explain/?country=US").json()

    assert body["taxes"][-1] == {"item": None, "rate": "0", "rule": None}
    assert [(each["code"], each["reason"]) for each in body["shipping"]] == [
        ("courier", "applied"),
        ("post", "country"),
    ]
    home = guest.get("/api/v1/cart/explain/").json()
    assert home["taxes"][-1] == {"item": None, "rate": "0.2", "rule": "VAT"}
    assert [(each["code"], each["reason"], each["to_free"]) for each in home["shipping"]] == [
        ("courier", "available", None),
        ("post", "applied", money("38.00")),
    ]
    assert home["vouchers"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_prices_are_asked_in_a_fixed_number_of_statements(count: int) -> None:
    for number in range(count):
        make_method(f"Way {number}", price="3.00")
        make_offer(5)
    guest = guest_with(*(make_product() for _ in range(count)))
    guest.get("/api/v1/cart/")
    estimating, _ = statements_of(lambda: guest.post("/api/v1/cart/estimate/", {"country": "US"}))
    explaining, _ = statements_of(lambda: guest.get("/api/v1/cart/explain/"))
    assert (len(estimating), len(explaining)) == (4, 2)


def test_voucher_of_the_cart_is_explained() -> None:
    mug = make_product(price="10.00")
    guest = guest_with(mug)
    from forked_apps.basket.models import Basket

    Basket.objects.get().vouchers.add(make_voucher("HALF"))
    body = guest.get("/api/v1/cart/explain/").json()
    assert body["vouchers"] == [{"code": "HALF", "applied": True, "reason": "applied"}]
    assert [(offer["voucher"], offer["amount"]) for offer in body["offers"]] == [("HALF", money("5.00"))]
