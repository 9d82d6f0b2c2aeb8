"""Taxes and ways of delivery at checkout, in net and gross shops: what is shown is what is ordered, and adds up."""

from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.address.models import Country
from forked_apps.catalogue.models import Product, ProductClass
from forked_apps.order.models import Line, LinePrice, Order
from forked_apps.shipping.models import ShippingMethod
from nexus_shop.markets.models import TaxRate
from tests.factories.http import new_client
from tests.factories.shop import ADDRESS_JSON, make_country, make_offer, make_product

pytestmark = pytest.mark.django_db

US = ADDRESS_JSON
NEW_YORK = US | {"state": "NY", "line4": "New York", "postcode": "10001"}
GB = {"first_name": "Ann", "line1": "1 High St", "line4": "London", "postcode": "N1 9GU", "country": "GB"}
DE = {"first_name": "Ann", "line1": "Hauptstr. 1", "line4": "Berlin", "postcode": "10115", "country": "DE"}


@pytest.fixture(autouse=True)
def _shop(settings: Settings) -> None:
    settings.TAX_BY_ADDRESS = True
    for code in ("US", "GB", "DE"):
        make_country(code)
    for facts in (
        {"country": "GB", "rate": "0.20"},
        {"country": "GB", "product_class": "books", "rate": "0"},
        {"country": "DE", "rate": "0.19"},
        {"country": "DE", "product_class": "books", "rate": "0.07"},
        {"country": "US", "state": "CA", "rate": "0.0725"},
    ):
        TaxRate.objects.create(name="Tax", **facts)


@pytest.fixture
def _net(settings: Settings) -> None:
    settings.PRICES_INCLUDE_TAX = settings.OSCAR_OFFERS_INCL_TAX = False


net = pytest.mark.usefixtures("_net")


def cart_of(*products: Product, quantity: int = 2) -> APIClient:
    client = new_client()
    answer = client.put(
        "/api/v1/cart/items/", {"items": [{"product_id": product.pk, "quantity": quantity} for product in products]}
    )
    client.credentials(HTTP_X_CART_TOKEN=answer.headers["X-Cart-Token"])
    return client


def amounts(totals: dict[str, Any]) -> tuple[str | None, ...]:
    """(items, shipping, tax, total)."""
    return tuple(totals[name] and totals[name]["amount"] for name in ("items", "shipping", "tax", "total"))


def check_out(client: APIClient, **said: Any) -> tuple[str | None, ...]:
    """The totals that the steps show, which are those of the order; its rows add up to them."""
    path = f"/api/v1/checkouts/{client.post('/api/v1/checkouts/').json()['id']}/"
    shown = client.patch(path, {"email": "ann@example.com"} | said)
    assert (shown.status_code, shown.json().get("missing")) == (200, []), shown.json()
    placed = client.post(f"{path}complete/", {"expected_total": shown.json()["totals"]["total"]})
    assert placed.status_code == 201, placed.json()
    assert placed.json()["totals"] == shown.json()["totals"]
    rows_add_up(placed.json())
    return amounts(placed.json()["totals"])


def rows_add_up(body: dict[str, Any]) -> None:
    order = Order.objects.get(handle=body["id"])
    lines = list(Line.objects.filter(order=order))
    assert order.total_incl_tax == order.shipping_incl_tax + sum(line.line_price_incl_tax for line in lines)
    assert order.total_excl_tax == order.shipping_excl_tax + sum(line.line_price_excl_tax for line in lines)
    assert Decimal(body["totals"]["tax"]["amount"]) == order.total_incl_tax - order.total_excl_tax
    for line in lines:
        units = list(LinePrice.objects.filter(line=line))
        assert sum(unit.quantity for unit in units) == line.quantity
        assert sum(unit.quantity * unit.price_incl_tax for unit in units) == line.line_price_incl_tax
        assert sum(unit.quantity * unit.price_excl_tax for unit in units) == line.line_price_excl_tax
    for item in body["items"]:
        for price in (item["unit_price"], item["total"]):
            assert Decimal(price["net"]) + Decimal(price["tax"]) == Decimal(price["gross"])


@net
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (GB, ("24.00", "5.94", "4.99", "29.94")),
        (DE, ("23.80", "5.89", "4.74", "29.69")),
        (US, ("21.46", "5.31", "1.81", "26.77")),
        (NEW_YORK, ("20.00", "4.95", "0.00", "24.95")),
    ],
)
def test_net_shop_adds_the_tax_of_the_place(address: Any, expected: Any) -> None:
    client = cart_of(make_product())
    assert amounts(client.get("/api/v1/cart/").json()["totals"]) == ("20.00", "4.95", None, "24.95")
    assert check_out(client, shipping_address=address) == expected


@pytest.mark.parametrize(("address", "tax"), [(GB, "4.16"), (DE, "3.98"), (US, "1.68"), (NEW_YORK, "0.00")])
def test_gross_shop_charges_everybody_the_same(address: Any, tax: str) -> None:
    client = cart_of(make_product())
    assert amounts(client.get("/api/v1/cart/").json()["totals"]) == ("20.00", "4.95", "4.16", "24.95")
    assert check_out(client, shipping_address=address) == ("20.00", "4.95", tax, "24.95")


@net
@pytest.mark.parametrize(
    ("address", "expected"),
    [(GB, ("44.00", "5.94", "4.99", "49.94")), (DE, ("45.20", "5.89", "6.14", "51.09"))],
)
def test_net_shop_has_rates_for_product_classes(address: Any, expected: Any) -> None:
    client = cart_of(make_product(), make_product(product_class="Books"))
    assert check_out(client, shipping_address=address) == expected


@net
def test_net_shop_with_offers_adds_up(settings: Settings) -> None:
    make_offer(15)
    client = cart_of(
        *(make_product(price=price, product_class="Books") for price in ("3.33", "0.99", "7.77")), quantity=3
    )
    items, shipping, tax, total = check_out(client, shipping_address=DE)
    assert (items, shipping, tax, total) == ("38.79", "5.89", "3.10", "38.84")


@net
def test_taxes_follow_a_changed_address() -> None:
    client = cart_of(make_product())
    path = f"/api/v1/checkouts/{client.post('/api/v1/checkouts/').json()['id']}/addresses/"
    totals = [
        amounts(client.put(path, {"shipping_address": address}).json()["totals"]) for address in (DE, None, NEW_YORK)
    ]
    assert [(tax, total) for _, _, tax, total in totals] == [("4.74", "29.69"), (None, "24.95"), ("0.00", "24.95")]


# Ways of delivery


def method(name: str, **facts: Any) -> ShippingMethod:
    countries = facts.pop("countries", ())
    bands = facts.pop("bands", ())
    made: ShippingMethod = ShippingMethod.objects.create(name=name, **facts)
    made.countries.set(Country.objects.filter(pk__in=countries))
    for upper_limit, charge in bands:
        made.bands.create(upper_limit=upper_limit, charge=charge)
    return made


@pytest.mark.parametrize(
    ("facts", "charge"),
    [
        ({"price": "3.00", "price_per_item": "0.50"}, "4.00"),
        ({"kind": "weight", "default_weight": "1.5", "bands": [("2", "2.50"), ("5", "6.00")]}, "6.00"),
        ({"kind": "total", "bands": [("10", "9.00"), ("30", "1.00")]}, "1.00"),
        ({"price": "9.00", "free_over": "20.00"}, "0.00"),
        ({"price": "9.00", "countries": ["DE", "GB"]}, "9.00"),
        ({"price": "9.00", "countries": ["DE"], "postcodes": "10, 12"}, "9.00"),
    ],
)
def test_delivery_is_charged_as_its_method_says(facts: dict[str, Any], charge: str) -> None:
    code = method("Parcel", **facts).code
    shown = check_out(cart_of(make_product()), shipping_address=DE, shipping_method=code)
    assert shown[1] == charge


@net
@pytest.mark.parametrize(
    ("facts", "charge"),
    [
        ({"price": "3.00", "price_per_item": "0.50"}, "4.76"),
        ({"kind": "weight", "default_weight": "1.5", "bands": [("2", "2.50"), ("5", "6.00")]}, "7.14"),
        ({"price": "9.00", "free_over": "20.00"}, "0.00"),
    ],
)
def test_delivery_of_a_net_shop_is_taxed(facts: dict[str, Any], charge: str) -> None:
    code = method("Parcel", **facts).code
    assert check_out(cart_of(make_product()), shipping_address=DE, shipping_method=code)[1] == charge


def refused(client: APIClient, **said: Any) -> tuple[int, str, str]:
    """Why `checkout/` does not take it; nothing is ordered."""
    body = {"email": "ann@example.com", "expected_total": {"amount": "24.95", "currency": "GBP"}} | said
    answer = client.post("/api/v1/checkout/", body)
    assert not Order.objects.exists()
    return answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]


def test_method_that_does_not_serve_the_place() -> None:
    code = method("Local", countries=["GB"]).code
    method("Abroad", price="30.00")
    client = cart_of(make_product())
    said = {"shipping_address": DE, "shipping_method": code}
    assert refused(client, **said) == (422, "shipping_method_unknown", "/shipping_method")
    path = f"/api/v1/checkouts/{client.post('/api/v1/checkouts/').json()['id']}/"
    client.patch(path, {"email": "ann@example.com", "shipping_address": GB, "shipping_method": code})
    moved = client.put(f"{path}addresses/", {"shipping_address": DE}).json()
    assert ([each["code"] for each in moved["problems"]], moved["missing"]) == (
        ["shipping_method_unknown"],
        ["shipping_method"],
    )
    assert moved["totals"]["shipping"]["amount"] == "30.00"
    assert [each["name"] for each in moved["shipping_methods"]] == ["Abroad"]


def test_country_that_is_not_served() -> None:
    make_country("DE", is_served=False)
    assert refused(cart_of(make_product()), shipping_address=DE) == (
        *(422, "country_not_served"),
        "/shipping_address/country",
    )


# Click and collect, and what is not shipped


@net
def test_collected_goods_are_taxed_at_home_or_where_the_bill_goes() -> None:
    code = method("Shop", kind="collect", pickup_address="1 High St").code
    method("Parcel", price="4.00")
    mug = make_product()
    assert check_out(cart_of(mug), shipping_method=code) == ("24.00", "0.00", "4.00", "24.00")
    billed = check_out(cart_of(mug), shipping_method=code, billing_address=DE)
    assert billed == ("23.80", "0.00", "3.80", "23.80")
    assert Order.objects.filter(shipping_address=None).count() == 2


def test_collected_goods_of_a_gross_shop() -> None:
    code = method("Shop", kind="collect").code
    assert check_out(cart_of(make_product()), shipping_method=code) == ("20.00", "0.00", "3.33", "20.00")


@net
def test_collecting_that_nobody_has_chosen_leaves_the_tax_unknown() -> None:
    method("Shop", kind="collect")
    client = cart_of(make_product())
    assert client.get("/api/v1/cart/").json()["totals"]["tax"] is None
    assert refused(client) == (422, "billing_address_required", "/billing_address")


@net
def test_digital_goods_are_taxed_where_the_bill_goes() -> None:
    ProductClass.objects.create(name="Songs", requires_shipping=False, track_stock=False)
    client = cart_of(make_product(product_class="Songs"))
    assert refused(client) == (422, "billing_address_required", "/billing_address")
    opened = client.post("/api/v1/checkouts/").json()
    assert opened["missing"] == ["email", "billing_address"]
    assert check_out(client, billing_address=DE) == ("23.80", "0.00", "3.80", "23.80")


@net
def test_goods_to_be_shipped_need_an_address() -> None:
    assert refused(cart_of(make_product()), billing_address=DE) == (
        *(422, "shipping_address_required"),
        "/shipping_address",
    )
