"""Lines whose product the catalogue does not show any more: they lead nowhere."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from nexus_shop.core.worker import drain
from tests.factories.carts import add
from tests.factories.http import client_of
from tests.factories.shop import make_order, make_product, make_user

pytestmark = pytest.mark.django_db
NOWHERE = {"url": None, "slug": None}


def address_of(item: Any) -> dict[str, Any]:
    return {name: item["product"][name] for name in NOWHERE}


def shown(client: APIClient, shared: str, order: str) -> list[Any]:
    """The line of the cart, of the link, of what is saved, and of the order."""
    paths = ("cart/", f"cart/shared/{shared}/", "cart/saved/", f"orders/{order}/")
    return [client.get(f"/api/v1/{path}").json()["items"][0] for path in paths]


def test_lines_of_a_withdrawn_product_have_no_address() -> None:
    user = make_user()
    client, mug = client_of(user), make_product("Mug", stock=9)
    add(client, mug)
    shared = client.post("/api/v1/cart/share/").json()["id"]
    item = client.get("/api/v1/cart/").json()["items"][0]
    assert client.post("/api/v1/cart/saved/", {"item": item["id"]}).status_code == 200
    add(client, mug)
    order = make_order(mug, user=user).handle
    before = shown(client, shared, order)
    assert [address_of(item) for item in before] == [{"url": f"/api/v1/products/{mug.pk}/", "slug": "mug"}] * 4

    Product.objects.filter(pk=mug.pk).update(is_public=False)
    drain()

    after = shown(client, shared, order)
    assert [address_of(item) for item in after] == [NOWHERE] * 4
    assert [item["product"] | NOWHERE for item in before] == [item["product"] for item in after]
