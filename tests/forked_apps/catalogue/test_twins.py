"""Variants of one product are told apart by what they say of themselves."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from forked_apps.catalogue.errors import VariantExists
from forked_apps.catalogue.models import Product, ProductAttribute, ProductAttributeValue, ProductClass
from forked_apps.catalogue.products import ProductFacts, change_product
from forked_apps.catalogue.variants import Matrix
from forked_apps.partner.products import NewProduct, build_variants, create_product
from tests.factories.catalogue import COLOURS, make_attribute, make_class, make_group
from tests.factories.http import client_of
from tests.factories.staff import make_member
from tests.forked_apps.catalogue.test_rivals import at_once

RED_M: dict[str, Any] = {"size": "M", "colour": "Red"}


def make_shirt() -> Product:
    shirts = make_class("Shirts")
    make_attribute(shirts, "trims", "multi_option", option_group=make_group("Trims", COLOURS))
    wanted = NewProduct("Shirt", None, None, sku="SH", product_class="Shirts", structure="parent")
    return Product.objects.get(pk=create_product(wanted))


def add_child(shirt: Product, title: str, attributes: Any) -> int:
    facts = ProductFacts(attributes=attributes)
    return create_product(NewProduct(title, Decimal(1), None, structure="child", parent_id=shirt.pk, facts=facts))


def said() -> list[Any]:
    return list(ProductAttributeValue.objects.order_by("pk").values_list())


@pytest.mark.django_db
def test_second_variant_of_the_same_attributes_is_refused() -> None:
    shirt = make_shirt()
    first = add_child(shirt, "One", RED_M)
    second = add_child(shirt, "Two", {"size": "M", "colour": "Blue"})
    before = said()
    for refused in (
        lambda: add_child(shirt, "Three", RED_M),
        lambda: change_product(second, changes={"attributes": {"colour": "Red"}}),
        lambda: change_product(second, changes={"attributes": RED_M}),
    ):
        with pytest.raises(VariantExists) as refusal:
            refused()
        assert (refusal.value.details(), refusal.value.pointer) == ({"variant": first}, "/attributes")
    assert (said(), Product.objects.filter(parent=shirt).count()) == (before, 2)
    change_product(second, changes={"attributes": {"colour": "Red", "size": "L"}})


@pytest.mark.django_db
def test_what_differs_in_any_attribute_is_another_variant() -> None:
    shirt = make_shirt()
    differences: list[dict[str, Any]] = [{}, {"material": "linen"}, {"trims": ["Red"]}, {"trims": ["Red", "Blue"]}]
    for number, more in enumerate(differences):
        add_child(shirt, f"Shirt {number}", RED_M | more)
    with pytest.raises(VariantExists):
        add_child(shirt, "The same", RED_M | {"trims": ["Blue", "Red"]})
    bare = [add_child(shirt, title, {}) for title in ("Bare", "Barer")]
    change_product(bare[0], changes={"attributes": {"size": None}})
    other = make_shirt_beside(shirt)
    assert add_child(other, "Elsewhere", RED_M)


def make_shirt_beside(shirt: Product) -> Product:
    wanted = NewProduct("Other", None, None, sku="OT", product_class="Shirts", structure="parent")
    return Product.objects.get(pk=create_product(wanted))


@pytest.mark.django_db
def test_twin_is_refused_over_the_api_with_the_variant_that_is_there() -> None:
    shirt = make_shirt()
    first, second = build_variants(shirt.pk, Matrix({"size": ["M"], "colour": ["Red", "Blue"]}), changed_by=None)
    client = client_of(make_member("Staff"))
    answer = client.patch(f"/api/v1/admin/products/{second}/", {"attributes": {"colour": "Red"}})
    assert (answer.status_code, answer.json()["code"], answer.json()["variant"]) == (409, "variant_exists", first)
    again = client.patch(f"/api/v1/admin/products/{first}/", {"attributes": RED_M, "title": "Red one"})
    assert again.status_code == 200


@pytest.mark.django_db
def test_class_that_takes_away_what_variants_differ_by_is_refused() -> None:
    shirt = make_shirt()
    first, second = build_variants(shirt.pk, Matrix({"size": ["M"], "colour": ["Red", "Blue"]}), changed_by=None)
    tops = ProductClass.objects.create(name="Tops")
    groups = {each.code: each.option_group for each in ProductAttribute.objects.exclude(option_group=None)}
    for code in ("size", "colour"):
        make_attribute(tops, code, "option", option_group=groups[code])
    client, path = client_of(make_member("Staff")), f"/api/v1/admin/products/{shirt.pk}/"
    change_product(shirt.pk, changes={"attributes": {"colour": "Red"}})
    before = said()
    answer = client.patch(path, {"product_class": "tops", "attributes": {"colour": None}})
    assert (answer.status_code, answer.json()["code"], answer.json()["variant"]) == (409, "variant_exists", second)
    shirt.refresh_from_db()
    assert (said(), shirt.product_class.name) == (before, "Shirts")
    change_product(first, changes={"attributes": {"size": "L"}})
    assert client.patch(path, {"product_class": "tops", "attributes": {"colour": None}}).status_code == 200
    sizes = ProductAttributeValue.objects.order_by("product_id").values_list("product_id", "value_option__option")
    assert list(sizes) == [(first, "L"), (second, "M")]


@pytest.mark.usefixtures("own_database")
def test_one_of_two_that_become_the_same_at_once_is_refused() -> None:
    shirt = make_shirt()
    ids = [add_child(shirt, name, {"size": "M", "material": name}) for name in ("linen", "wool")]
    works: list[Any] = [
        lambda pk=pk: change_product(pk, changes={"attributes": RED_M | {"material": None}}) for pk in ids
    ]
    works += [lambda title=title: add_child(shirt, title, RED_M) for title in ("x", "y")]
    answers = at_once(*works)
    assert answers.count("variant_exists") == 3
    connection.close()
