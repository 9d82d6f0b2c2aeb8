"""Classes, categories and brands that imported products share."""

from dataclasses import replace

import pytest

from forked_apps.catalogue.models import (
    Brand,
    Category,
    Product,
    ProductAttributeValue,
    ProductClass,
)
from forked_apps.partner.models import StockRecord
from tests.nexus_shop.imports.sources import MUG, MUG_1, SHIRT, load

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("tracks_stock", "requires_shipping", "name"),
    [
        (True, True, "Kitchen"),
        (False, True, "Kitchen (stock not counted)"),
        (True, False, "Kitchen (not shipped)"),
        (False, False, "Kitchen (stock not counted, not shipped)"),
    ],
)
def test_class_says_whether_stock_is_counted_and_goods_are_shipped(
    tracks_stock: bool, requires_shipping: bool, name: str
) -> None:
    quantity = 7 if tracks_stock else None
    variant = replace(MUG_1, quantity=quantity)
    load(replace(MUG, tracks_stock=tracks_stock, requires_shipping=requires_shipping, variants=(variant,)))
    product_class = Product.objects.get(code="shopify:mug").product_class
    assert (product_class.name, product_class.track_stock, product_class.requires_shipping) == (
        name,
        tracks_stock,
        requires_shipping,
    )
    assert StockRecord.objects.get(partner_sku="MUG-1").num_in_stock == quantity


def test_class_that_is_there_is_taken_as_it_is() -> None:
    ProductClass.objects.create(name="Kitchenware", slug="kitchen", track_stock=False)
    load(MUG)
    product_class = Product.objects.get(code="shopify:mug").product_class
    assert (product_class.name, product_class.track_stock) == ("Kitchenware", False)


def test_product_without_type_has_the_default_class_and_no_category() -> None:
    load(replace(MUG, type=""))
    product = Product.objects.get(code="shopify:mug")
    assert product.product_class.name == "General"
    assert product.categories.count() == 0


def test_category_follows_the_type_and_others_stay() -> None:
    load(MUG)
    product = Product.objects.get(code="shopify:mug")
    gifts = Category.add_root(name="Gifts")
    product.categories.add(gifts)
    load(replace(MUG, type="Table"))
    assert sorted(category.name for category in product.categories.all()) == ["Gifts", "Table"]


def test_category_is_found_wherever_it_was_moved() -> None:
    load(MUG)
    home = Category.add_root(name="Home")
    kitchen = Category.objects.get(name="Kitchen")
    kitchen.move(home, "last-child")
    Category.objects.filter(pk=kitchen.pk).update(name="Cooking")
    load(replace(MUG, code="shopify:bowl", slug="bowl", variants=(replace(MUG_1, sku="BOWL"),)))
    assert [category.pk for category in Product.objects.get(code="shopify:bowl").categories.all()] == [kitchen.pk]


def test_root_category_of_the_name_is_taken_over() -> None:
    kitchen = Category.add_root(name="Kitchen", description="Ours")
    load(MUG)
    assert [category.pk for category in Product.objects.get(code="shopify:mug").categories.all()] == [kitchen.pk]
    assert Category.objects.get(pk=kitchen.pk).description == "Ours"


def test_root_category_with_a_code_of_its_own_keeps_it() -> None:
    kitchen = Category.add_root(name="Kitchen", code="KIT")
    load(MUG)
    assert [category.pk for category in Product.objects.get(code="shopify:mug").categories.all()] == [kitchen.pk]
    assert Category.objects.get(pk=kitchen.pk).code == "KIT"


def test_brand_is_found_whatever_the_case() -> None:
    Brand.objects.create(name="POTTERS", slug="potters")
    load(MUG)
    assert Brand.objects.count() == 1


@pytest.mark.parametrize("kind", ["x" * 90, "я" * 90, "🧦" * 90])
def test_long_types_fit(kind: str) -> None:
    source = replace(MUG, type=kind, tracks_stock=False, requires_shipping=False)
    load(source)
    load(replace(source, code="shopify:bowl", slug="bowl", variants=(replace(MUG_1, sku="BOWL"),)))
    assert list(ProductClass.objects.values_list("name", flat=True)) == [f"{kind} (stock not counted, not shipped)"]
    assert list(Category.objects.values_list("name", flat=True)) == [kind]


def test_values_move_with_the_product_to_another_class() -> None:
    load(SHIRT)
    load(replace(SHIRT, type="Tops"))
    values = ProductAttributeValue.objects.order_by("product__pk")
    assert [(v.attribute.product_class.name, v.value) for v in values] == [("Tops", "Small"), ("Tops", "Large")]
