"""F1: the process dies at each named place of a checkout, its payment, and what follows; nothing is lost or doubled.

The short form dies once at each place; the long one (NEXUS_SOAK=1) twenty times.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import urllib3

from forked_apps.basket.models import Basket
from forked_apps.order.models import Order
from forked_apps.payment.calls import settle_open
from forked_apps.payment.models import PaymentAttempt
from tests.concurrency.shoppers import broken_rules, cart_with
from tests.factories.payments import grow_old
from tests.factories.shop import ADDRESS_JSON, make_offer, make_product, make_voucher, stock_of
from tests.faults.conftest import Stage
from tests.faults.killing import STEPS, WEB, WORKER
from tests.peers.loopback import signed
from tests.servers import Answer, Shop

ROUNDS = 20 if os.environ.get("NEXUS_SOAK") else 1
# Between the mail server's yes and the record of it nobody can know: the mail is sent once more, under the same id.
TWICE_TOLD = "behind the mail server's yes"
_numbers = count(1)


@dataclass
class Shopper:
    """A guest with a cart of two units, who orders and pays under keys of his own, at whatever server answers."""

    stage: Stage
    number: int = field(default_factory=lambda: next(_numbers))

    def __post_init__(self) -> None:
        self.mug = make_product(price="10.00", stock=5)
        self.email = f"guest{self.number}@example.com"
        self.token, self.cart = cart_with(self.stage.shop, {"product_id": self.mug.pk, "quantity": 2})
        body = {"email": self.email, "shipping_address": ADDRESS_JSON, "vouchers": ["KEPT"]}
        shown = body | {"expected_total": self.cart["totals"]["total"]}  # not what it costs with the voucher
        quoted = self.send(self.stage.shop, "checkout", shown, "quote")
        assert quoted.status == 409, quoted.body
        self.checkout_body = body | {"expected_total": quoted.body["totals"]["total"]}

    def send(self, shop: Shop, path: str, body: Mapping[str, Any], key: str) -> Answer:
        headers = {"X_Cart_Token": self.token, "Idempotency_Key": f"{key}-{self.number}"}
        return shop.call("POST", f"/api/v1/{path}/", body, **headers)

    def insist(self, first: Shop | None, path: str, body: Mapping[str, Any], key: str) -> Answer:
        """Send it to the first server; where that dies, the same again to one that lives, until it is answered."""
        if first is not None:
            try:
                return self.send(first, path, body, key)
            except urllib3.exceptions.HTTPError:
                pass
        for _ in range(100):
            answer = self.send(self.stage.shop, path, body, key)
            if not (answer.status == 409 and answer.body["code"] == "idempotency_key_in_flight"):
                break
            time.sleep(0.1)
        return answer

    def check_out(self, first: Shop | None = None) -> Any:
        answer = self.insist(first, "checkout", self.checkout_body, "checkout")
        assert answer.status in {200, 201}, answer.body
        return answer.body

    def check_out_by_steps(self, first: Shop) -> Any:
        opened = self.send(self.stage.shop, "checkouts", {}, "open")
        path = f"checkouts/{opened.body['id']}"
        said = {"email": self.email, "shipping_address": ADDRESS_JSON}
        known = self.stage.shop.call("PATCH", f"/api/v1/{path}/", said, X_Cart_Token=self.token)
        held = self.insist(first, f"{path}/payment-sessions", {}, "hold")
        assert held.status == 201, held.body
        body = {"expected_total": known.body["totals"]["total"]}
        order = self.insist(first, f"{path}/complete", body, "complete")
        assert order.status in {200, 201}, order.body
        return order.body

    def pay(self, order: Any, first: Shop | None = None, behaviour: str = "approve") -> Answer:
        body = {
            "order": order["id"],
            "method": "loopback",
            "expected_amount": order["totals"]["total"],
            "data": {"behaviour": behaviour},
        }
        return self.insist(first, "payments", body, "payment")


@pytest.fixture(scope="module")
def offers(stage: Stage) -> None:
    """What every order takes a share of."""
    assert stage
    make_voucher("KEPT")
    make_offer(10, max_global_applications=10_000, max_discount=100_000)


def reconcile() -> None:
    """The periodic look at payments that were left open, once they are old enough."""
    grow_old()
    settle_open(50)


def assert_all_is_well(stage: Stage, shopper: Shopper, order: Any, *, mails: int = 1) -> None:
    """One order, charged once and paid, told of once; the cart is closed, the books are in order."""
    placed = Order.objects.get(basket__handle=shopper.cart["id"])
    assert placed.handle == order["id"]
    assert Basket.objects.get(pk=placed.basket_id).status == "Submitted"
    assert (placed.status, placed.payment_status) == ("processing", "paid")
    assert stock_of(shopper.mug) == (5, 2)
    keys = PaymentAttempt.objects.filter(order=placed).values_list("idempotency_key", flat=True)
    assert sum(stage.gateway.taken[key] for key in keys) == 1
    assert sum(len(stage.gateway.charges[key].refunds) for key in keys if key in stage.gateway.charges) == 0
    received = [mail for mail in stage.smtp.mails if mail["To"] == shopper.email]
    assert len(received) == mails
    assert len({mail["Message-ID"] for mail in received}) == 1
    assert broken_rules() == {}


@pytest.mark.parametrize("failpoint", WEB)
@pytest.mark.usefixtures("offers")
def test_server_dies(stage: Stage, failpoint: str, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        shopper = Shopper(stage)

        with stage.dying_shop(failpoint, folder) as dying:
            order = shopper.check_out(dying)
            is_dead = (folder / "died").exists()
            paid = shopper.pay(order, None if is_dead else dying)

        assert (folder / "died").exists()
        if paid.body["status"] != "captured":  # nobody knew yet
            reconcile()
            paid = shopper.pay(order)
        assert (paid.status, paid.body["status"]) == (201, "captured")
        assert shopper.check_out()["id"] == order["id"]
        stage.work()
        assert_all_is_well(stage, shopper, order)


@pytest.mark.parametrize("failpoint", STEPS)
@pytest.mark.usefixtures("offers")
def test_server_dies_in_a_step(stage: Stage, failpoint: str, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        shopper = Shopper(stage)

        with stage.dying_shop(failpoint, folder) as dying:
            order = shopper.check_out_by_steps(dying)

        assert (folder / "died").exists()
        paid = shopper.pay(order)
        assert (paid.status, paid.body["status"]) == (201, "captured")
        stage.work()
        assert_all_is_well(stage, shopper, order)


@pytest.mark.parametrize("failpoint", WORKER)
@pytest.mark.usefixtures("offers")
def test_worker_dies(stage: Stage, failpoint: str, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        shopper = Shopper(stage)
        order = shopper.check_out()
        assert shopper.pay(order, behaviour="action").body["status"] == "requires_action"
        (key,) = PaymentAttempt.objects.filter(order__handle=order["id"]).values_list("idempotency_key", flat=True)
        stage.gateway.take(key)
        event = stage.gateway.event(key)
        headers = {name.replace("-", "_"): value for name, value in signed(event).items()}
        assert stage.shop.send("POST", "/api/v1/payments/webhooks/loopback/", event, **headers).status == 200

        assert stage.dying_worker(failpoint, folder) == -9

        assert (folder / "died").exists()
        stage.work()
        assert_all_is_well(stage, shopper, order, mails=2 if failpoint == TWICE_TOLD else 1)


def test_places_are_where_they_are_said_to_be() -> None:
    assert len(WEB | STEPS | WORKER) == len(WEB) + len(STEPS) + len(WORKER) >= 12
