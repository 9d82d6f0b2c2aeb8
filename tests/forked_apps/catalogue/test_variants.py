"""The option matrix."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forked_apps.catalogue import variants
from forked_apps.catalogue.errors import (
    AttributeRequired,
    AttributeUnknown,
    SkuTaken,
    StructureRefused,
    TooManyVariants,
    ValueRefused,
)
from forked_apps.catalogue.models import Product, ProductAttributeValue, ProductClass
from forked_apps.catalogue.products import change_product
from forked_apps.catalogue.variants import Matrix
from forked_apps.partner.models import Partner, StockMovement, StockRecord
from forked_apps.partner.products import NewProduct, Opening, build_variants, create_product
from forked_apps.search.operations import rebuild_noted, stale_products
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import OutboxEvent
from tests.factories.catalogue import make_attribute, make_class
from tests.factories.http import new_client
from tests.factories.shop import make_product

pytestmark = pytest.mark.django_db

AXES = {"size": ["S", "M", "L"], "colour": ["Red", "Blue"]}


@pytest.fixture
def shirt() -> Product:
    make_class("Shirts")
    wanted = NewProduct("Shirt", None, None, sku="SH", product_class="Shirts", structure="parent")
    return Product.objects.get(pk=create_product(wanted))


def children(parent: Product) -> list[tuple[str, str, str]]:
    return list(Product.objects.filter(parent=parent).order_by("pk").values_list("title", "upc", "slug"))


def test_matrix_makes_a_variant_of_each_combination(shirt: Product) -> None:
    opening = Opening(Decimal("20.00"), list_price=Decimal("25.00"), num_in_stock=4)
    made = build_variants(shirt.pk, Matrix(AXES, sku="{sku}-{size}-{colour}"), opening=opening, changed_by=None)
    assert len(made) == 6
    assert children(shirt) == [
        ("Shirt, S, Red", "SH-s-red", "shirt-s-red"),
        ("Shirt, S, Blue", "SH-s-blue", "shirt-s-blue"),
        ("Shirt, M, Red", "SH-m-red", "shirt-m-red"),
        ("Shirt, M, Blue", "SH-m-blue", "shirt-m-blue"),
        ("Shirt, L, Red", "SH-l-red", "shirt-l-red"),
        ("Shirt, L, Blue", "SH-l-blue", "shirt-l-blue"),
    ]
    body = new_client().get(f"/api/v1/products/{shirt.pk}/").json()
    assert (body["variant_count"], body["price_from"]["gross"], body["availability"]["code"]) == (6, "20.00", "instock")
    values = [{each["code"]: each["value"] for each in variant["attributes"]} for variant in body["variants"]]
    assert values[3] == {"size": "M", "colour": "Blue"}
    assert list(StockMovement.objects.values_list("delta", "reason")) == [(4, "new product")] * 6
    assert set(StockRecord.objects.values_list("partner_sku", flat=True)) == {sku for _, sku, _ in children(shirt)}
    assert stale_products() == []


def test_same_matrix_again_makes_nothing_and_a_larger_one_what_is_missing(shirt: Product) -> None:
    first = build_variants(shirt.pk, Matrix({"size": ["S"], "colour": ["Red"]}), changed_by=None)
    assert build_variants(shirt.pk, Matrix({"colour": ["Red"], "size": ["S", "S"]}), changed_by=None) == []
    more = build_variants(shirt.pk, Matrix(AXES), changed_by=None)
    assert (len(first), len(more), build_variants(shirt.pk, Matrix(AXES), changed_by=None)) == (1, 5, [])
    assert Product.objects.filter(parent=shirt).count() == 6
    assert OutboxEvent.objects.filter(name="ProductPublished").count() == 7


def test_number_of_statements_does_not_grow_with_the_matrix(shirt: Product) -> None:
    def statements(axes: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            build_variants(shirt.pk, Matrix(axes, is_public=False), changed_by=None)
        return len([query for query in captured if "search_" not in query["sql"]])

    one = statements({"size": ["S"], "colour": ["Red"]})
    five = statements(AXES)
    while rebuild_noted():
        pass
    assert (five - one <= 5, stale_products()) == (True, [])


def test_titles_follow_the_pattern(shirt: Product) -> None:
    build_variants(
        shirt.pk, Matrix({"size": ["S"]}, title="{title} in {size} ({sku})", is_public=False), changed_by=None
    )
    assert children(shirt)[0][:2] == ("Shirt in S (SH)", "")
    assert Product.objects.get(parent=shirt).is_public is False


def test_product_without_stock_becomes_a_parent() -> None:
    make_class("Shirts")
    made = create_product(NewProduct("Shirt", None, None, product_class="Shirts"))
    build_variants(made, Matrix({"size": ["S"]}), changed_by=None)
    assert Product.objects.get(pk=made).structure == "parent"


def test_slug_that_another_product_has_in_another_language_is_numbered(shirt: Product) -> None:
    other = make_product("Mug")
    Product.objects.filter(pk=other.pk).update(i18n={"slug_de": "shirt-s"})
    build_variants(shirt.pk, Matrix({"size": ["S", "M"]}), changed_by=None)
    assert sorted(slug for _, _, slug in children(shirt)) == ["shirt-m", "shirt-s-2"]


def test_slug_that_is_taken_is_numbered(shirt: Product) -> None:
    make_product("Shirt S")
    build_variants(shirt.pk, Matrix({"size": ["S", "M"]}), changed_by=None)
    assert [slug for _, _, slug in children(shirt)] in (["shirt-s-2", "shirt-m"], ["shirt-m", "shirt-s-2"])


BAD: list[tuple[dict[str, Any], Any, str]] = [
    ({"axes": {}}, ValueRefused, "/axes"),
    ({"axes": {f"a{n}": ["S"] for n in range(6)}}, ValueRefused, "/axes"),
    ({"axes": {"sleeve": ["long"]}}, AttributeUnknown, "/axes/sleeve"),
    ({"axes": {"material": ["Cotton"]}}, ValueRefused, "/axes/material"),
    ({"axes": {"size": []}}, ValueRefused, "/axes/size"),
    ({"axes": {"size": "SM"}}, ValueRefused, "/axes/size"),
    ({"axes": {"size": ["XL"]}}, ValueRefused, "/axes/size"),
    ({"axes": {"size": [1]}}, ValueRefused, "/axes/size"),
    ({"axes": AXES, "title": "{title.__class__} {x}"}, ValueRefused, "/title"),
    ({"axes": AXES, "title": "a\0b"}, ValueRefused, "/title"),
    ({"axes": AXES, "title": "x" * 256}, ValueRefused, "/title"),
    ({"axes": AXES, "sku": "{price}"}, ValueRefused, "/sku"),
    ({"axes": AXES, "sku": "x" * 65}, ValueRefused, "/sku"),
    ({"axes": AXES, "sku": "same"}, SkuTaken, "/sku"),
    ({"axes": AXES, "sku": "{size}-{colour}"}, SkuTaken, "/sku"),
]


@pytest.mark.parametrize(("matrix", "error", "pointer"), BAD, ids=[str(n) for n in range(len(BAD))])
def test_matrix_that_cannot_be_makes_nothing(shirt: Product, matrix: Any, error: Any, pointer: str) -> None:
    make_product("Other", sku="l-blue")
    with pytest.raises(error) as refusal:
        build_variants(shirt.pk, Matrix(**matrix), opening=Opening(Decimal(1)), changed_by=None)
    assert refusal.value.pointer == pointer
    assert (children(shirt), ProductAttributeValue.objects.count(), StockRecord.objects.count()) == ([], 0, 1)


def test_variants_have_a_limit(shirt: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "MAX_VARIANTS", 5)
    with pytest.raises(TooManyVariants) as refusal:
        build_variants(shirt.pk, Matrix(AXES), changed_by=None)
    assert refusal.value.details() == {"variants": 6, "limit": 5}
    build_variants(shirt.pk, Matrix({"size": ["S", "M"], "colour": ["Red", "Blue"]}), changed_by=None)
    with pytest.raises(TooManyVariants):
        build_variants(shirt.pk, Matrix({"size": ["L"], "colour": ["Red", "Blue"]}), changed_by=None)
    assert len(children(shirt)) == 4


def test_product_that_is_sold_by_itself_gets_no_variants() -> None:
    make_class("Shirts")
    mug = make_product("Mug", product_class="Shirts")
    with pytest.raises(StructureRefused):
        build_variants(mug.pk, Matrix({"size": ["S"]}), changed_by=None)
    with pytest.raises(NotFound):
        build_variants(999_999, Matrix({"size": ["S"]}), changed_by=None)


def test_variants_have_what_their_class_requires(shirt: Product) -> None:
    make_attribute(ProductClass.objects.get(name="Shirts"), "care", required=True)
    with pytest.raises(AttributeRequired):
        build_variants(shirt.pk, Matrix({"size": ["S"]}), changed_by=None)
    change_product(shirt.pk, changes={"attributes": {"care": "40"}})
    assert len(build_variants(shirt.pk, Matrix({"size": ["S"]}), changed_by=None)) == 1


def test_partner_that_is_not_there_is_refused(shirt: Product) -> None:
    with pytest.raises(NotFound):
        build_variants(
            shirt.pk, Matrix({"size": ["S"]}), opening=Opening(Decimal(1), partner_id=999_999), changed_by=None
        )
    assert (children(shirt), Partner.objects.count()) == ([], 0)
