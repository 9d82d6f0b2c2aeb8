"""Idempotency-Key on writes to the cart."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.basket.models import Line
from forked_apps.partner.models import StockRecord
from nexus_shop.core.models import IdempotencyRecord
from tests.api.test_cart import add, held
from tests.factories.http import client_of
from tests.factories.shop import make_product, make_user

pytestmark = pytest.mark.django_db


def test_idempotency_key_on_a_first_write(api: APIClient) -> None:
    mug = make_product("Mug")
    first = add(api, mug, HTTP_IDEMPOTENCY_KEY="key-1")
    replay = add(api, mug, HTTP_IDEMPOTENCY_KEY="key-1")
    assert (first.status_code, replay.status_code) == (201, 201)
    assert replay.content == first.content
    assert replay.headers["X-Cart-Token"] == first.headers["X-Cart-Token"] == first.json()["token"]
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert Line.objects.get().quantity == 1
    other = add(api, mug, 2, HTTP_IDEMPOTENCY_KEY="key-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_key_makes_another_cart_where_it_is_not_replayed(api: APIClient) -> None:
    mug = make_product("Mug")
    body = {"items": [{"product_id": mug.pk}]}
    put = [api.put("/api/v1/cart/items/", body, HTTP_IDEMPOTENCY_KEY="key-1") for _ in range(2)]
    assert [answer.status_code for answer in put] == [201, 201]
    assert len({answer.headers["X-Cart-Token"] for answer in put}) == 2
    first = add(api, mug, HTTP_IDEMPOTENCY_KEY="key-1")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    later = add(api, mug, HTTP_IDEMPOTENCY_KEY="key-1")
    assert (first.status_code, later.status_code) == (201, 201)
    assert first.headers["X-Cart-Token"] != later.headers["X-Cart-Token"]
    assert "Idempotent-Replayed" not in later.headers


def test_stored_answer_holds_no_token(api: APIClient) -> None:
    first = add(api, make_product("Mug"), HTTP_IDEMPOTENCY_KEY="key-1")
    stored = IdempotencyRecord.objects.get()
    token = first.json()["token"].encode()
    assert token not in bytes(stored.body)
    assert token not in str(stored.headers).encode()


def test_idempotency_keys_do_not_cross_principals(guest: APIClient) -> None:
    mug = make_product("Mug")
    user = client_of(make_user())
    assert add(guest, mug, HTTP_IDEMPOTENCY_KEY="same").status_code == 200
    response = add(user, mug, HTTP_IDEMPOTENCY_KEY="same")
    assert response.status_code == 201
    assert "Idempotent-Replayed" not in response.headers


def test_idempotency_key_stores_refusals(guest: APIClient) -> None:
    mug = make_product("Mug", stock=1)
    first = add(guest, mug, 2, HTTP_IDEMPOTENCY_KEY="k")
    StockRecord.objects.filter(product=mug).update(num_in_stock=5)
    replay = add(guest, mug, 2, HTTP_IDEMPOTENCY_KEY="k")
    assert first.status_code == replay.status_code == 409
    assert replay.content == first.content
    assert replay.headers["Content-Type"] == "application/problem+json"
    assert replay.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "ümlaut"])
def test_idempotency_key_that_is_none(guest: APIClient, key: str) -> None:
    response = add(guest, make_product("Mug"), HTTP_IDEMPOTENCY_KEY=key)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_invalid")
    assert held(guest) == []
