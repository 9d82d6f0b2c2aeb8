"""A call of each route that writes orders, checkouts, payments or stock, each of which succeeds."""

from dataclasses import dataclass
from typing import Any, Final

from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from tests.factories.carts import guest_with
from tests.factories.http import client_of
from tests.factories.payments import pay
from tests.factories.shop import ADDRESS_JSON, make_country, make_order, make_product, make_user
from tests.factories.staff import make_partner

PREFIX: Final = "/api/v1/"
MONEY: Final = {"amount": "14.95", "currency": "GBP"}


@dataclass(frozen=True)
class Call:
    """A request that is answered with success."""

    client: APIClient
    method: str
    path: str
    body: dict[str, Any]

    def send(self, body: Any = None, **headers: Any) -> Any:
        """The answer, to this body or another."""
        sent = self.body if body is None else body
        return getattr(self.client, self.method.lower())(self.path, sent, **headers)


class Scene:
    """A shop with an order, a checkout and payments; each route has a call that succeeds."""

    def __init__(self) -> None:
        make_country("US")
        self.mug: Product = make_product("Mug", price="10.00", stock=500)
        self.pen: Product = make_product("Pen", price="1.00", stock=500)
        self.owner, self.stranger = make_user(), make_user()
        self.staff = client_of(make_user(is_staff=True, is_superuser=True))
        self.shopper = client_of(self.owner)
        self.theirs = make_order(self.pen, user=self.stranger)

    def call(self, method: str, template: str) -> Call:
        """The route's, by its template in the OpenAPI file."""
        name = template.removeprefix(PREFIX).strip("/").replace("/", "_").replace("-", "_")
        name = name.replace("{handle}", "one").replace("{key}", "one")
        client, handle, body = getattr(self, f"_{name}")()
        return Call(client, method, template.replace("{handle}", handle).replace("{key}", handle), body)

    def _orders(self) -> tuple[APIClient, str, Any]:
        return self.shopper, "", {"items": [{"product_id": self.mug.pk}], "shipping_address": dict(ADDRESS_JSON)}

    def _own_order(self) -> Order:
        return make_order(self.mug, quantity=2, user=self.owner, payment_method="loopback")

    def _orders_one(self) -> tuple[APIClient, str, Any]:
        body = {"notes": "Ring", "shipping_address": dict(ADDRESS_JSON)}
        return self.shopper, self._own_order().handle, body

    def _orders_one_status(self) -> tuple[APIClient, str, Any]:
        order = self._own_order()
        return (
            self.staff,
            order.handle,
            {
                "status": "processing",
                "lines": [{"id": order.lines.get().handle, "quantity": 1}],
            },
        )

    def _orders_one_cancel(self) -> tuple[APIClient, str, Any]:
        return self.shopper, self._own_order().handle, {"reason": "Twice"}

    def _admin_orders_one_notes(self) -> tuple[APIClient, str, Any]:
        return self.staff, self._own_order().handle, {"message": "Wrap it"}

    def _checkout(self) -> tuple[APIClient, str, Any]:
        guest, _token = guest_with((self.mug, 1))
        return guest, "", {"email": "a@example.com", "shipping_address": ADDRESS_JSON, "expected_total": MONEY}

    def _opened(self) -> tuple[APIClient, str]:
        guest, _ = guest_with((self.mug, 1))
        handle: str = guest.post("/api/v1/checkouts/").json()["id"]
        said = {"email": "a@example.com", "shipping_address": ADDRESS_JSON}
        assert guest.patch(f"/api/v1/checkouts/{handle}/", said).status_code == 200
        return guest, handle

    def _checkouts(self) -> tuple[APIClient, str, Any]:
        return guest_with((self.mug, 1))[0], "", {}

    def _checkouts_one(self) -> tuple[APIClient, str, Any]:
        return *self._opened(), {"email": "b@example.com"}

    def _checkouts_one_addresses(self) -> tuple[APIClient, str, Any]:
        return *self._opened(), {"shipping_address": ADDRESS_JSON}

    def _checkouts_one_shipments(self) -> tuple[APIClient, str, Any]:
        return *self._opened(), {"shipping_method": "flat-rate"}

    def _checkouts_one_payment_sessions(self) -> tuple[APIClient, str, Any]:
        return *self._opened(), {"payment_method": "manual"}

    def _checkouts_one_complete(self) -> tuple[APIClient, str, Any]:
        return *self._opened(), {"expected_total": MONEY}

    def _checkouts_one_cancel(self) -> tuple[APIClient, str, Any]:
        return *self._opened(), {}

    def _payments(self) -> tuple[APIClient, str, Any]:
        amount = {"amount": "24.95", "currency": "GBP"}
        return self.shopper, "", {"order": self._own_order().handle, "method": "loopback", "expected_amount": amount}

    def _payments_refunds(self) -> tuple[APIClient, str, Any]:
        order = self._own_order()
        pay(order)
        return self.staff, "", {"order": order.handle, "amount": {"amount": "1.00", "currency": "GBP"}}

    def _payments_one_capture(self) -> tuple[APIClient, str, Any]:
        return self.staff, pay(self._own_order(), "authorise").handle, {}

    _payments_one_void = _payments_one_capture

    def _admin_stockrecords(self) -> tuple[APIClient, str, Any]:
        partner = make_partner("North")
        return self.staff, "", {"product": self.mug.pk, "partner": partner.pk, "partner_sku": "N", "price": "2.00"}

    def _admin_stockrecords_one(self) -> tuple[APIClient, str, Any]:
        return self.staff, str(StockRecord.objects.get(product=self.mug).pk), {"price": "2.00"}

    def _admin_inventory_adjustments(self) -> tuple[APIClient, str, Any]:
        stored = StockRecord.objects.get(product=self.mug)
        body = {"stock_record": stored.pk, "expected": stored.num_in_stock, "quantity": 400, "reason": "Count"}
        return self.staff, "", body
