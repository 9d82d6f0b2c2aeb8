"""Shoppers for locust: browsers and buyers, against any running shop. docs/howto/measure.md says how to let them in.

Each looks around first, so that the file knows nothing of the shop's products. Sold out is no failure: shops do that.
"""

import json
import random
from collections.abc import Mapping
from typing import Any, Final

from locust import HttpUser, between, task
from locust.exception import StopUser

from tests.performance.scenarios import ADDRESS, API

Json = Any
SOLD_OUT: Final = {"insufficient_stock", "product_unavailable"}


class Shopper(HttpUser):
    """Somebody with a browser who knows the first hundred products."""

    abstract = True
    wait_time = between(0.1, 1)

    def on_start(self) -> None:
        """Look around."""
        page = self.ask("GET", f"{API}/products/?page_size=100&in_stock=true").json()
        self.cards: list[Json] = page["results"]
        self.buyable = [card["id"] for card in self.cards if card["structure"] == "standalone"]
        self.etags: dict[str, str] = {}
        if not self.buyable:
            raise StopUser

    def ask(
        self, method: str, path: str, body: Json = None, *, name: str = "", headers: Mapping[str, str] | None = None
    ) -> Any:
        """One request; requests of one `name` are counted together."""
        return self.client.request(method, path, json=body, name=name or path, headers=dict(headers or {}))


class Browser(Shopper):
    """Looks and does not buy. Comes back to what it has seen, as a browser with its cache does."""

    weight = 9

    @task(4)
    def look_at_a_list(self) -> None:
        """A page of the newest, or of the cheapest."""
        ordering = random.choice(["-date_created", "price"])  # noqa: S311 - no secret
        self.revisit(f"{API}/products/?ordering={ordering}&page={random.randint(1, 3)}", "products/")  # noqa: S311

    @task(6)
    def look_at_a_product(self) -> None:
        """Any of those listed."""
        card = random.choice(self.cards)  # noqa: S311
        self.revisit(f"{API}/products/{card['id']}/", "products/{id}/")

    @task(1)
    def look_at_the_categories(self) -> None:
        """The tree, as every page of a storefront shows it."""
        self.revisit(f"{API}/categories/", "categories/")

    def revisit(self, path: str, name: str) -> None:
        """Ask with the ETag of the last time, if there was one."""
        known = self.etags.get(path)
        name = f"{name} again" if known else name
        with self.client.get(
            path, name=name, headers={"If-None-Match": known} if known else {}, catch_response=True
        ) as reply:
            if reply.status_code in {200, 304}:
                self.etags[path] = reply.headers["ETag"]
                reply.success()
            elif path.startswith(f"{API}/products/?") and reply.status_code == 404:
                reply.success()  # a small shop has no third page


class Buyer(Shopper):
    """Fills a cart as a guest, looks at it, and orders."""

    weight = 1

    @task
    def buy(self) -> None:
        """From an empty cart to an order: one line, then three, then the order."""
        wanted = [
            {"product_id": product_id, "quantity": 1}
            for product_id in random.sample(self.buyable, min(3, len(self.buyable)))
        ]
        cart = self.write("POST", "cart/items/", wanted[0])
        if cart is None:
            return
        token = {"X-Cart-Token": cart["token"]}
        self.ask("GET", f"{API}/cart/", name="cart/", headers=token)
        cart = self.write("PUT", "cart/items/", {"items": wanted}, token)
        if cart is None:
            return
        order = {
            "email": "locust@example.com",
            "shipping_address": ADDRESS,
            "expected_total": cart["totals"]["total"],
        }
        self.write("POST", "checkout/", order, token)

    def write(self, method: str, path: str, body: Json, headers: Mapping[str, str] | None = None) -> Json:
        """The answer's body; None where it was sold out meanwhile, which is no failure, or where it failed."""
        with self.client.request(
            method,
            f"{API}/{path}",
            json=body,
            name=f"{method} {path}",
            headers=dict(headers or {}),
            catch_response=True,
        ) as reply:
            if reply.status_code in {200, 201}:
                reply.success()
                return reply.json()
            if reply.status_code == 409 and _code(reply.text) in SOLD_OUT:
                reply.success()
            return None


def _code(text: str) -> str:
    try:
        return str(json.loads(text).get("code", ""))
    except ValueError:
        return ""
