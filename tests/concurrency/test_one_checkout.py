"""C3 and C4: rivals for one checkout, and keys of requests that are still running or came before a restart."""

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection

from forked_apps.basket.values import CartRef, hash_of_token
from forked_apps.checkout import sessions
from forked_apps.checkout.queries import Session, find_checkout
from forked_apps.checkout.sessions import Payer, cancel_checkout, complete_session
from forked_apps.order.models import Order
from nexus_shop.core.errors import DomainError
from nexus_shop.core.money import Money
from tests.concurrency.shoppers import broken_rules, cart_with, drop_constraint
from tests.factories.carts import guest_with
from tests.factories.shop import ADDRESS_JSON, make_country, make_product, make_user, stock_of
from tests.servers import Answer, Shop, race, serving

TIMES = 30


def ready(shop: Shop, product_id: int) -> tuple[str, str, Any]:
    """A checkout that holds its stock: (token, path, total)."""
    token, cart = cart_with(shop, {"product_id": product_id, "quantity": 2})
    opened = shop.call("POST", "/api/v1/checkouts/", {}, X_Cart_Token=token)
    path = f"/api/v1/checkouts/{opened.body['id']}/"
    said = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON}
    assert shop.call("PATCH", path, said, X_Cart_Token=token).status == 200
    assert shop.call("POST", f"{path}payment-sessions/", {}, X_Cart_Token=token).status == 201
    return token, path, cart["totals"]["total"]


def complete(shop: Shop, token: str, path: str, total: Any, **headers: str) -> Answer:
    return shop.call("POST", f"{path}complete/", {"expected_total": total}, X_Cart_Token=token, **headers)


def test_a_checkout_that_everybody_completes_is_one_order(shop: Shop) -> None:
    mug = make_product(stock=2)
    checkout = ready(shop, mug.pk)

    answers = race([partial(complete, shop, *checkout)] * TIMES)

    assert Counter(answer.status for answer in answers) == {201: 1, 200: TIMES - 1}
    assert {answer.body["id"] for answer in answers} == {Order.objects.get().handle}
    assert stock_of(mug) == (2, 2)
    assert broken_rules() == {}


@pytest.fixture
def unlocked_checkout(own_database: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, CartRef, Money]:
    """An open checkout that lacks nothing: (handle, whose, total).

    Two rivals for it read it, and then wait for each other instead of for the cart's lock.
    """
    make_country("US")
    client, token = guest_with((make_product(stock=9), 2))
    handle = client.post("/api/v1/checkouts/").json()["id"]
    said = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON}
    total = client.patch(f"/api/v1/checkouts/{handle}/", said).json()["totals"]["total"]
    meeting = threading.Barrier(2)

    def read_without_lock(handle: str, ref: CartRef) -> Session:
        session = find_checkout(handle, ref)
        meeting.wait(20)
        assert session is not None
        return session

    monkeypatch.setattr(sessions, "_lock", read_without_lock)
    return handle, CartRef(token_hash=hash_of_token(token)), Money(Decimal(total["amount"]), total["currency"])


def alone(call: Callable[[], Any]) -> Callable[[], str]:
    """The operation in a thread of its own: `done`, or the rule that it broke."""

    def run() -> str:
        try:
            call()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    return run


def test_control_without_lock_a_checkout_becomes_two_orders(unlocked_checkout: tuple[str, CartRef, Money]) -> None:
    drop_constraint("order_order", "one_order_per_basket")
    handle, ref, total = unlocked_checkout
    complete = partial(complete_session, handle, ref, payer=Payer(), expected_total=total)

    assert race([alone(complete)] * 2) == ["done", "done"]

    assert Order.objects.count() == 2
    assert "I8 a cart is ordered once" in broken_rules()


def test_control_without_lock_a_checkout_is_completed_and_cancelled(
    unlocked_checkout: tuple[str, CartRef, Money],
) -> None:
    drop_constraint("checkout_checkoutsession", "completed_checkout_names_its_order")
    handle, ref, total = unlocked_checkout
    complete = partial(complete_session, handle, ref, payer=Payer(), expected_total=total)

    assert race([alone(complete), alone(partial(cancel_checkout, handle, ref))]) == ["done", "done"]

    assert Order.objects.count() == 1


def test_completing_and_cancelling_at_once_ends_as_one_of_them(shop: Shop) -> None:
    mug = make_product(stock=100)
    for _ in range(5):
        token, path, total = ready(shop, mug.pk)
        cancel = partial(shop.call, "POST", f"{path}cancel/", {}, X_Cart_Token=token)
        done, left = race([partial(complete, shop, token, path, total), cancel])
        assert (done.status, left.status) in {(201, 409), (409, 200)}, (done.body, left.body)
    assert stock_of(mug) == (100, 2 * Order.objects.count())
    assert broken_rules() == {}


def test_opening_at_once_opens_one(shop: Shop) -> None:
    token, _ = cart_with(shop, {"product_id": make_product(stock=100).pk})

    answers = race([partial(shop.call, "POST", "/api/v1/checkouts/", {}, X_Cart_Token=token)] * TIMES)

    assert Counter(answer.status for answer in answers) == {201: 1, 200: TIMES - 1}
    assert len({answer.body["id"] for answer in answers}) == 1


@pytest.mark.parametrize("route", ["complete", "orders"])
def test_with_one_key_everybody_gets_the_same_answer_or_is_told_to_wait(shop: Shop, route: str) -> None:
    mug = make_product(stock=100)
    if route == "complete":
        call = partial(complete, shop, *ready(shop, mug.pk), Idempotency_Key="one-key")
    else:
        make_user("ann@example.com", username="ann")
        access = shop.call("POST", "/api/v1/auth/login/", {"username": "ann", "password": "secret-password"}).body
        body = {"items": [{"product_id": mug.pk, "quantity": 2}], "shipping_address": ADDRESS_JSON}
        headers = {"Authorization": f"Bearer {access['access']}", "Idempotency_Key": "one-key"}
        call = partial(shop.call, "POST", "/api/v1/orders/", body, **headers)

    answers = race([call] * TIMES)

    placed = [answer for answer in answers if answer.status == 201]
    waiting = [answer for answer in answers if answer.status == 409]
    assert len(placed) + len(waiting) == TIMES
    assert {answer.body["id"] for answer in placed} == {Order.objects.get().handle}
    assert sum(answer.headers.get("Idempotent-Replayed") != "true" for answer in placed) == 1
    assert {answer.body["code"] for answer in waiting} <= {"idempotency_key_in_flight"}
    assert all(answer.headers["Retry-After"] == "1" for answer in waiting)
    assert stock_of(mug) == (100, 2)
    assert broken_rules() == {}


def test_key_survives_a_restart(own_database: str) -> None:
    make_country("US")
    mug = make_product(stock=100)
    with serving(own_database, workers=1) as shop:
        checkout = ready(shop, mug.pk)
        first = complete(shop, *checkout, Idempotency_Key="one-key")
    with serving(own_database, workers=1) as shop:
        replay = complete(shop, *checkout, Idempotency_Key="one-key")
    assert (first.status, replay.status) == (201, 201)
    assert replay.body == first.body
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert stock_of(mug) == (100, 2)
