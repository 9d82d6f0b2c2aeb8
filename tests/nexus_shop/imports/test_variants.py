"""Which variant of a file is which product of the shop, and which is refused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from forked_apps.catalogue.models import (
    Product,
    ProductImage,
)
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import allocate_stock
from nexus_shop.imports.errors import VariantsRefused
from nexus_shop.imports.outcomes import Outcome, Remark
from nexus_shop.imports.values import SourcePicture
from tests.factories.shop import make_product
from tests.nexus_shop.imports.sources import LARGE, MUG, SHIRT, SMALL, digest, events, load, refusals

pytestmark = pytest.mark.django_db


def test_new_variant_is_added_and_a_missing_one_is_told() -> None:
    load(SHIRT)
    medium = replace(LARGE, sku="SH-M", values=("Medium",))
    outcome = load(replace(SHIRT, variants=(SMALL, medium)))
    assert outcome == Outcome(
        results={2: "unchanged", 3: "created"}, remarks=[Remark(2, "sku", "variant SH-L is not in the file: it stays")]
    )
    assert Product.objects.filter(parent__code="shopify:shirt").count() == 3


def test_missing_variant_is_not_told_where_rows_were_refused() -> None:
    load(SHIRT)
    assert load(replace(SHIRT, variants=(SMALL,), is_complete=False)).remarks == []


def test_variant_is_found_by_its_sku_when_its_option_has_another_name() -> None:
    load(SHIRT)
    load(replace(SHIRT, variants=(replace(SMALL, values=("S",)), LARGE)))
    child = Product.objects.get(upc="SH-S")
    assert child.title == "Shirt – S"
    assert child.attribute_values.get().value == "S"
    assert Product.objects.filter(parent__code="shopify:shirt").count() == 2


def test_variant_is_found_by_its_options_when_its_sku_is_another() -> None:
    load(SHIRT)
    load(replace(SHIRT, variants=(replace(SMALL, sku="NEW-S", values=("small",)), LARGE)))
    assert Product.objects.get(slug="shirt-small").upc == "NEW-S"
    assert StockRecord.objects.get(product__slug="shirt-small").partner_sku == "NEW-S"
    assert Product.objects.filter(parent__code="shopify:shirt").count() == 2


def test_made_sku_never_replaces_one_of_the_shop() -> None:
    load(SHIRT)
    before = digest()
    load(replace(SHIRT, variants=(replace(SMALL, sku="shirt.small", has_made_sku=True), LARGE)))
    assert digest() == before


def test_sku_of_another_product_refuses_the_variant_only() -> None:
    other = make_product(sku="SH-L")
    outcome = load(SHIRT)
    assert refusals(outcome) == [(3, "sku", "sku_taken")]
    assert outcome.results == {2: "created"}
    assert [child.upc for child in Product.objects.filter(parent__code="shopify:shirt")] == ["SH-S"]
    assert Product.objects.get(upc="SH-L") == other


def test_sku_of_another_product_refuses_a_stand_alone_product() -> None:
    make_product(sku="MUG-1")
    before = digest()
    with pytest.raises(VariantsRefused) as refused:
        load(MUG)
    assert refusals(Outcome(refusals=refused.value.facts.refusals)) == [(2, "sku", "sku_taken")]
    assert digest() == before


def test_sku_that_only_the_partner_has_is_taken_too() -> None:
    other = make_product(sku="OTHER")
    StockRecord.objects.filter(product=other).update(partner_sku="MUG-1")
    with pytest.raises(VariantsRefused):
        load(MUG)


def test_stock_below_what_is_promised_refuses_the_variant_as_a_whole() -> None:
    load(SHIRT)
    before = events()
    allocate_stock({StockRecord.objects.get(partner_sku="SH-L").pk: 2})
    outcome = load(replace(SHIRT, variants=(SMALL, replace(LARGE, quantity=1, price=Decimal("1.00")))))
    assert refusals(outcome) == [(3, "quantity", "stock_below_allocation")]
    record = StockRecord.objects.get(partner_sku="SH-L")
    assert (record.price, record.num_in_stock, record.num_allocated) == (Decimal("22.00"), 4, 2)
    assert events() == before


def test_slugs_of_children_that_are_taken_or_alike_get_numbers() -> None:
    make_product("Shirt small", sku="OLD")
    variants = (SMALL, replace(LARGE, values=("1.5",)), replace(LARGE, line=4, sku="SH-15", values=("15",)))
    load(replace(SHIRT, variants=variants))
    slugs = Product.objects.filter(parent__code="shopify:shirt").values_list("upc", "slug").order_by("upc")
    assert list(slugs) == [("SH-15", "shirt-15-2"), ("SH-L", "shirt-15"), ("SH-S", "shirt-small-2")]


def test_long_titles_of_children_are_cut() -> None:
    load(replace(SHIRT, title="x" * 255))
    assert {len(child.title) for child in Product.objects.filter(parent__code="shopify:shirt")} == {255}


def test_pictures_are_added_in_order_to_product_and_variant() -> None:
    source = replace(
        SHIRT,
        pictures=(
            SourcePicture(3, "https://example.com/b.jpg", ""),
            SourcePicture(2, "https://example.com/a.jpg", "Front"),
        ),
        variants=(SMALL, replace(LARGE, picture_url="https://example.com/a.jpg")),
    )
    load(source, pictures={"https://example.com/a.jpg": "a.webp", "https://example.com/b.jpg": "b.webp"})
    found = ProductImage.objects.order_by("product__pk", "display_order")
    assert [(i.product.title, i.original.name, i.caption, i.display_order) for i in found] == [
        ("Shirt", "b.webp", "", 0),
        ("Shirt", "a.webp", "Front", 1),
        ("Shirt – Large", "a.webp", "", 0),
    ]
