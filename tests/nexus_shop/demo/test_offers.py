"""The demo's offers and voucher, as a shopper meets them."""

from typing import Any

from rest_framework.test import APIClient

ADDRESS = {"line1": "1 High Street", "line4": "Leeds", "postcode": "LS1 1AA", "country": "GB"}


def test_offer_shows_in_the_cart(demo_shop: None, api: APIClient) -> None:
    cart = _add(api, "NX-CND-01", 2)
    token = {"X-Cart-Token": cart["token"]}
    cart = _add(api, "NX-CND-02", 1, token)
    assert cart["offers"] == [
        {
            "name": "One candle free with three",
            "description": "<p>Put three candles or more into the cart, in any mixture: the cheapest one is free.</p>",
            "amount": {"amount": "12.00", "currency": "GBP"},
            "voucher": None,
        }
    ]
    assert cart["totals"]["discount"] == {"amount": "12.00", "currency": "GBP"}
    cart = _add(api, "NX-CND-01", 4, token)
    assert cart["totals"]["discount"] == {"amount": "12.00", "currency": "GBP"}, "one is free, however many there are"


def test_garden_offer_takes_fifteen_per_cent(demo_shop: None, api: APIClient) -> None:
    cart = _add(api, "NX-POT-01-LARGE", 1)
    assert [(offer["name"], offer["amount"]["amount"]) for offer in cart["offers"]] == [
        ("Garden weeks: 15 % off", "4.20")
    ]


def test_voucher_takes_ten_per_cent_at_checkout(demo_shop: None, api: APIClient) -> None:
    cart = _add(api, "NX-MUG-01", 2)
    body = {
        "email": "guest@example.com",
        "shipping_address": {"first_name": "Gus", "last_name": "Guest"} | ADDRESS,
        "shipping_method": "flat-rate",
        "payment_method": "manual",
        "vouchers": ["welcome10"],
        "expected_total": {"amount": "30.15", "currency": "GBP"},
    }
    answer = api.post("/api/v1/checkout/", body, format="json", headers={"X-Cart-Token": cart["token"]})
    assert answer.status_code == 201
    totals = {name: money["amount"] for name, money in answer.json()["totals"].items()}
    assert totals == {"items": "28.00", "discount": "2.80", "shipping": "4.95", "tax": "5.03", "total": "30.15"}


def _add(api: APIClient, sku: str, quantity: int, token: dict[str, str] | None = None) -> dict[str, Any]:
    product = api.get(f"/api/v1/products/sku:{sku}/").json()
    body = {"product_id": product["id"], "quantity": quantity}
    answer = api.post("/api/v1/cart/items/", body, format="json", headers=token or {})
    assert answer.status_code == (200 if token else 201)
    cart: dict[str, Any] = answer.json()
    return cart
