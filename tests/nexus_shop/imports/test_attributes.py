"""Options, tags and barcodes as attributes."""

from dataclasses import replace

import pytest

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductClass,
)
from tests.nexus_shop.imports.sources import MUG, SHIRT, SMALL, load

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["x" * 128, "я" * 128, "🧦" * 128])
def test_long_option_names_fit(name: str) -> None:
    load(replace(SHIRT, options=(name, name[:-1] + "z"), variants=(replace(SMALL, values=("a", "b")),)))
    assert [value.value for value in ProductAttributeValue.objects.order_by("pk")] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Size", "size"),
        ("Set", "option_set"),
        ("class", "option_class"),
        ("2 sizes", "option_2_sizes"),
        ("Tags", "option_tags"),
    ],
)
def test_options_become_attributes_with_usable_codes(name: str, code: str) -> None:
    load(replace(SHIRT, options=(name,)))
    attribute = ProductAttribute.objects.get()
    assert (attribute.code, attribute.name, attribute.type) == (code, name, "text")
    assert Product.objects.get(upc="SH-S").attr.get_values()[0].value == "Small"


def test_option_attribute_that_is_there_is_used() -> None:
    group = AttributeOptionGroup.objects.create(name="Sizes")
    AttributeOption.objects.create(group=group, option="Small")
    kind = ProductClass.objects.create(name="Clothes", slug="clothes")
    ProductAttribute.objects.create(product_class=kind, code="size", name="Size", type="option", option_group=group)
    load(SHIRT)
    assert [option.option for option in group.options.order_by("pk")] == ["Small", "Large"]
    values = ProductAttributeValue.objects.order_by("product__pk")
    assert [str(value.value) for value in values] == ["Small", "Large"]
    assert load(SHIRT).results == {2: "unchanged", 3: "unchanged"}


def test_attribute_of_another_type_is_left_alone() -> None:
    kind = ProductClass.objects.create(name="Clothes", slug="clothes")
    ProductAttribute.objects.create(product_class=kind, code="size", name="Size", type="integer")
    load(SHIRT)
    assert Product.objects.get(upc="SH-S").attribute_values.get().attribute.code == "size_text"
    assert load(SHIRT).results == {2: "unchanged", 3: "unchanged"}


def test_tags_that_are_gone_are_taken_away() -> None:
    load(replace(MUG, tags="tea"))
    assert load(MUG).results == {2: "updated"}
    assert ProductAttributeValue.objects.count() == 0
