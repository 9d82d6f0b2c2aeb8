"""B5: no field of an order, checkout, payment, refund or stock record is written but those that the API lists.

Each writing route is sent a good body with every field of the models behind it, one at a time, to values of other
rows. A field that a model gets later is tried like the others; one that a route's body gets later is not in the table.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from django.db import connection, models
from django.utils import timezone
from pytest_django import Settings

from forked_apps.checkout.models import CheckoutSession
from forked_apps.order.models import BillingAddress, Line, Order, OrderNote, ShippingAddress
from forked_apps.partner.models import StockMovement, StockRecord, StockReservation
from forked_apps.payment.models import PaymentAttempt, Source, Transaction
from tests.factories.calls import PREFIX, Call, Scene
from tests.fuzz.access import DOCUMENT, operation_of
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db

Model = type[models.Model]
Rows = dict[Model, list[dict[str, Any]]]
Steps = tuple[str | int, ...]

ORDER_MODELS: Final[tuple[Model, ...]] = (Order, Line, ShippingAddress, BillingAddress, Source)
PAYMENT_MODELS: Final[tuple[Model, ...]] = (PaymentAttempt, Source, Transaction, Order)
STOCK_MODELS: Final[tuple[Model, ...]] = (StockRecord, StockMovement)
CHECKOUT_MODELS: Final[tuple[Model, ...]] = (CheckoutSession, StockReservation)
ADDRESS: Final = {
    *("first_name", "last_name", "line1", "line2", "line3", "line4", "state", "postcode", "country"),
    *("phone_number", "notes", "street", "city", "zip_code"),
}
TERMS: Final = {
    *("partner_sku", "price", "list_price", "low_stock_threshold", "backorder_limit", "expected_on", "is_preorder"),
}
IGNORED: Final = "Read-only: ignored."
BY_OSCAR: Final = {"basket", "guest_email", "total", "shipping_method_code", "shipping_charge"}


@dataclass(frozen=True)
class Place:
    """A writing route, what its body lists, and the models whose fields it is tried with. `at` is a part of it."""

    method: str
    template: str
    models: tuple[Model, ...]
    listed: frozenset[str]
    at: Steps = ()

    def __str__(self) -> str:
        return " ".join([self.method, self.template, *map(str, self.at)])


def place(method: str, template: str, tried: tuple[Model, ...], listed: set[str], at: Steps = ()) -> Place:
    return Place(method, PREFIX + template, tried, frozenset(listed), at)


ORDERED: Final = {"items", "shipping_address", "billing_address", "notes"}
CHECKED_OUT: Final = {
    *("cart", "email", "shipping_address", "billing_address", "shipping_method", "payment_method", "expected_total"),
    *("vouchers", "notes"),
    *BY_OSCAR,
}
PLACES: Final = [
    place("POST", "orders/", ORDER_MODELS, ORDERED),
    place("POST", "orders/", (Line,), {"product_id", "quantity", "options"}, ("items", 0)),
    place("POST", "orders/", (ShippingAddress,), ADDRESS, ("shipping_address",)),
    place("PATCH", "orders/{handle}/", ORDER_MODELS, {"notes", "shipping_address", "billing_address"}),
    place("PATCH", "orders/{handle}/", (ShippingAddress,), ADDRESS, ("shipping_address",)),
    place("PUT", "orders/{handle}/", ORDER_MODELS, {"notes", "shipping_address", "billing_address"}),
    place("PATCH", "orders/{handle}/status/", (Order, Line), {"status", "lines", "reference", "restock"}),
    place("PATCH", "orders/{handle}/status/", (Line,), {"id", "quantity"}, ("lines", 0)),
    place("POST", "orders/{handle}/cancel/", (Order, Line), {"reason"}),
    place("POST", "admin/orders/{handle}/notes/", (OrderNote,), {"message"}),
    place("POST", "checkout/", ORDER_MODELS, CHECKED_OUT),
    place("POST", "checkouts/", CHECKOUT_MODELS, set()),
    place(
        *("PATCH", "checkouts/{handle}/", CHECKOUT_MODELS),
        {"email", "shipping_address", "billing_address", "shipping_method", "payment_method", "notes"},
    ),
    place("PUT", "checkouts/{handle}/addresses/", CHECKOUT_MODELS, {"shipping_address", "billing_address"}),
    place("PUT", "checkouts/{handle}/shipments/", CHECKOUT_MODELS, {"shipping_method"}),
    place("POST", "checkouts/{handle}/payment-sessions/", CHECKOUT_MODELS, {"payment_method"}),
    place("POST", "checkouts/{handle}/complete/", (Order, Line, CheckoutSession), {"expected_total"}),
    place("POST", "checkouts/{handle}/cancel/", CHECKOUT_MODELS, set()),
    place("POST", "payments/", PAYMENT_MODELS, {"order", "method", "expected_amount", "data"}),
    place(
        "POST", "payments/refunds/", PAYMENT_MODELS, {"order", "payment", "amount", "reason", "reference", "is_owed"}
    ),
    place("POST", "payments/{handle}/capture/", PAYMENT_MODELS, set()),
    place("POST", "payments/{handle}/void/", PAYMENT_MODELS, set()),
    place(
        *("POST", "admin/stockrecords/", STOCK_MODELS),
        TERMS | {"product", "partner", "num_in_stock", "price_currency", "reason"},
    ),
    place("PUT", "admin/stockrecords/{key}/", STOCK_MODELS, TERMS | {"reason"}),
    place("PATCH", "admin/stockrecords/{key}/", STOCK_MODELS, TERMS | {"reason"}),
    place(
        *("POST", "admin/inventory/adjustments/", STOCK_MODELS),
        {"stock_record", "sku", "expected", "quantity", "delta", "reason", "kind"},
    ),
]


@pytest.fixture
def scene(settings: Settings, gateway: Loopback) -> Scene:
    settings.RATE_LIMIT_SCALE = 1_000_000
    return Scene()


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before_the_try")
        yield
        cursor.execute("ROLLBACK TO SAVEPOINT before_the_try")


def outcome(call: Call, place: Place, body: Any) -> tuple[Any, Rows]:
    """The answer, and all rows of the models behind it."""
    with undone():
        response = call.send(body)
        rows: Rows = {model: list(model._default_manager.order_by("pk").values()) for model in place.models}
        return response, rows


def with_field(body: Any, steps: Steps, name: str, value: Any) -> Any:
    """The body with one field more at the place."""
    if not steps:
        return {**body, name: value}
    step, *rest = steps
    inner = with_field(body[step], tuple(rest), name, value)
    if isinstance(body, list):
        return [inner if number == step else each for number, each in enumerate(body)]
    return {**body, step: inner}


def values_of(field: Any) -> list[Any]:
    """What an attacker would set the field to: other rows by key and by link, and what no row has."""
    if field.is_relation:
        last = field.related_model._default_manager.order_by("pk").last()
        key = 1 if last is None else last.pk
        return [key, f"/api/v1/{field.related_model._meta.model_name}s/{key}/"]
    if field.choices:
        return [value for value, _ in field.choices]
    by_kind: list[tuple[Any, Callable[[], list[Any]]]] = [
        (models.BooleanField, lambda: [True, False]),
        (models.IntegerField, lambda: [77]),
        (models.DecimalField, lambda: ["0.07"]),
        (models.DateTimeField, lambda: [(timezone.now() + timedelta(days=7)).isoformat()]),
        (models.DateField, lambda: ["2031-07-07"]),
        (models.JSONField, lambda: [{"forged": 1}]),
        (models.EmailField, lambda: ["forged@example.com"]),
    ]
    return next((made() for kind, made in by_kind if isinstance(field, kind)), ["f" * min(field.max_length or 7, 7)])


def names_of(model: Model) -> dict[str, Any]:
    """Every name that a field of the model goes by."""
    return {
        name: field
        for field in model._meta.get_fields()
        for name in (field.name, getattr(field, "attname", None), getattr(field, "get_accessor_name", lambda: None)())
        if name
    }


def differences(before: Rows, after: Rows) -> set[tuple[str, int, str]]:
    """Where rows differ: model, number of the row, column; a row more or less is said of no column."""
    found = set()
    for model, rows in before.items():
        if len(rows) != len(after[model]):
            found.add((model.__name__, -1, ""))
        for number, (old, new) in enumerate(zip(rows, after[model], strict=False)):
            found |= {(model.__name__, number, name) for name in old if old[name] != new[name]}
    return found


def is_as_sent(stored: Any, value: Any) -> bool:
    """Whether a column that differs each time has taken the value."""
    if isinstance(stored, Decimal) and isinstance(value, str):
        return str(stored) == value
    return bool(stored == value or (hasattr(stored, "isoformat") and stored.isoformat() == value))


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_field_is_written_but_the_listed(scene: Scene, place: Place) -> None:
    call = scene.call(place.method, place.template)
    untouched: Rows = {model: list(model._default_manager.order_by("pk").values()) for model in place.models}
    (usual, first), (_, second) = (outcome(call, place, call.body) for _ in range(2))
    assert usual.status_code in {200, 201}, usual.content
    restless = differences(first, second)  # keys, handles, times: they are drawn anew each time
    assert all(column for _, _, column in restless)
    tried = {name: field for model in place.models for name, field in names_of(model).items()}
    for name, field in tried.items():
        for value in values_of(field) if name not in place.listed else ():
            response, rows = outcome(call, place, with_field(call.body, place.at, name, value))
            said = (name, value, response.status_code, response.content[:300])
            if response.status_code == 400:
                assert response.json()["code"] == "unknown_field", said
                assert differences(untouched, rows) == set(), said
                continue
            assert response.status_code == usual.status_code, said
            assert differences(first, rows) <= restless, said
            taken = [
                column
                for model, number, column in restless
                if column in {name, getattr(field, "attname", name)}
                and is_as_sent(next(rows[each] for each in rows if each.__name__ == model)[number][column], value)
            ]
            assert taken == [], said


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_body_lists_no_field_that_nobody_has_decided(place: Place) -> None:
    assert fields_at(body_schema(place), place.at) == place.listed


def body_schema(place: Place) -> Any:
    body = operation_of(place.method, place.template).get("requestBody", {})
    return body.get("content", {}).get("application/json", {}).get("schema", {})


def fields_at(schema: Any, steps: Steps) -> set[str]:
    """The names that the OpenAPI file has at the place, whichever of several shapes they stand in."""
    if "$ref" in schema:
        return fields_at(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], steps)
    found: set[str] = set()
    for combination in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(combination, []):
            found |= fields_at(part, steps)
    if not steps:
        ours = schema.get("properties", {}).items()
        return found | {name for name, about in ours if about.get("description") != IGNORED}
    inner = schema.get("items") if isinstance(steps[0], int) else schema.get("properties", {}).get(steps[0])
    return found | (fields_at(inner, steps[1:]) if inner else set())
