"""Chosen variants of a matrix, each with its own SKU, price and stock: all of them or none."""

from decimal import Decimal

import pytest

from forked_apps.catalogue.errors import SkuTaken, StructureRefused, ValueRefused
from forked_apps.catalogue.models import AttributeOption, AttributeOptionGroup, Product, ProductAttribute, ProductClass
from forked_apps.partner.models import StockRecord
from forked_apps.partner.products import NewVariant, Opening, build_chosen_variants
from tests.factories.shop import make_product
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

AXES = {"size": ["S", "M"], "colour": ["Red", "Blue"]}


@pytest.fixture
def shirt() -> Product:
    kind = ProductClass.objects.create(name="Shirts")
    for code, names in AXES.items():
        group = AttributeOptionGroup.objects.create(name=code)
        AttributeOption.objects.bulk_create(AttributeOption(group=group, option=name) for name in names)
        ProductAttribute.objects.create(product_class=kind, name=code, code=code, type="option", option_group=group)
    made: Product = Product.objects.create(title="Shirt", upc="SHIRT", product_class=kind)
    return made


def variant(size: str, colour: str, sku: str = "", price: str = "9.00", stock: int = 1) -> NewVariant:
    return NewVariant((size, colour), Opening(Decimal(price), num_in_stock=stock), sku)


def build(shirt: Product, *variants: NewVariant) -> list[int]:
    return build_chosen_variants(shirt.pk, AXES, variants=variants, changed_by=None)


def stocked() -> list[tuple[str, str, str, int | None]]:
    records = StockRecord.objects.select_related("product").order_by("product_id")
    return [(each.product.title, each.partner_sku, str(each.price), each.num_in_stock) for each in records]


def test_each_gets_its_own_figures_and_what_is_there_stays(shirt: Product) -> None:
    build(shirt, variant("M", "Blue", "MB", "8.00", 2))

    made = build(shirt, variant("M", "Blue", "OTHER", "1.00", 9), variant("M", "Red", "MR"), variant("S", "Red", "SR"))

    assert len(made) == 2
    assert stocked() == [
        ("Shirt, M, Blue", "MB", "8.00", 2),
        ("Shirt, S, Red", "SR", "9.00", 1),
        ("Shirt, M, Red", "MR", "9.00", 1),
    ]


def test_a_taken_sku_names_its_row_and_nothing_is_made(shirt: Product) -> None:
    make_product("Other", sku="TAKEN")
    before = stocked()
    for second in (variant("S", "Blue", "TAKEN"), variant("S", "Blue", "SR")):
        with pytest.raises(SkuTaken) as refusal:
            build(shirt, variant("S", "Red", "SR"), second)
        assert refusal.value.pointer == "/variants/1/sku"

    assert stocked() == before
    assert Product.objects.filter(parent=shirt).count() == 0


def test_what_is_no_parent_and_what_is_no_text_are_refused(shirt: Product) -> None:
    lamp = make_product("Lamp")

    with pytest.raises(StructureRefused):
        build_chosen_variants(lamp.pk, AXES, variants=[variant("S", "Red")], changed_by=None)
    with pytest.raises(ValueRefused):
        build(shirt, variant("S", "Red", "a\x01"))

    assert Product.objects.filter(structure="child").count() == 0


def test_statements_do_not_grow_with_the_variants(shirt: Product) -> None:
    few, _ = statements_of(lambda: build(shirt, variant("S", "Red", "SR")))
    many, _ = statements_of(
        lambda: build(
            shirt, *(variant(*pair, sku="".join(pair)) for pair in (("S", "Blue"), ("M", "Red"), ("M", "Blue")))
        )
    )

    outside_documents = [sql for sql in many if "search_" not in sql]
    assert len(outside_documents) <= len([sql for sql in few if "search_" not in sql]) + 2
