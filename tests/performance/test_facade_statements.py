"""What oscarapi's routes and address books cost does not grow with what is in them."""

import pytest
from rest_framework.test import APIClient

from forked_apps.address.models import UserAddress
from tests.factories.carts import guest_with
from tests.factories.http import client_of
from tests.factories.shop import ADDRESS_JSON, make_country, make_order, make_product, make_user
from tests.performance.test_statements import count_of

pytestmark = pytest.mark.django_db
SIZES = pytest.mark.parametrize("count", [1, 3])
BASKET = "/api/v1/basket/"


@pytest.fixture
def guest(count: int) -> APIClient:
    """A guest with so many lines, in a process that knows the rules by which carts are priced."""
    client, _ = guest_with(*[(make_product(stock=50), 1) for _ in range(count)])
    client.get(BASKET)
    return client


@SIZES
def test_reading_baskets(guest: APIClient) -> None:
    basket = guest.get(BASKET).json()
    for path in (BASKET, "/api/v1/baskets/", basket["url"], basket["lines"], f"{BASKET}shipping-methods/"):
        assert count_of(guest, "GET", path) == 1, path


@SIZES
def test_changing_a_line(guest: APIClient) -> None:
    basket = guest.get(BASKET).json()
    line = guest.get(basket["lines"]).json()[0]
    assert count_of(guest, "PATCH", line["url"], {"quantity": 2}) == 7
    assert count_of(guest, "PUT", line["url"], {"quantity": 1}) == 7


@SIZES
def test_adding_a_product(guest: APIClient) -> None:
    body = {"url": f"/api/v1/products/{make_product(stock=50).pk}/", "quantity": 1}
    assert count_of(guest, "POST", f"{BASKET}add-product/", body) == 6


@pytest.mark.parametrize("count", [2, 3])  # one stock record is taken without being locked first
def test_checking_out(guest: APIClient) -> None:
    make_order(make_product())  # what is looked up once in each process
    basket = guest.get(BASKET).json()
    total = basket["totals"]["total"]["amount"]
    body = {"basket": basket["url"], "guest_email": "a@example.com", "total": total, "shipping_address": ADDRESS_JSON}
    assert count_of(guest, "POST", "/api/v1/checkout/", body) == 19


@SIZES
@pytest.mark.parametrize("path", ["/api/v1/me/addresses/", "/api/v1/useraddresses/"])
def test_address_books(count: int, path: str) -> None:
    make_country("US")
    user = make_user()
    UserAddress.objects.bulk_create(
        UserAddress(user=user, line1=str(place), country_id="US", hash=str(place)) for place in range(count)
    )
    client = client_of(user)
    assert count_of(client, "GET", path) == 2
    assert count_of(client, "GET", f"{path}{client.get(path).json()[0]['id']}/") == 2
    url = client.post(path, ADDRESS_JSON | {"is_default_for_shipping": True}).headers["Location"]
    assert count_of(client, "PATCH", url, {"notes": "x"}) == 11
    assert count_of(client, "PUT", url, ADDRESS_JSON) == 8
