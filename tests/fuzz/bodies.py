"""The writing routes with a good body each, and what can be wrong with a body."""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import jsonschema_rs

from tests.factories.shop import ADDRESS_JSON
from tests.fuzz import stage
from tests.fuzz.staff_bodies import STAFF_ROUTES

JSON: Final = "application/json"
PREFIX: Final = "/api/v1/"
ITEM: Final = {"product_id": stage.ENGRAVED, "quantity": 2, "options": [{"option": "engraving", "value": "For Ann"}]}

OSCAR_ADDRESS: Final = ADDRESS_JSON | {"title": "Mr", "country": "/api/v1/countries/US/"}


TRANSLATIONS: Final = PREFIX + "admin/translations/{kind}/{thing_id}/"
METHODS: Final = PREFIX + "admin/shipping-methods/"
METHOD: Final = {
    "name": "Parcel",
    "description": "By van.",
    "kind": "weight",
    "price": "1.50",
    "price_per_item": "0.10",
    "free_over": "100.00",
    "default_weight": "0.25",
    "countries": ["US"],
    "postcodes": ["902"],
    "bands": [{"upper_limit": "2", "charge": "4.90"}],
    "pickup_address": "1 Main St",
    "is_active": False,
}
RATES: Final = PREFIX + "admin/tax-rules/"
RATE: Final = {
    "name": "Sales tax",
    "percent": "8.875",
    "country": "US",
    "state": "NY",
    "postcode": "100",
    "product_class": "engraved",
}


@dataclass(frozen=True)
class Route:
    """A writing operation: its template in the OpenAPI file, the address called, and a body that it takes."""

    method: str
    template: str
    body: Any
    handle: str = ""

    @property
    def path(self) -> str:
        """The address."""
        path = self.template.replace("{basket}", stage.GUEST_CART).replace("{kind}", "products")
        return re.sub(r"\{\w+\}", self.handle, path)

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


ROUTES: Final = [
    Route("POST", PREFIX + "auth/register/", {"email": "new@example.com", "password": "correct-horse-battery"}),
    Route("POST", PREFIX + "auth/login/", {"email": stage.CUSTOMER_EMAIL, "password": stage.PASSWORD}),
    Route("POST", PREFIX + "auth/refresh/", {"refresh": "none"}),
    Route("POST", PREFIX + "auth/logout/", {"refresh": "none"}),
    Route("PATCH", PREFIX + "me/", {"first_name": "Anne", "last_name": "Leigh"}),
    Route(
        "POST",
        PREFIX + "products/",
        {
            "title": "Bowl",
            "description": "<p>Round.</p>",
            "price": "12.50",
            "list_price": "15.00",
            "category": stage.CATEGORY,
            "categories": [stage.CATEGORY],
            "stock_quantity": 5,
            "sku": "BOWL",
            "product_class": "Dishes",
        },
    ),
    Route("POST", PREFIX + "cart/", {}),
    Route("POST", PREFIX + "cart/items/", ITEM),
    Route("PUT", PREFIX + "cart/items/", {"items": [ITEM]}),
    Route("PATCH", PREFIX + "cart/items/{handle}/", {"quantity": 3}, stage.GUEST_LINE),
    Route("PATCH", PREFIX + "cart/", {"notes": "Thanks", "accept": ["price_changed"]}),
    Route(
        "POST",
        PREFIX + "cart/items/bulk/",
        {"items": [{"sku": "RING", "quantity": 2, "options": ITEM["options"]}], "partial": True},
    ),
    Route("POST", PREFIX + "cart/vouchers/", {"code": "SAVE"}),
    Route("POST", PREFIX + "cart/saved/", {"item": stage.GUEST_LINE}),
    Route("POST", PREFIX + "cart/saved/{handle}/restore/", {}, stage.GUEST_SAVED),
    Route("POST", PREFIX + "cart/share/", {}),
    Route("POST", PREFIX + "cart/shared/{handle}/restore/", {"strategy": "keep"}, stage.SHARED),
    Route("POST", PREFIX + "cart/merge/", {"token": stage.GUEST_TOKEN, "strategy": "maximum"}),
    Route(
        "POST",
        PREFIX + "checkout/",
        {
            "cart": stage.GUEST_CART,
            "email": "guest@example.com",
            "shipping_address": {**ADDRESS_JSON, "phone_number": "+1 310 555 0100", "notes": "Ring twice"},
            "billing_address": ADDRESS_JSON,
            "shipping_method": "flat-rate",
            "payment_method": "manual",
            "expected_total": {"amount": stage.TOTAL, "currency": "GBP"},
            "vouchers": ["NONE"],
            "notes": "Thanks",
        },
    ),
    Route("POST", PREFIX + "checkouts/", {}),
    Route(
        "PATCH",
        PREFIX + "checkouts/{handle}/",
        {
            "email": "guest@example.com",
            "shipping_address": ADDRESS_JSON,
            "billing_address": ADDRESS_JSON,
            "shipping_method": "flat-rate",
            "payment_method": "manual",
            "notes": "Thanks",
        },
        stage.CHECKOUT,
    ),
    Route(
        "PUT",
        PREFIX + "checkouts/{handle}/addresses/",
        {"shipping_address": ADDRESS_JSON, "billing_address": ADDRESS_JSON},
        stage.CHECKOUT,
    ),
    Route("PUT", PREFIX + "checkouts/{handle}/shipments/", {"shipping_method": "flat-rate"}, stage.CHECKOUT),
    Route("POST", PREFIX + "checkouts/{handle}/payment-sessions/", {"payment_method": "manual"}, stage.CHECKOUT),
    Route("PATCH", PREFIX + "checkouts/{handle}/payment-sessions/", {"payment_method": "manual"}, stage.CHECKOUT),
    Route(
        "POST",
        PREFIX + "checkouts/{handle}/complete/",
        {"expected_total": {"amount": stage.TOTAL, "currency": "GBP"}},
        stage.CHECKOUT,
    ),
    Route("POST", PREFIX + "checkouts/{handle}/cancel/", {}, stage.CHECKOUT),
    Route(
        "POST",
        PREFIX + "checkout/",
        {
            "basket": f"/api/v1/baskets/{stage.GUEST_CART}/",
            "guest_email": "guest@example.com",
            "total": stage.TOTAL,
            "shipping_method_code": "flat-rate",
            "shipping_charge": {"currency": "GBP", "excl_tax": "4.12", "tax": "0.83", "incl_tax": "4.95"},
            "shipping_address": {**OSCAR_ADDRESS, "phone_number": "+1 310 555 0100", "notes": "Ring twice"},
            "billing_address": OSCAR_ADDRESS,
        },
    ),
    Route(
        "POST",
        PREFIX + "basket/add-product/",
        {
            "url": f"/api/v1/products/{stage.ENGRAVED}/",
            "quantity": 2,
            "options": [{"option": "/api/v1/options/engraving/", "value": "For Ann"}],
        },
    ),
    Route("POST", PREFIX + "basket/add-voucher/", {"vouchercode": "SAVE"}),
    Route("POST", PREFIX + "basket/shipping-methods/", OSCAR_ADDRESS),
    Route("POST", PREFIX + "baskets/", {}),
    Route("PUT", PREFIX + "baskets/{basket}/lines/{handle}/", {"quantity": 3}, stage.GUEST_LINE),
    Route("PATCH", PREFIX + "baskets/{basket}/lines/{handle}/", {"quantity": 3}, stage.GUEST_LINE),
    Route("POST", PREFIX + "useraddresses/", OSCAR_ADDRESS | {"is_default_for_shipping": True}),
    Route("PUT", PREFIX + "useraddresses/{handle}/", OSCAR_ADDRESS, stage.ADDRESS),
    Route("PATCH", PREFIX + "useraddresses/{handle}/", OSCAR_ADDRESS, stage.ADDRESS),
    Route("POST", PREFIX + "me/addresses/", ADDRESS_JSON | {"is_default_for_billing": False}),
    Route("PUT", PREFIX + "me/addresses/{handle}/", ADDRESS_JSON, stage.ADDRESS),
    Route("PATCH", PREFIX + "me/addresses/{handle}/", ADDRESS_JSON, stage.ADDRESS),
    Route(
        "POST",
        PREFIX + "orders/",
        {
            "items": [ITEM, {"product_id": stage.MUG}],
            "shipping_address": {"street": "1 Main St", "city": "Anytown", "zip_code": "90210", "country": "US"},
            "notes": "Thanks",
        },
    ),
    Route(
        "PATCH",
        PREFIX + "orders/{handle}/status/",
        {
            "status": "processing",
            "lines": [{"id": stage.ORDER_LINE, "quantity": 1}],
            "reference": "TRACK-1",
            "restock": False,
        },
        stage.ORDER,
    ),
    Route(
        "PATCH",
        PREFIX + "orders/{handle}/",
        {"notes": "Thanks", "shipping_address": ADDRESS_JSON, "billing_address": ADDRESS_JSON},
        stage.ORDER,
    ),
    Route("PUT", PREFIX + "orders/{handle}/", {"notes": "Thanks"}, stage.ORDER),
    Route("POST", PREFIX + "orders/{handle}/cancel/", {"reason": "Twice"}, stage.ORDER),
    Route(
        "POST",
        PREFIX + "payments/",
        {
            "order": stage.ORDER,
            "method": "manual",
            "expected_amount": {"amount": "34.95", "currency": "GBP"},
            "data": {"note": "by post"},
        },
    ),
    Route(
        "POST",
        PREFIX + "payments/refunds/",
        {
            "order": stage.ORDER,
            "payment": stage.PAYMENT,
            "amount": {"amount": "1.00", "currency": "GBP"},
            "reason": "Late",
            "reference": "bank 9",
        },
    ),
    Route(
        "POST",
        PREFIX + "admin/inventory/adjustments/",
        {"sku": "MUG", "expected": 1_000_000, "quantity": 900_000, "reason": "Count", "kind": "adjustment"},
    ),
    Route("POST", PREFIX + "orders/lookup/", {"number": "7K3F-9QXT-2M4A", "email": stage.CUSTOMER_EMAIL}),
    Route("POST", PREFIX + "admin/orders/{handle}/notes/", {"message": "Wrap it"}, stage.ORDER),
    Route("PUT", TRANSLATIONS, {"translations": {"de": {"title": "Becher", "slug": "becher"}}}, str(stage.MUG)),
    Route("PATCH", TRANSLATIONS, {"translations": {"de": None}}, str(stage.MUG)),
    Route("POST", METHODS, METHOD),
    Route("PUT", METHODS + "{method_id}/", METHOD, "1"),
    Route("PATCH", METHODS + "{method_id}/", METHOD, "1"),
    Route("POST", RATES, RATE),
    Route("PUT", RATES + "{rate_id}/", RATE, "1"),
    Route("PATCH", RATES + "{rate_id}/", RATE, "1"),
    *(Route(*row) for row in STAFF_ROUTES),
]
# (Content-Type, body, code): refused before any field is looked at.
MALFORMED: Final[list[tuple[str, bytes, str]]] = [
    (JSON, b"{", "malformed_json"),
    (JSON, b"nul", "malformed_json"),
    (JSON, b"{'a': 1}", "malformed_json"),
    (JSON, b'{"a": 1} x', "malformed_json"),
    (JSON, b'{"a": 1, "a": 2}', "malformed_json"),
    (JSON, b'{"a": NaN}', "malformed_json"),
    (JSON, b'{"a": -Infinity}', "malformed_json"),
    (JSON, b'{"a": 1e999}', "malformed_json"),
    (JSON, b'{"a": 1' + b"0" * 5000 + b"}", "malformed_json"),
    (JSON, b"\xff\xfe{\x00}\x00", "malformed_json"),
    (JSON, b'{"a": "\xff"}', "malformed_json"),
    (JSON, b'{"a": "\\u0000"}', "malformed_json"),
    (JSON, b'{"\\u0000": 1}', "malformed_json"),
    (JSON, b'{"a": "\\ud800"}', "malformed_json"),
    (JSON, b'{"a": ["\\udfff\\ud800"]}', "malformed_json"),
    (JSON, b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}", "malformed_json"),
    (JSON, b"[" * 200_000, "malformed_json"),
    (JSON, b"[]", "invalid_request"),
    (JSON, b'[{"a": 1}]', "invalid_request"),
    (JSON, b'"text"', "invalid_request"),
    (JSON, b"5", "invalid_request"),
    (JSON, b"null", "invalid_request"),
    (JSON, b"true", "invalid_request"),
    (JSON, b'{"surprise": 1}', "unknown_field"),
    (JSON, b'{"a~b/c": 1}', "unknown_field"),
    (JSON, b'{"": 1}', "unknown_field"),
    (JSON, b'{"__proto__": {}, "constructor": {}}', "unknown_field"),
    (JSON, b'{"a": "' + b"x" * 1_048_577 + b'"}', "body_too_large"),
    ("text/plain", b"{}", "unsupported_media_type"),
    ("application/x-www-form-urlencoded", b"a=1", "unsupported_media_type"),
    ("multipart/form-data; boundary=x", b"--x--", "unsupported_media_type"),
    ("application/xml", b"<a/>", "unsupported_media_type"),
    ("nonsense", b"{}", "unsupported_media_type"),
]
WRONG: Final[list[Any]] = [
    None,
    True,
    "text",
    "",
    " \t ",
    "x" * 60_000,
    5,
    -1,
    0,
    1.5,
    10**30,
    -(10**30),
    1e300,
    [],
    ["text"],
    [[]],
    [None],
    [1] * 200,
    {},
    {"surprise": 1},
]
# What no text of a body may hold, whatever the field.
UNSTORABLE: Final = ["\0", "a\0b", "\ud800", "\udfff\ud83d"]


def unfit_bodies(good: Any, fits: jsonschema_rs.Draft202012Validator) -> Iterator[tuple[str, Any]]:
    """(pointer of what was spoiled, body) for each place of the body, as far as the schema forbids it."""
    for steps in _places(good, ()):
        for value in UNSTORABLE:
            yield _pointer(steps), _changed(good, steps, value)
        spoiled = [(steps, _changed(good, steps, value)) for value in WRONG]
        spoiled.append((steps[:-1], _changed(good, steps)))
        if isinstance(_at(good, steps), list) and _at(good, steps):
            spoiled.append((steps, _changed(good, steps, _at(good, steps)[:1] * 1001)))
        if isinstance(_at(good, steps), dict):
            spoiled.append(((*steps, "surprise"), _changed(good, (*steps, "surprise"), 1)))
        for place, body in spoiled:
            if not fits.is_valid(body):
                yield _pointer(place), body


def _places(value: Any, steps: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        yield (*steps, step)
        yield from _places(item, (*steps, step))


def _at(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        value = value[step]
    return value


_GONE: Final = object()


def _changed(good: Any, steps: tuple[Any, ...], value: Any = _GONE) -> Any:
    body = copy.deepcopy(good)
    *before, last = steps
    holder = _at(body, tuple(before))
    if value is _GONE:
        del holder[last]
    else:
        holder[last] = value
    return body


def _pointer(steps: tuple[Any, ...]) -> str:
    return "".join(f"/{step}" for step in steps)


def encoded(body: Any) -> bytes:
    """The body as JSON; half surrogates go escaped."""
    return json.dumps(body).encode()
