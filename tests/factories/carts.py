"""Carts over the API: what tests of many files do with them."""

import hashlib
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from tests.factories.http import new_client

CARTS = (
    "basket_basket",
    "basket_line",
    "basket_lineattribute",
    "basket_basket_vouchers",
    "basket_savedline",
    "basket_sharedcart",
)


def add(client: APIClient, product: Product, quantity: int = 1, **headers: Any) -> Any:
    """Put units into the client's cart."""
    return client.post("/api/v1/cart/items/", {"product_id": product.pk, "quantity": quantity}, **headers)


def held(client: APIClient) -> list[tuple[str, int]]:
    """Titles and quantities of the client's cart."""
    items = client.get("/api/v1/cart/").json()["items"]
    return [(item["product"]["title"], item["quantity"]) for item in items]


def saved(client: APIClient) -> list[tuple[str, int]]:
    """Titles and quantities of what the client has saved for later."""
    items = client.get("/api/v1/cart/saved/").json()["items"]
    return [(item["product"]["title"], item["quantity"]) for item in items]


def guest_with(*lines: tuple[Product, int]) -> tuple[APIClient, str]:
    """A guest whose cart holds the lines, and his token."""
    client = new_client()
    token = client.post("/api/v1/cart/").headers["X-Cart-Token"]
    client.credentials(HTTP_X_CART_TOKEN=token)
    for product, quantity in lines:
        assert add(client, product, quantity).status_code == 200
    return client, token


def digest_of_carts() -> str:
    """All rows of all carts, folded into one text: equal means untouched."""
    with connection.cursor() as cursor:
        digest = hashlib.sha256()
        for table in CARTS:
            cursor.execute(f"SELECT COALESCE(string_agg(t::text, chr(10) ORDER BY t.id), '') FROM \"{table}\" t")
            digest.update(cursor.fetchone()[0].encode())
    return digest.hexdigest()
