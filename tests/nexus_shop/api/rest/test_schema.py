"""What the OpenAPI file says beyond what spectacular finds out by itself."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management import call_command

from nexus_shop.api.docs import SCHEMA_FILE

DOCUMENT: dict[str, Any] = yaml.safe_load(SCHEMA_FILE.read_text())
SHAPES = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (f"{method} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_bodies_are_closed() -> None:
    requests = {name: shape for name, shape in SHAPES.items() if name.endswith("Request")}
    assert {"CheckoutInputRequest", "AddressInputRequest", "NoBodyRequest"} < set(requests)
    choices = {name for name, shape in requests.items() if set(shape) == {"oneOf"}}
    assert choices == {"CheckoutBodyRequest"}
    assert [name for name in set(requests) - choices if requests[name]["additionalProperties"] is not False] == []


def test_what_is_read_only_may_be_sent_back() -> None:
    assert SHAPES["QuantityInputRequest"]["required"] == ["quantity"]
    assert set(SHAPES["QuantityInputRequest"]["properties"]) == {
        *("id", "product", "quantity", "unit_price", "total", "discount", "options")
    }


def test_either_name_of_a_field_is_required() -> None:
    assert SHAPES["AddressInputRequest"]["required"] == ["country"]
    assert SHAPES["AddressInputRequest"]["allOf"] == [
        {"oneOf": [{"required": ["line1"]}, {"required": ["street"]}]},
        {"oneOf": [{"required": ["line4"]}, {"required": ["city"]}]},
        {"not": {"required": ["postcode", "zip_code"]}},
    ]
    assert SHAPES["LoginRequest"]["allOf"] == [{"oneOf": [{"required": ["email"]}, {"required": ["username"]}]}]
    assert SHAPES["NewProductRequest"]["allOf"] == [{"oneOf": [{"required": ["title"]}, {"required": ["name"]}]}]


def test_amounts_are_not_negative() -> None:
    text, number = SHAPES["NewProductRequest"]["properties"]["price"]["oneOf"]
    assert text["pattern"] == r"^[0-9]{1,10}(\.[0-9]{1,2})?$"
    assert number == {"type": "number", "minimum": 0, "exclusiveMaximum": 10**10, "multipleOf": 0.01}


def test_lists_have_their_bounds() -> None:
    items = SHAPES["OneShotInputRequest"]["properties"]["items"]
    assert (items["minItems"], items["maxItems"]) == (1, 100)


def test_pages_are_objects() -> None:
    for name in ("listProducts", "listOrders"):
        (operation,) = [operation for _, operation in OPERATIONS if operation["operationId"] == name]
        assert set(operation["responses"]["200"]["content"]["application/json"]["schema"]) == {"$ref"}


def test_what_takes_a_body_or_a_key_names_its_refusals() -> None:
    for name, operation in OPERATIONS:
        refusals = set(operation["responses"])
        if "requestBody" in operation:
            assert refusals >= {"400", "413", "415", "429"}, name
        if "Idempotency-Key" in {parameter["name"] for parameter in operation.get("parameters", [])}:
            assert refusals >= {"400", "409", "422"}, name


def test_committed_file_is_the_one_that_is_generated(tmp_path: Path) -> None:
    written = tmp_path / "openapi.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(written))
    assert written.read_text() == SCHEMA_FILE.read_text()
