"""Shopify's own sample exports, loaded, found and bought."""

from pathlib import Path

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from tests.factories.shop import ADDRESS_JSON, make_country
from tests.nexus_shop.imports.running import run

Row = dict[str, str]


@pytest.fixture
def buyer() -> APIClient:
    make_country("US")
    return APIClient(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(("file", "children"), [("apparel.csv", 3), ("jewelery.csv", 6), ("home-and-garden.csv", 2)])
def test_real_export_is_loaded_and_found(shared_data: Path, buyer: APIClient, file: str, children: int) -> None:
    path = shared_data / "shopify" / file
    assert run(path, "--no-images")[0][-1] == (
        "20 products: 20 created, 0 updated, 0 unchanged, 0 not loaded; 0 warnings, 0 errors"
    )
    assert run(path, "--no-images")[0][-1] == (
        "20 products: 0 created, 0 updated, 20 unchanged, 0 not loaded; 0 warnings, 0 errors"
    )
    assert Product.objects.filter(structure="child").count() == children
    assert buyer.get("/api/v1/products/").json()["count"] == 20


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "slug", "variant", "prices"),
    [
        ("apparel.csv", "classic-varsity-top", "Classic Varsity Top – Medium", ("60.00", None)),
        ("jewelery.csv", "chain-bracelet", "7 Shakra Bracelet – Black", ("42.99", "44.99")),
        ("home-and-garden.csv", "clay-plant-pot", "Clay Plant Pot – Large", ("15.99", None)),
    ],
)
def test_product_of_a_real_export_is_bought(
    shared_data: Path, buyer: APIClient, file: str, slug: str, variant: str, prices: tuple[str, str | None]
) -> None:
    run(shared_data / "shopify" / file, "--no-images")
    detail = buyer.get(f"/api/v1/products/{slug}/").json()
    chosen = next(child for child in detail["variants"] if child["title"] == variant)
    assert (chosen["price"]["gross"], (chosen["list_price"] or {"gross": None})["gross"]) == prices
    assert chosen["availability"]["is_available"] is True
    added = buyer.post("/api/v1/cart/items/", {"product_id": chosen["id"], "quantity": 1}, format="json")
    assert added.status_code == 201
    buyer.credentials(HTTP_X_CART_TOKEN=added["X-Cart-Token"])
    body = {
        "email": "ann@example.com",
        "shipping_address": ADDRESS_JSON,
        "shipping_method": buyer.get("/api/v1/cart/shipping-methods/?country=US").json()[0]["code"],
        "payment_method": "manual",
        "expected_total": {"amount": "0.00", "currency": "GBP"},
    }
    refused = buyer.post("/api/v1/checkout/", body, format="json")
    assert refused.status_code == 409
    body["expected_total"] = refused.json()["totals"]["total"]
    placed = buyer.post("/api/v1/checkout/", body, format="json")
    assert placed.status_code == 201
    assert [item["product"]["title"] for item in placed.json()["items"]] == [variant]
