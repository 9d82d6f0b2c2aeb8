"""The path of an order: placed over the API, paid and shipped in the dashboard, seen by the customer."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from forked_apps.catalogue.models import Product
from tests.factories.shop import make_country, make_product, make_user, stock_of
from tests.factories.staff import make_member
from tests.servers import Shop

BODY = {
    "shipping_address": {
        "street": "123 Main St",
        "city": "Beverly Hills",
        "state": "CA",
        "zip_code": "90210",
        "country": "US",
    }
}


class Customer:
    """Talks to the API over HTTP."""

    def __init__(self, shop: Shop, username: str) -> None:
        self.shop = shop
        self.headers: dict[str, str] = {}
        token = self.ask("auth/login/", {"username": username, "password": "secret-password"})["access"]
        self.headers["Authorization"] = f"Bearer {token}"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """GET, or POST where there is a body."""
        answer = self.shop.call("GET" if body is None else "POST", f"/api/v1/{path}", body, **self.headers)
        assert answer.status in {200, 201}, answer.body
        return answer.body


@pytest.fixture
def lamp(own_database: str) -> Product:
    make_country("US")
    make_user("zoe@example.com", username="zoe", first_name="Zoe", last_name="Miller")
    clerk = make_member("Staff")
    clerk.username = "clerk"
    clerk.save()
    return make_product("Camping lamp", price="10.00", stock=5)


@pytest.fixture
def stock_after(lamp: Product) -> Iterator[list[tuple[int, int]]]:
    """What the stock shall be at the end, compared when no browser runs in this thread any more."""
    expected: list[tuple[int, int]] = []
    yield expected
    assert [stock_of(lamp)] == expected


def test_staff_settles_the_payment_and_ships_the_order_that_the_api_placed(
    lamp: Product, stock_after: list[tuple[int, int]], shop: Shop, page: Page
) -> None:
    customer = Customer(shop, "zoe")
    order = customer.ask("orders/", BODY | {"items": [{"product_id": lamp.pk, "quantity": 2}]})
    assert order["status"] == "pending"

    page.goto("/dashboard/")
    expect(page).to_have_title("Staff login · Nexus Shop")
    page.get_by_label("E-mail address or username").fill("clerk")
    page.get_by_label("Password").fill("secret-password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()

    page.get_by_role("button", name="Fulfilment").click()
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_role("link", name=order["number"]).click()
    expect(page.get_by_text("Zoe Miller").first).to_be_visible()

    page.get_by_role("link", name="Payment", exact=True).click()
    payment = page.locator("#order_payment_form")
    payment.get_by_label("Amount in GBP").fill(order["totals"]["total"]["amount"])
    payment.get_by_label("Reference").fill("BANK-7")
    payment.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_text("Payment recorded.")).to_be_visible()
    paid = customer.ask(f"orders/{order['id']}/")
    assert (paid["payment_status"], paid["status"], paid["next_action"]) == ("paid", "processing", None)

    page.get_by_role("link", name="Order Contents").click()
    page.get_by_role("checkbox", name="Camping lamp").check()
    page.get_by_label("Record that they were").check()
    page.get_by_label("Event", exact=True).select_option("shipped")
    page.get_by_label("Tracking number of what is shipped").fill("TRACK-1")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Recorded: Shipped.")).to_be_visible()
    expect(page.get_by_text("2 shipped", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="TRACK-1").first).to_be_visible()

    seen = customer.ask(f"orders/{order['id']}/")
    assert seen["status"] == "shipped"
    stock_after.append((3, 0))
