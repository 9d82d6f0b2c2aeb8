"""A storefront that was written for oscarapi: its paths, verbs and field names, and nothing else."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.basket.models import Basket
from forked_apps.catalogue.models import Option, Product
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.order.models import Order
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_country, make_product, make_user, make_voucher, stock_of

pytestmark = pytest.mark.django_db
API = "http://testserver/api/v1"
ADDRESS = {
    "country": f"{API}/countries/US/",
    "first_name": "Henk",
    "last_name": "Van den Heuvel",
    "line1": "1 Main St",
    "line2": "",
    "line3": "",
    "line4": "Beverly Hills",
    "notes": "Niet STUK MAKEN OK!!!!",
    "phone_number": "+31 26 370 4887",
    "postcode": "90210",
    "state": "CA",
    "title": "Mr",
}


def add_product(client: APIClient, product: Product, quantity: int = 1, **more: Any) -> Any:
    """What oscarapi's documentation sends."""
    body = {"url": f"{API}/products/{product.pk}/", "quantity": quantity, **more}
    return client.post("/api/v1/basket/add-product/", body)


def as_guest() -> APIClient:
    """A guest takes the token of the first write along."""
    client = new_client()
    token = client.post("/api/v1/baskets/").headers["X-Cart-Token"]
    client.credentials(HTTP_X_CART_TOKEN=token)
    return client


def as_login() -> APIClient:
    return client_of(make_user("henk@example.com", first_name="Henk", last_name="Van den Heuvel"))


def fill(client: APIClient) -> Any:
    """Two mugs from the list of products, and a voucher; the basket then."""
    listed = client.get("/api/v1/products/").json()["results"][0]
    added = client.post("/api/v1/basket/add-product/", {"url": listed["url"], "quantity": 2})
    assert added.status_code == 200
    basket = added.json()
    assert (basket["total_incl_tax"], basket["total_excl_tax"], basket["total_tax"]) == ("24.00", "20.00", "4.00")
    assert (basket["currency"], basket["status"], basket["is_tax_known"]) == ("GBP", "Open", True)
    assert basket["totals"]["total"] == {"amount": "28.95", "currency": "GBP"}
    lines = client.get(basket["lines"]).json()
    assert [(line["product"], line["quantity"], line["price_incl_tax"]) for line in lines] == [
        (listed["url"], 2, "24.00")
    ]
    voucher = client.post("/api/v1/basket/add-voucher/", {"vouchercode": "save"})
    assert voucher.status_code == 200
    assert set(voucher.json()) >= {"name", "code", "start_datetime", "end_datetime"}
    basket = client.get("/api/v1/basket/").json()
    assert (basket["total_incl_tax"], basket["total_incl_tax_excl_discounts"]) == ("12.00", "24.00")
    discount = basket["voucher_discounts"][0]
    assert (discount["amount"], discount["voucher"]["code"], basket["offer_discounts"]) == ("12.00", "SAVE", [])
    return basket


def charge_of_delivery(client: APIClient) -> Any:
    """The price of the one method."""
    methods = client.post("/api/v1/basket/shipping-methods/", ADDRESS).json()
    assert methods == client.get("/api/v1/basket/shipping-methods/").json()
    assert (methods[0]["code"], methods[0]["is_discounted"]) == ("flat-rate", False)
    charge = methods[0]["price"]
    assert (charge["incl_tax"], charge["gross"]) == ("4.95", "4.95")
    return charge


@pytest.mark.parametrize("shopper", [as_guest, as_login])
def test_from_product_to_order(shopper: Any) -> None:
    make_country("US")
    make_voucher("SAVE")
    mug = make_product("Mug", price="12.00", stock=10)
    client = shopper()
    basket = fill(client)
    charge = charge_of_delivery(client)

    body = {
        "basket": f"http://testserver{basket['url']}",
        "guest_email": "henk@example.com",
        "total": "16.95",
        "shipping_method_code": "flat-rate",
        "shipping_charge": {name: charge[name] for name in ("currency", "excl_tax", "tax")},
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS | {"country": "US", "title": "", "first_name": "Jos"},
    }
    placed = client.post("/api/v1/checkout/", body)
    assert placed.status_code == 200, placed.content
    order = placed.json()
    assert (order["total_incl_tax"], order["shipping_incl_tax"]) == ("16.95", "4.95")
    assert (order["total_excl_tax"], order["shipping_excl_tax"]) == ("14.12", charge["excl_tax"])
    assert (order["email"], order["shipping_code"], order["status"]) == ("henk@example.com", "flat-rate", "pending")
    assert order["voucher_discounts"] == [{"name": "Half with SAVE", "amount": "12.00", "voucher": "SAVE"}]
    assert order["shipping_address"]["country"] == "/api/v1/countries/US/"
    assert order["billing_address"]["first_name"] == "Jos"
    assert [(line["quantity"], line["price_incl_tax"]) for line in order["lines"]] == [(2, "12.00")]
    assert client.get(order["url"]).json()["number"] == order["number"]
    row = Order.objects.get()
    assert (row.shipping_address.title, row.shipping_address.notes) == ("Mr", "Niet STUK MAKEN OK!!!!")
    assert stock_of(mug) == (10, 2)

    again = client.post("/api/v1/checkout/", body)
    assert (again.status_code, again.json()["id"]) == (200, order["id"])
    assert Order.objects.count() == 1
    assert client.get("/api/v1/baskets/").json() == []


def test_first_product_makes_the_cart_and_hands_the_token_out_once() -> None:
    client = new_client()
    assert client.get("/api/v1/basket/").json()["id"] is None
    assert client.get("/api/v1/baskets/").json() == []
    assert Basket.objects.count() == 0
    added = add_product(client, make_product())
    token = added.headers["X-Cart-Token"]
    assert (added.status_code, added.json()["token"]) == (200, token)
    client.credentials(HTTP_X_CART_TOKEN=token)
    basket = client.get("/api/v1/basket/").json()
    assert (basket["token"], basket["owner"], basket["id"]) == (None, None, added.json()["id"])
    assert client.get("/api/v1/baskets/").json() == [basket]
    assert client.get(basket["url"]).json() == basket


def test_options_are_named_by_link_or_code() -> None:
    ring = make_product("Ring")
    option = Option.objects.create(name="Engraving", code="engraving", type=Option.TEXT, required=False)
    ring.product_options.add(option)
    client = as_login()
    by_link = [{"option": f"{API}/options/engraving/", "value": "Yours"}]
    assert add_product(client, ring, options=by_link).status_code == 200
    assert add_product(client, ring, options=[{"option": "engraving", "value": "Yours"}]).status_code == 200
    basket = client.get("/api/v1/basket/").json()
    line = client.get(basket["lines"]).json()[0]
    assert (line["quantity"], line["attributes"]) == (
        2,
        [{"option": "/api/v1/options/engraving/", "value": "Yours"}],
    )


def test_lines_change_and_go() -> None:
    client = as_guest()
    add_product(client, make_product(price="10.00", stock=5))
    basket = client.get("/api/v1/basket/").json()
    line = client.get(basket["lines"]).json()[0]
    assert client.get(line["url"]).json() == line
    changed = client.patch(line["url"], {"quantity": 3})
    assert (changed.status_code, changed.json()["quantity"], changed.json()["total"]["incl_tax"]) == (200, 3, "30.00")
    written_back = client.put(line["url"], changed.json() | {"quantity": 2})
    assert (written_back.status_code, written_back.json()["quantity"]) == (200, 2)
    short = client.patch(line["url"], {"quantity": 6})
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_stock")
    gone = client.delete(line["url"])
    assert (gone.status_code, gone.content) == (204, b"")
    assert client.get(basket["lines"]).json() == []
    assert client.get(line["url"]).status_code == 404


def test_deleting_the_basket_empties_it() -> None:
    client = as_guest()
    add_product(client, make_product())
    basket = client.get("/api/v1/basket/").json()
    assert client.delete(basket["url"]).status_code == 204
    left = client.get("/api/v1/basket/").json()
    assert (left["id"], left["total_incl_tax"]) == (basket["id"], "0.00")


def test_shipping_offer_shows_in_the_price_of_delivery() -> None:
    everything = Range.objects.create(name="Everything", includes_all_products=True)
    ConditionalOffer.objects.create(
        name="Delivery at 1.00",
        condition=Condition.objects.create(range=everything, type="Count", value=1),
        benefit=Benefit.objects.create(type="Shipping fixed price", value=1),
    )
    make_country("US")
    client = as_login()
    add_product(client, make_product(price="10.00"))
    method = client.get("/api/v1/basket/shipping-methods/").json()[0]
    assert (method["price"]["incl_tax"], method["discount"], method["is_discounted"]) == ("1.00", "3.95", True)
    body = {
        "basket": client.get("/api/v1/basket/").json()["url"],
        "total": "11.00",
        "shipping_charge": method["price"],
        "shipping_address": ADDRESS,
    }
    placed = client.post("/api/v1/checkout/", body)
    assert (placed.status_code, placed.json()["shipping_incl_tax"]) == (200, "1.00")


def test_address_book() -> None:
    make_country("US")
    client = as_login()
    made = client.post("/api/v1/useraddresses/", ADDRESS | {"is_default_for_shipping": True})
    assert made.status_code == 201
    address = made.json()
    assert address["country"] == "/api/v1/countries/US/"
    assert (address["title"], address["is_default_for_shipping"]) == ("Mr", True)
    assert "Beverly Hills" in address["search_text"]
    assert client.get("/api/v1/useraddresses/").json() == [address]
    assert client.get(address["url"]).json() == address
    replaced = client.put(address["url"], address | {"line1": "2 Main St"})
    assert (replaced.status_code, replaced.json()["line1"]) == (200, "2 Main St")
    patched = client.patch(address["url"], {"title": "Dr"})
    assert (patched.json()["title"], patched.json()["line1"]) == ("Dr", "2 Main St")
    assert client.delete(address["url"]).status_code == 204
    assert client.get("/api/v1/useraddresses/").json() == []
