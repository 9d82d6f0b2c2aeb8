"""Products written whole, and changed by what is named."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from forked_apps.catalogue.errors import (
    AttributeUnknown,
    BarcodeTaken,
    ClassChangeRefused,
    SkuTaken,
    SlugTaken,
    StructureRefused,
    ValueRefused,
)
from forked_apps.catalogue.models import Brand, Option, Product, ProductRecommendation, Tag
from forked_apps.catalogue.products import ProductFacts, add_whole_product, change_product
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.products import NewProduct, create_product
from forked_apps.search.operations import stale_products
from nexus_shop.core.errors import ListFull, NotFound
from nexus_shop.core.models import OutboxEvent
from tests.factories.catalogue import make_attribute, make_class
from tests.factories.http import new_client
from tests.factories.shop import make_category, make_parent, make_product

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"


def shown(product_id: int) -> Any:
    return new_client().get(f"/api/v1/products/{product_id}/").json()


def test_product_is_written_whole() -> None:
    make_class("Shirts")
    other, category = make_product("Trousers"), make_category("Clothes")
    option = Option.objects.create(name="Gift wrap", code="wrap")
    partner = Partner.objects.create(name="North", code="north")
    facts = ProductFacts(
        slug="white-shirt",
        barcode="4006381333931",
        brand="Acme",
        tags=["Summer", "  new   arrivals ", "summer"],
        options=["wrap"],
        attributes={"size": "M", "material": "Cotton"},
        recommendations={"cross_sell": [other.pk]},
        meta_title="A white shirt",
        meta_description="Best of all.",
        canonical_url="https://example.com/shirt",
        og_title="Look",
        og_description="At this",
        is_discountable=False,
        priority=3,
    )
    wanted = NewProduct(
        title="Shirt",
        price=Decimal("20.00"),
        changed_by=None,
        description=f"<p>Fine</p>{SCRIPT}",
        list_price=Decimal("25.00"),
        category_ids=[category.pk],
        stock_quantity=7,
        sku="SH-1",
        product_class="shirts",
        partner_id=partner.pk,
        facts=facts,
    )

    made = Product.objects.get(pk=create_product(wanted))

    assert (made.slug, made.upc, made.barcode, made.description) == (
        "white-shirt",
        "SH-1",
        "4006381333931",
        "<p>Fine</p>",
    )
    assert (made.is_discountable, made.priority, made.is_public) == (False, 3, True)
    body = shown(made.pk)
    assert (body["brand"]["name"], body["barcode"], body["parent"]) == ("Acme", "4006381333931", None)
    assert body["tags"] == [
        {"name": "new arrivals", "slug": "new-arrivals"},
        {"name": "summer", "slug": "summer"},
    ]
    assert {each["code"]: each["value"] for each in body["attributes"]} == {"size": "M", "material": "Cotton"}
    assert [each["code"] for each in body["options"]] == ["wrap"]
    assert (body["price"]["gross"], body["list_price"]["gross"]) == ("20.00", "25.00")
    assert [each["id"] for each in body["categories"]] == [category.pk]
    link = ProductRecommendation.objects.get()
    assert (link.primary_id, link.recommendation_id, link.kind) == (made.pk, other.pk, "cross_sell")
    record = StockRecord.objects.get(product=made)
    assert (record.partner_id, record.num_in_stock, option.product_set.count()) == (partner.pk, 7, 1)
    assert stale_products() == []


def test_draft_parent_and_child_are_written() -> None:
    make_class("Shirts")
    parent_id = create_product(
        NewProduct(
            title="Shirt",
            price=None,
            changed_by=None,
            product_class="Shirts",
            structure="parent",
            facts={"status": "draft"},
        )
    )
    child_id = create_product(
        NewProduct(
            title="",
            price=Decimal(5),
            changed_by=None,
            structure="child",
            parent_id=parent_id,
            sku="S",
            facts={"attributes": {"size": "S"}},
        )
    )
    child = Product.objects.get(pk=child_id)
    assert (child.structure, child.parent_id, child.product_class_id, child.slug) == (
        "child",
        parent_id,
        None,
        "shirt-s",
    )
    assert new_client().get(f"/api/v1/products/{child_id}/").status_code == 404
    change_product(parent_id, changes={"status": "published"})
    assert shown(child_id)["parent"] == {"id": parent_id, "slug": "shirt"}
    told = OutboxEvent.objects.exclude(name="PriceChanged").order_by("id")
    assert list(told.values_list("name", "payload")) == [
        ("ProductPublished", {"product_id": child_id}),
        ("ProductPublished", {"product_id": parent_id}),
    ]


def test_product_without_stock_becomes_a_parent_with_its_first_child() -> None:
    with transaction.atomic():
        made = add_whole_product({"title": "Shirt"})
        add_whole_product({"title": "S"}, structure="child", parent_id=made.pk)
    made.refresh_from_db()
    assert made.structure == "parent"


def test_only_what_is_named_is_changed() -> None:
    mug = make_product("Mug", sku="M-1", description="<b>Fine</b>")
    change_product(mug.pk, changes={"title": " Cup ", "tags": ["Fresh"]})
    mug.refresh_from_db()
    assert (mug.title, mug.slug, mug.upc, mug.description) == ("Cup", "mug", "M-1", "<b>Fine</b>")
    change_product(mug.pk, changes={"sku": None, "brand": "Acme", "slug": ""})
    mug.refresh_from_db()
    assert (mug.title, mug.slug, mug.upc, shown(mug.pk)["tags"]) == (
        "Cup",
        "cup",
        "",
        [{"name": "Fresh", "slug": "fresh"}],
    )
    change_product(mug.pk, changes={"brand": "", "tags": [], "sku": "M-2"})
    body = shown(mug.pk)
    assert (body["brand"], body["tags"], body["sku"], Tag.objects.count()) == (None, [], "M-2", 1)


def test_change_to_the_same_writes_nothing() -> None:
    mug = make_product("Mug", sku="M-1")
    before = Product.objects.values().get(pk=mug.pk)
    change_product(
        mug.pk, changes={"title": "Mug", "sku": "M-1", "barcode": None, "slug": "mug", "status": "published"}
    )
    assert (Product.objects.values().get(pk=mug.pk), OutboxEvent.objects.count()) == (before, 0)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "/title"),
    ({"title": None}, "/title"),
    ({"title": 5}, "/title"),
    ({"title": "x" * 256}, "/title"),
    ({"title": "a\0b"}, "/title"),
    ({"title": "a\ud800b"}, "/title"),
    ({"title": ["Mug"]}, "/title"),
    ({"description": "x" * 50_001}, "/description"),
    ({"description": "a\0b"}, "/description"),
    ({"description": {}}, "/description"),
    ({"slug": "12"}, "/slug"),
    ({"slug": "search"}, "/slug"),
    ({"slug": "a b"}, "/slug"),
    ({"slug": "../etc"}, "/slug"),
    ({"slug": "x" * 241}, "/slug"),
    ({"sku": "x" * 65}, "/sku"),
    ({"sku": 5}, "/sku"),
    ({"barcode": "4006381333932"}, "/barcode"),
    ({"barcode": 4006381333931}, "/barcode"),
    ({"barcode": "1" * 15}, "/barcode"),
    ({"meta_title": "x" * 256}, "/meta_title"),
    ({"meta_description": "x" * 1001}, "/meta_description"),
    ({"og_title": "x" * 256}, "/og_title"),
    ({"og_description": "x" * 501}, "/og_description"),
    ({"canonical_url": "javascript:alert(1)"}, "/canonical_url"),
    ({"canonical_url": "//evil.example/x"}, "/canonical_url"),
    ({"canonical_url": 'https://a.example/"><script>'}, "/canonical_url"),
    ({"canonical_url": "/" + "x" * 500}, "/canonical_url"),
    ({"is_discountable": "yes"}, "/is_discountable"),
    ({"is_discountable": 1}, "/is_discountable"),
    ({"priority": 2**15}, "/priority"),
    ({"priority": True}, "/priority"),
    ({"brand": "x" * 129}, "/brand"),
    ({"brand": "a\0"}, "/brand"),
    ({"product_class": "x" * 129}, "/product_class"),
    ({"tags": [""]}, "/tags/0"),
    ({"tags": ["fine", "x" * 65]}, "/tags/1"),
    ({"tags": ["a\0b"]}, "/tags/0"),
    ({"tags": [7]}, "/tags/0"),
    ({"categories": ["1"]}, "/categories/0"),
    ({"categories": [2**63]}, "/categories/0"),
    ({"options": [1]}, "/options/0"),
    ({"recommendations": {"related": [True]}}, "/recommendations/related/0"),
]


@pytest.mark.parametrize(("changes", "pointer"), BAD, ids=[f"{pointer}-{n}" for n, (_, pointer) in enumerate(BAD)])
def test_bad_values_are_refused_and_nothing_changes(changes: Any, pointer: str) -> None:
    mug = make_product("Mug")
    before = Product.objects.values().get(pk=mug.pk)
    with pytest.raises(ValueRefused) as refusal:
        change_product(mug.pk, changes=changes | {"meta_title": "never"} if pointer != "/meta_title" else changes)
    assert (refusal.value.pointer, refusal.value.code) == (pointer, "product_value_refused")
    with pytest.raises(ValueRefused):
        create_product(NewProduct(title="New", price=Decimal(1), changed_by=None, facts=changes))
    assert Product.objects.values().get() == before
    assert (Tag.objects.count(), Brand.objects.count(), OutboxEvent.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"brand_id": 999_999}, "/brand_id"),
        ({"product_class": "Nothing"}, "/product_class"),
        ({"categories": [999_999]}, "/categories/0"),
        ({"options": ["none"]}, "/options/0"),
        ({"recommendations": {"up_sell": [999_999]}}, "/recommendations/up_sell/0"),
        ({"recommendations": {"best": []}}, "/recommendations"),
    ],
)
def test_what_is_not_there_is_named(changes: Any, pointer: str) -> None:
    mug = make_product("Mug")
    with pytest.raises(NotFound) as refusal:
        change_product(mug.pk, changes=changes)
    assert refusal.value.pointer == pointer


def test_too_many_links_are_refused() -> None:
    mug = make_product("Mug")
    with pytest.raises(ListFull) as refusal:
        change_product(mug.pk, changes={"tags": [f"tag {n}" for n in range(101)]})
    assert (refusal.value.pointer, Tag.objects.count()) == ("/tags", 0)


def test_unknown_fact_is_a_programmers_mistake() -> None:
    mug = make_product("Mug")
    with pytest.raises(ValueError, match="rating"):
        change_product(mug.pk, changes={"rating": 5})  # type: ignore[typeddict-unknown-key]


@pytest.mark.parametrize(
    ("changes", "error", "pointer"),
    [
        ({"sku": "M-1"}, SkuTaken, "/sku"),
        ({"slug": "mug"}, SlugTaken, "/slug"),
        ({"barcode": "4006381333931"}, BarcodeTaken, "/barcode"),
        ({"barcode": "04006381333931"}, BarcodeTaken, "/barcode"),
    ],
)
def test_what_another_product_has_is_refused(changes: Any, error: Any, pointer: str) -> None:
    make_product("Mug", sku="M-1", facts={"barcode": "4006381333931"})
    cup = make_product("Cup")
    before = Product.objects.values().get(pk=cup.pk)
    for refused in (
        lambda: change_product(cup.pk, changes=changes | {"title": "Never"}),
        lambda: create_product(NewProduct(title="New", price=Decimal(1), changed_by=None, facts=changes)),
    ):
        with pytest.raises(error) as refusal:
            refused()
        assert refusal.value.pointer == pointer
    assert (Product.objects.values().get(pk=cup.pk), Product.objects.count()) == (before, 2)


@pytest.mark.parametrize("name", ["product_class", "brand", "categories", "options", "recommendations"])
def test_variant_has_what_its_parent_has(name: str) -> None:
    values: dict[str, Any] = {
        "product_class": "Shirts",
        "brand": "Acme",
        "categories": [1],
        "options": ["wrap"],
        "recommendations": {"related": [1]},
    }
    with transaction.atomic():
        parent, [small] = make_parent("Shirt", {"S": ("20.00", 5)})
        with pytest.raises(StructureRefused) as refusal:
            add_whole_product({name: values[name]}, structure="child", parent_id=parent.pk)  # type: ignore[misc]
    assert refusal.value.pointer == f"/{name}"
    with pytest.raises(StructureRefused):
        change_product(small.pk, changes={name: values[name]})  # type: ignore[misc]


def test_structures_that_cannot_be_are_refused() -> None:
    mug = make_product("Mug")
    with transaction.atomic():
        parent, [small] = make_parent("Shirt", {"S": ("20.00", 5)})
    count = Product.objects.count()
    price = Decimal(1)
    for wanted, pointer in (
        (NewProduct("X", None, None, structure="child", parent_id=mug.pk), "/parent"),  # it is sold by itself
        (NewProduct("X", None, None, structure="child", parent_id=small.pk), "/parent"),
        (NewProduct("X", None, None, structure="child"), "/parent"),
        (NewProduct("X", None, None, parent_id=parent.pk), "/parent"),
        (NewProduct("X", price, None, structure="parent"), "/price"),
    ):
        with pytest.raises(StructureRefused) as refusal:
            create_product(wanted)
        assert refusal.value.pointer == pointer
    with pytest.raises(ValueRefused):
        create_product(NewProduct("X", None, None, structure="bundle"))
    with pytest.raises(NotFound):
        create_product(NewProduct("X", None, None, structure="child", parent_id=999_999))
    with pytest.raises(NotFound):
        create_product(NewProduct("X", price, None, partner_id=999_999))
    assert Product.objects.count() == count


def test_class_is_changed_where_no_attribute_is_orphaned() -> None:
    shirts, books = make_class("Shirts"), make_class("Books")
    make_attribute(shirts, "washing")
    shirt = make_product("Shirt", product_class="Shirts", facts={"attributes": {"material": "Cotton", "washing": "40"}})
    with pytest.raises(ClassChangeRefused) as refusal:
        change_product(shirt.pk, changes={"product_class": "Books"})
    assert (refusal.value.details(), refusal.value.pointer) == ({"attributes": ["washing"]}, "/product_class")
    with pytest.raises(AttributeUnknown):
        change_product(shirt.pk, changes={"attributes": {"sleeve": "long"}})
    make_attribute(books, "washing", "integer")
    with pytest.raises(ClassChangeRefused):
        change_product(shirt.pk, changes={"product_class": "Books"})
    change_product(shirt.pk, changes={"product_class": "books", "attributes": {"washing": None}})
    assert [(each["code"], each["value"]) for each in shown(shirt.pk)["attributes"]] == [("material", "Cotton")]
    shirt.refresh_from_db()
    assert (shirt.product_class_id, stale_products()) == (books.pk, [])


def test_class_of_a_parent_is_changed_with_its_variants() -> None:
    make_class("Shirts")
    books = make_class("Books")
    with transaction.atomic():
        parent, [small] = make_parent("Shirt", {"S": ("20.00", 5)}, product_class="Shirts")
    change_product(small.pk, changes={"attributes": {"size": "S"}})
    with pytest.raises(ClassChangeRefused):
        change_product(parent.pk, changes={"product_class": "Books"})  # the same code, of another group of options
    parent.refresh_from_db()
    assert parent.product_class_id != books.pk


@pytest.mark.parametrize(
    "text", [SCRIPT, "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", '"><script>x</script>']
)
def test_scripts_stay_text_or_go(text: str) -> None:
    make_class("Shirts")
    mug = make_product("Mug", product_class="Shirts")
    change_product(
        mug.pk,
        changes={
            "description": f"<p>x</p>{text}",
            "title": text,
            "brand": text,
            "tags": [text],
            "meta_description": text,
            "og_description": text,
        },
    )
    body = shown(mug.pk)
    assert "script" not in body["description"].replace("&gt;", "")
    assert "onerror" not in body["description"]
    assert "onload" not in body["description"]
    assert (body["title"], body["tags"][0]["name"]) == (text, text)
