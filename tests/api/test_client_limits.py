"""How much one client, and one customer, may have."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from tests.factories.http import client_of, new_client
from tests.factories.shop import ADDRESS_JSON, make_country, make_offer, make_product, make_user, stock_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(settings: Settings) -> None:
    settings.UNPAID_ORDERS_PER_CLIENT = 2
    make_country("US")


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", stock=50)


def buy(mug: Product, *, client: APIClient | None = None, email: str = "guest@example.com", **headers: Any) -> Any:
    """A cart of one mug, ordered at the total that it shows."""
    client = client or new_client()
    added = client.post("/api/v1/cart/items/", {"product_id": mug.pk}, **headers)
    if "X-Cart-Token" in added.headers:
        client.credentials(HTTP_X_CART_TOKEN=added.headers["X-Cart-Token"])
    body = {"shipping_address": ADDRESS_JSON, "expected_total": added.json()["totals"]["total"]}
    if "X-Cart-Token" in added.headers:
        body["email"] = email
    return client.post("/api/v1/checkout/", body, **headers)


def codes(*answers: Any) -> list[Any]:
    return [answer.status_code if answer.status_code < 400 else answer.json()["code"] for answer in answers]


def test_one_address_holds_so_many_unpaid_orders(mug: Product) -> None:
    answers = [buy(mug) for _ in range(3)]
    assert codes(*answers) == [201, 201, "too_many_unpaid_orders"]
    assert (answers[2].status_code, answers[2].json()["limit"]) == (409, 2)
    assert stock_of(mug) == (50, 2)
    assert Order.objects.count() == 2
    assert codes(buy(mug, REMOTE_ADDR="203.0.113.9")) == [201]


def test_one_login_holds_so_many_unpaid_orders_wherever_it_is(mug: Product) -> None:
    user = make_user()
    answers = [buy(mug, client=client_of(user), REMOTE_ADDR=f"203.0.113.{number}") for number in range(3)]
    assert codes(*answers) == [201, 201, "too_many_unpaid_orders"]
    assert codes(buy(mug, client=client_of(make_user()))) == [201]
    body = {"items": [{"product_id": mug.pk}], "shipping_address": ADDRESS_JSON}
    assert codes(client_of(user).post("/api/v1/orders/", body)) == ["too_many_unpaid_orders"]
    assert stock_of(mug) == (50, 3)


@pytest.mark.parametrize("freed_by", ["cancelled", "expired", "paid"])
def test_what_is_not_unpaid_any_more_counts_no_more(mug: Product, freed_by: str) -> None:
    answers = [buy(mug) for _ in range(2)]
    order = Order.objects.get(handle=answers[0].json()["id"])
    if freed_by == "cancelled":
        change_order_status(order.pk, status="cancelled")
    elif freed_by == "expired":
        Order.objects.filter(pk=order.pk).update(pay_by=order.date_placed)
    else:
        Order.objects.filter(pk=order.pk).update(payment_status="paid")
    assert codes(buy(mug), buy(mug)) == [201, "too_many_unpaid_orders"]


def test_what_costs_nothing_counts_not(mug: Product, settings: Settings) -> None:
    settings.SHIPPING_FLAT_PRICE = 0
    paid = [buy(mug) for _ in range(2)]
    make_offer(100)
    assert codes(*paid, *(buy(mug) for _ in range(3))) == [201] * 5


def test_client_is_not_kept_in_clear(mug: Product) -> None:
    buy(mug)
    client = Order.objects.get().client
    assert (len(client), "127.0.0.1" in client) == (64, False)


def totals(*answers: Any) -> list[str]:
    return [answer.json()["totals"]["total"]["amount"] for answer in answers]


def test_guest_uses_an_offer_once_however_the_address_is_written(mug: Product) -> None:
    make_offer(50, max_user_applications=1)
    first = buy(mug, email="ann@example.com")
    again = buy(mug, email="Ann@Example.COM")
    assert totals(first) == ["9.95"]
    assert (again.json()["code"], *totals(again)) == ("total_changed", "14.95")
    assert totals(buy(mug, email="bob@example.com")) == ["9.95"]


def test_guest_who_becomes_a_login_uses_an_offer_once(mug: Product) -> None:
    make_offer(50, max_user_applications=1)
    assert totals(buy(mug, email="Ann@example.com")) == ["9.95"]
    login = client_of(make_user("ann@example.com"))
    assert totals(buy(mug, client=login)) == ["14.95"]
    assert Order.objects.filter(guest_email="").count() == 1


def test_login_who_comes_back_as_a_guest_uses_an_offer_once(mug: Product) -> None:
    make_offer(50, max_user_applications=1)
    user = make_user("ann@example.com")
    body = {"items": [{"product_id": mug.pk}], "shipping_address": ADDRESS_JSON}
    assert totals(client_of(user).post("/api/v1/orders/", body)) == ["9.95"]
    assert buy(mug, email="ANN@example.com").json()["code"] == "total_changed"


def test_guests_use_counts_for_the_one_shot_order_of_a_login(mug: Product) -> None:
    make_offer(50, max_user_applications=1)
    assert totals(buy(mug, email="ann@example.com")) == ["9.95"]
    body = {"items": [{"product_id": mug.pk}], "shipping_address": ADDRESS_JSON}
    assert totals(client_of(make_user("ann@example.com")).post("/api/v1/orders/", body)) == ["14.95"]
