"""The demo's products over the API."""

from rest_framework.test import APIClient

from nexus_shop.demo.data import ITEMS


def test_skus_are_unique() -> None:
    skus = [sku for item in ITEMS for sku in (item.sku, *(variant.sku for variant in item.variants()))]
    assert len(set(skus)) == len(skus) == 167


def test_products_are_listed(demo_shop: None, api: APIClient) -> None:
    page = api.get("/api/v1/products/", {"page_size": 100}).json()
    assert (page["count"], len(page["results"])) == (74, 74)
    assert page["results"][0]["id"] == 1
    assert all(card["image"]["srcset"].count("webp") == 3 for card in page["results"])
    assert all(card["price"] for card in page["results"])


def test_products_of_a_department(demo_shop: None, api: APIClient) -> None:
    assert api.get("/api/v1/products/", {"category": "garden"}).json()["count"] == 9
    assert api.get("/api/v1/products/", {"category": 1}).json()["count"] == 20
    assert api.get("/api/v1/products/", {"category": "clothing/tops/t-shirts"}).json()["count"] == 2


def test_product_with_variants_in_colour_and_size(demo_shop: None, api: APIClient) -> None:
    shirt = api.get("/api/v1/products/heavy-cotton-t-shirt/").json()
    assert shirt["variant_count"] == 12
    navy = next(variant for variant in shirt["variants"] if variant["sku"] == "NX-TSH-01-NAVY-M")
    assert navy["availability"]["code"] == "outofstock"
    assert navy["image"]["srcset"].endswith("/media/demo/nx-tsh-01-navy.webp 800w")
    values = {attribute["code"]: attribute["value"] for attribute in navy["attributes"]}
    assert (values["colour"], values["size"], values["fibres"]) == ("Navy", "M", ["Cotton"])


def test_unpublished_product_is_not_found(demo_shop: None, api: APIClient) -> None:
    assert api.get("/api/v1/products/sku:NX-FDR-01/").status_code == 404


def test_order_of_the_brief(demo_shop: None, api: APIClient) -> None:
    login = {"email": "customer@example.com", "password": "demo-customer-pass"}
    token = api.post("/api/v1/auth/login/", login, format="json").json()["access"]
    address = {"street": "123 Main St", "city": "Anytown", "state": "CA", "zip_code": "12345", "country": "US"}
    body = {"items": [{"product_id": 1, "quantity": 2}], "shipping_address": address}
    answer = api.post("/api/v1/orders/", body, format="json", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201
    assert answer.json()["totals"]["total"] == {"amount": "32.95", "currency": "GBP"}
