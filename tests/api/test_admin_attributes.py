"""Attributes over the API: what the class does not have, and values of another type, are refused by every door."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product, ProductAttributeValue, ProductClass
from forked_apps.catalogue.products import change_product
from forked_apps.catalogue.variants import Matrix
from forked_apps.partner.products import NewProduct, build_variants, create_product
from tests.factories.catalogue import make_attribute, make_class
from tests.factories.http import client_of
from tests.factories.shop import make_product
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db

BULK = "/api/v1/admin/products/bulk/"
HELD = {"integer": 1, "float": 1.0, "boolean": True, "material": "1", "part": None}


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def shirt() -> Product:
    """A shirt that says of itself what HELD has; `part` names itself."""
    made = make_class("Shirts")
    for kind in ("integer", "float", "boolean"):
        make_attribute(made, kind, kind)
    make_attribute(made, "part", "entity")
    product = make_product("Shirt", sku="SHIRT", product_class="Shirts")
    change_product(product.pk, changes={"attributes": HELD | {"part": {"type": "product", "id": product.pk}}})
    return product


def place_of(product: Product) -> str:
    return f"/api/v1/admin/products/{product.pk}/"


def said() -> list[Any]:
    return sorted(ProductAttributeValue.objects.values_list(), key=str)


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"nosuch": None}, "attribute_unknown"),
        ({"x" * 5000: None}, "attribute_unknown"),
        ({"nosuch": None, "integer": 1}, "attribute_unknown"),
        ({"integer": True}, "product_value_refused"),
        ({"integer": 1.0}, "product_value_refused"),
        ({"float": True}, "product_value_refused"),
        ({"boolean": 1}, "product_value_refused"),
        ({"material": 1}, "product_value_refused"),
        ({"part": {"type": "product", "id": True}}, "product_value_refused"),
    ],
)
def test_unknown_code_and_wrong_type_are_refused_by_every_door(
    staff: APIClient, shirt: Product, attributes: dict[str, Any], code: str
) -> None:
    before, place = said(), place_of(shirt)
    name = next(iter(attributes))
    listed = [{"code": each, "value": value} for each, value in attributes.items()]
    whole = staff.get(place).json()
    for answer, pointer in (
        (staff.patch(place, {"attributes": attributes}), f"/attributes/{name}"),
        (staff.patch(place, {"attributes": listed}), "/attributes/0/value"),
        (staff.put(place, whole | {"attributes": whole["attributes"] | attributes}), f"/attributes/{name}"),
        (
            staff.post("/api/v1/admin/products/", {"title": "X", "product_class": "shirts", "attributes": attributes}),
            f"/attributes/{name}",
        ),
    ):
        body = answer.json()
        assert (answer.status_code, body["code"], body["errors"][0]["pointer"]) == (422, code, pointer)
    [row] = staff.put(BULK, {"products": [{"sku": "SHIRT", "attributes": attributes}]}).json()["results"]
    assert (row["status"], row["code"], row["pointer"]) == ("refused", code, f"/attributes/{name}")
    assert (said(), Product.objects.count()) == (before, 1)


def test_what_was_read_is_unchanged_and_whole_numbers_stand_for_floats(staff: APIClient, shirt: Product) -> None:
    before, shown = said(), staff.get(place_of(shirt)).json()
    for attributes in (shown["attributes"], {"float": 1}, {"size": None, "colour": None}, {}):
        assert staff.patch(place_of(shirt), {"attributes": attributes}).json()["version"] == shown["version"]
        [row] = staff.put(BULK, {"products": [{"sku": "SHIRT", "attributes": attributes}]}).json()["results"]
        assert row["status"] == "unchanged"
    assert staff.put(place_of(shirt), shown).json()["version"] == shown["version"]
    assert said() == before


def test_null_of_what_only_variants_have_changes_nothing_but_goes_with_the_class(staff: APIClient) -> None:
    shirts, tops = make_class("Shirts"), ProductClass.objects.create(name="Tops", slug="tops")
    group = shirts.attributes.get(code="size").option_group
    make_attribute(tops, "size", "option", option_group=group)
    shirt = Product.objects.get(pk=create_product(NewProduct("Shirt", None, None, product_class="Shirts")))
    build_variants(shirt.pk, Matrix({"size": ["S", "M"], "colour": ["Red"]}), changed_by=None)
    change_product(shirt.pk, changes={"attributes": {"material": "wool"}})
    before = said()
    assert staff.patch(place_of(shirt), {"attributes": {"colour": None}}).status_code == 200
    assert said() == before
    moved = {"product_class": "tops", "attributes": {"colour": None, "material": None, "nosuch": None}}
    refused = staff.patch(place_of(shirt), moved)
    assert (refused.status_code, refused.json()["code"]) == (422, "attribute_unknown")
    assert refused.json()["errors"][0]["pointer"] == "/attributes/nosuch"
    assert said() == before
    moved["attributes"] = {"colour": None}
    assert staff.patch(place_of(shirt), moved).json()["attributes"] == ["material"]
    assert said() == before
    moved["attributes"] = {"colour": None, "material": None}
    answer = staff.patch(place_of(shirt), moved)
    assert (answer.status_code, answer.json()["product_class"]) == (200, "tops")
    assert sorted(ProductAttributeValue.objects.values_list("attribute__code", flat=True)) == ["size", "size"]
