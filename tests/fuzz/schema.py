"""The committed OpenAPI file as schemathesis sees it: its settings, known values, and a check of our own."""

import json
import os
import re
from pathlib import Path
from typing import Any, Final, TypeAlias

import schemathesis
import yaml
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.schemas import BaseSchema

from nexus_shop.api.rest.errors import CONTENT_TYPE, STATUS
from tests.fuzz import stage
from tests.fuzz.staff_bodies import KEPT

Case: TypeAlias = schemathesis.Case[Any]
FILE: Final = Path(__file__).resolve().parents[2] / "nexus_shop" / "api" / "openapi.yml"
IS_SOAK: Final = bool(os.environ.get("NEXUS_SOAK"))
EXAMPLES: Final = 300 if IS_SOAK else 6
KNOWN: Final[dict[str, list[Any]]] = {
    "keys": [str(stage.MUG), "sku:MUG", "sku:PEN", "mug", str(stage.PARENT), str(stage.CHILD), str(stage.WITHDRAWN)],
    "orders": [stage.ORDER, stage.OTHER_ORDER],
    "checkouts": [stage.CHECKOUT, stage.OTHER_CHECKOUT],
    "lines": [stage.GUEST_LINE, stage.CUSTOMER_LINE, stage.OTHER_LINE],
    "saved": [stage.GUEST_SAVED, stage.CUSTOMER_SAVED, stage.OTHER_SAVED],
    "shared": [stage.SHARED],
    "vouchers": [*stage.VOUCHERS, "save"],
    "product_links": [f"/api/v1/products/{pk}/" for pk in stage.PRODUCTS],
    "basket_links": [f"/api/v1/baskets/{each}/" for each in (stage.GUEST_CART, stage.CUSTOMER_CART, stage.OTHER_CART)],
    "addresses": [stage.ADDRESS, stage.OTHER_ADDRESS],
    "csv": ["MUG,1", "sku;quantity\nMUG;2\nPEN;1", "MUG\t1\nNONE\t1"],
    "tokens": [stage.GUEST_TOKEN, stage.OTHER_TOKEN],
    "carts": [stage.GUEST_CART, stage.CUSTOMER_CART, stage.OTHER_CART],
    "idempotency_keys": ["known-key-1", "known-key-2"],
    "versions": ['"1"', '"2"', "*"],
    "products": list(stage.PRODUCTS),
    "quantities": [0, 1, 2, 3, 4],
    "totals": [stage.TOTAL],
    "currencies": ["GBP", "USD"],
    "countries": ["US", "GB"],
    "categories": [stage.CATEGORY, 999],
    "brands": ["oak", "1", "oak,1", "none"],
    "fields": ["id", "id,title,price"],
    "parts": ["variants", "media,attributes", "category"],
    "category_keys": [str(stage.CATEGORY), "kitchen", "none"],
    "emails": [stage.CUSTOMER_EMAIL],
    "passwords": [stage.PASSWORD],
    "usernames": ["customer"],
    "skus": ["MUG", "NEW-SKU"],
    "order_lines": [stage.ORDER_LINE],
    "options": ["engraving"],
    "payments": [stage.PAYMENT],
    "payment_methods": ["manual", "gold"],
}
# A body that fits the schema may break a rule, and may not be the caller's to send. It is never 400.
ACCEPTED: Final = ["2xx", 301, 401, 403, 404, 409, 412, 422]  # 301: the slug is an old one, of what staff have changed
REFUSED: Final = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, "5xx"]
# Problems that are about one place of the request.
LOCATED: Final = {"invalid_request", "unknown_field", "unknown_parameter", "page_too_deep"}
# Which cursors are ours, and which attributes there are; how deep `page` times `page_size` goes; what is a CSV of ours;
# an option, or a line, that stands twice in its list; a list price that is not above the price; what is put back on the
# shelf without coming back. Words that stand for one another; slugs that are words of the API; codes that are words of
# Python; what stands twice.
UNSAYABLE: Final = re.compile(
    r"cursor|page|attr\..*|(/items/\d+)?/options|/csv|/lines/\d+/id|/list_price|/restock"
    r"|/slug|/code|/name|/category|/categories.*|/variants|/attributes(/\d+/code)?|/title"
)
LIKELY: Final = 0.6
PARAMETERS: Final = {
    "path.key": "keys",
    "header.X-Cart-Token": "tokens",
    "header.Idempotency-Key": "idempotency_keys",
    "header.If-Match": "versions",
    "query.country": "countries",
    "query.root": "categories",
    "query.category": "categories",
    "query.brand": "brands",
    "query.fields": "fields",
    "query.expand": "parts",
    "path.slug": "brands",
    "body.product_id": "products",
    "body.quantity": "quantities",
    "body.items[*].product_id": "products",
    "body.items[*].quantity": "quantities",
    "body.items[*].options[*].option": "options",
    "body.items[*].sku": "skus",
    "body.csv": "csv",
    "body.item": "lines",
    "body.url": "product_links",
    "body.vouchercode": "vouchers",
    "body.basket": "basket_links",
    "body.total": "totals",
    "body.guest_email": "emails",
    "body.country": "countries",
    "path.basket": "carts",
    "body.token": "tokens",
    "body.code": "vouchers",
    "path.code": "vouchers",
    "body.options[*].option": "options",
    "body.cart": "carts",
    "body.expected_total.amount": "totals",
    "body.expected_total.currency": "currencies",
    "body.shipping_address.country": "countries",
    "body.billing_address.country": "countries",
    "body.category": "categories",
    "body.email": "emails",
    "body.username": "usernames",
    "body.password": "passwords",
    "body.sku": "skus",
    "body.order": "orders",
    "body.method": "payment_methods",
    "body.expected_amount.amount": "totals",
    "body.expected_amount.currency": "currencies",
    "body.amount.amount": "totals",
    "body.amount.currency": "currencies",
    "body.lines[*].id": "order_lines",
    "body.lines[*].quantity": "quantities",
}
ORDER_PATHS: Final = (
    *(f"/api/v1/orders/{{handle}}/{part}" for part in ("", "status/", "cancel/", "events/")),
    *(
        f"/api/v1/admin/orders/{{handle}}/{part}"
        for part in ("", "lines/", "shipping-events/", "payment-events/", "notes/", "links/")
    ),
)
CHECKOUTS: Final = [
    "/api/v1/checkouts/{handle}/" + step
    for step in ("", "addresses/", "shipping-methods/", "shipments/", "payment-sessions/", "complete/", "cancel/")
]
BASKET: Final = "/api/v1/baskets/{basket}/"
ADDRESS_PATHS: Final = ("/api/v1/me/addresses/{handle}/", "/api/v1/useraddresses/{handle}/")
EXAMPLE_OF: Final = {
    **{path: {"handle": stage.CHECKOUT} for path in CHECKOUTS},
    "/api/v1/cart/items/{handle}/": {"handle": stage.GUEST_LINE},
    **{path: {"handle": stage.ORDER} for path in ORDER_PATHS},
    "/api/v1/cart/vouchers/{code}/": {"code": "INSIDE"},
    "/api/v1/cart/saved/{handle}/": {"handle": stage.GUEST_SAVED},
    "/api/v1/cart/saved/{handle}/restore/": {"handle": stage.GUEST_SAVED},
    "/api/v1/cart/shared/{handle}/": {"handle": stage.SHARED},
    "/api/v1/cart/shared/{handle}/restore/": {"handle": stage.SHARED},
    "/api/v1/payments/{handle}/": {"handle": stage.PAYMENT},
    **{f"{BASKET}{part}": {"basket": stage.GUEST_CART} for part in ("", "lines/")},
    f"{BASKET}lines/{{handle}}/": {"basket": stage.GUEST_CART, "handle": stage.GUEST_LINE},
    **{path: {"handle": stage.ADDRESS} for path in ADDRESS_PATHS},
    "/api/v1/products/{key}/": {"key": "sku:MUG"},
    **{f"/api/v1/products/{{key}}/{part}/": {"key": "mug"} for part in ("variants", "media", "related", "reviews")},
    "/api/v1/categories/{key}/": {"key": "kitchen"},
    "/api/v1/brands/{slug}/": {"slug": "oak"},
    "/api/v1/admin/shipping-methods/{method_id}/": {"method_id": "1"},
    "/api/v1/admin/tax-rules/{rate_id}/": {"rate_id": "1"},
    "/api/v1/admin/translations/{kind}/{thing_id}/": {"kind": "products", "thing_id": str(stage.MUG)},
    **{f"/api/v1/admin/{kind}/{{key}}/": {"key": "1"} for kind in (*KEPT, "products", "stockrecords")},
    "/api/v1/admin/products/{key}/variants/": {"key": str(stage.PARENT)},
    "/api/v1/admin/products/{key}/images/": {"key": str(stage.MUG)},
    "/api/v1/admin/products/{key}/images/{image_id}/": {"key": str(stage.MUG), "image_id": str(stage.PICTURE)},
}


def load() -> BaseSchema:
    """The schema, with the known values."""
    document = yaml.safe_load(FILE.read_text())
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                _add_example(parameter, EXAMPLE_OF.get(path, {}))
    return schemathesis.openapi.from_dict(document, config=configuration())


def _add_example(parameter: dict[str, Any], examples: dict[str, str]) -> None:
    if parameter["name"] in examples:
        parameter["example"] = examples[parameter["name"]]
    elif parameter["name"] == "X-Cart-Token":
        parameter["example"] = stage.GUEST_TOKEN


def configuration() -> schemathesis.Config:
    """What is generated, and how much of it."""
    bound = {name: {"dictionary": dictionary, "probability": LIKELY} for name, dictionary in PARAMETERS.items()}
    handles = {
        **dict.fromkeys(CHECKOUTS, "checkouts"),
        "/api/v1/cart/items/{handle}/": "lines",
        f"{BASKET}lines/{{handle}}/": "lines",
        **dict.fromkeys(ADDRESS_PATHS, "addresses"),
        **dict.fromkeys(ORDER_PATHS, "orders"),
        "/api/v1/cart/saved/{handle}/": "saved",
        "/api/v1/cart/saved/{handle}/restore/": "saved",
        "/api/v1/cart/shared/{handle}/": "shared",
        "/api/v1/cart/shared/{handle}/restore/": "shared",
        "/api/v1/payments/{handle}/": "payments",
    }
    return schemathesis.Config.from_dict(
        {
            "generation": {"mode": "all", "max-examples": EXAMPLES, "deterministic": not IS_SOAK, "allow-x00": False},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                "negative_data_rejection": {"expected-statuses": REFUSED},
            },
            "dictionaries": {name: {"values": values} for name, values in KNOWN.items()},
            "parameters": bound,
            "operations": [
                {
                    "include-path": path,
                    "parameters": {"path.handle": {"dictionary": name, "probability": LIKELY}},
                }
                for path, name in handles.items()
            ]
            + [
                {
                    "include-path": "/api/v1/categories/{key}/",
                    "parameters": {"path.key": {"dictionary": "category_keys", "probability": LIKELY}},
                }
            ],
        }
    )


@schemathesis.check
def errors_are_problems(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> None:
    """Every answer of 400 and above is a problem with a code of ours, and says what was wrong where."""
    if response.status_code < 400:
        return
    assert response.headers["content-type"] == [CONTENT_TYPE]
    if response.request.method == "HEAD":
        return
    problem = response.json()
    assert STATUS.get(problem["code"]) == response.status_code == problem["status"], problem
    if "idempotent-replayed" not in response.headers:
        assert [problem["request_id"]] == response.headers["x-request-id"]
    sent: Any = response.request.body or b""
    assert flaws_of(problem, sent.encode() if isinstance(sent, str) else sent) == []


def flaws_of(problem: dict[str, Any], sent: bytes) -> list[str]:
    """What is missing or wrong where a problem says what in the request was at fault."""
    errors = problem.get("errors", [])
    is_form = sent.startswith(b"--")
    flaws = [] if errors or problem["code"] not in LOCATED else [f"{problem['code']} does not say where"]
    for entry in errors:
        if ("pointer" in entry) == ("parameter" in entry):
            flaws.append(f"neither pointer nor parameter, or both: {entry}")
        elif "pointer" in entry and not (is_form or _leads_into(entry["pointer"], json.loads(sent or b"{}"))):
            flaws.append(f"there is no such place in the body: {entry}")
    return flaws


def _leads_into(pointer: str, body: Any) -> bool:
    """Whether the JSON Pointer names a place of the body; the last step may be missing there."""
    *steps, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")]
    if not steps:
        return not last
    for step in steps[1:]:
        if isinstance(body, list) and step.isdecimal() and int(step) < len(body):
            body = body[int(step)]
        elif isinstance(body, dict) and step in body:
            body = body[step]
        else:
            return False
    return isinstance(body, dict | list)


@schemathesis.hook
def filter_failure(
    ctx: schemathesis.HookContext, failure: Exception, case: Case, response: schemathesis.Response
) -> bool:
    """Leave out what no schema can say of a request, so that it may fit and still be 400."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = response.json()
    if problem["code"] == "malformed_json":  # a NUL in a name that no schema speaks of
        return False
    errors = problem.get("errors", [])
    places = [entry.get("parameter", entry.get("pointer", "")) for entry in errors]
    return not places or any(UNSAYABLE.fullmatch(place) is None for place in places)
