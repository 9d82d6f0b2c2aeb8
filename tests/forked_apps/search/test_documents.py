"""Documents follow whatever is written, through whichever door."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from oscar.apps.catalogue.reviews.models import ProductReview
from pytest_django import Settings

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Brand,
    Category,
    ImageRendition,
    Option,
    Product,
    ProductAttribute,
    ProductClass,
    ProductImage,
)
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.operations import adjust_stock, change_price
from forked_apps.search.documents import title_key
from forked_apps.search.models import DocumentNote, ProductDocument
from forked_apps.search.operations import rebuild_noted, stale_products
from forked_apps.search.queries import backlog, cards, product_detail
from nexus_shop.core.models import QueuedTask
from nexus_shop.markets.models import TaxRate
from tests.factories.shop import make_category, make_order, make_parent, make_product

pytestmark = pytest.mark.django_db

Door = Callable[[Product], Any]


def detail(product: Product) -> dict[str, Any]:
    import orjson

    found = product_detail(product.pk, language="en")
    assert found is not None
    body: dict[str, Any] = orjson.loads(found[0])
    return body


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def settle() -> None:
    """What the worker does."""
    while rebuild_noted():
        pass


def rename_by_sql(product: Product) -> None:
    sql("UPDATE catalogue_product SET title = 'New' WHERE id = %s", product.pk)


def rename_by_queryset(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(title="New")


def rename_by_save(product: Product) -> None:
    product.title = "New"
    product.save()


def rename_by_bulk_update(product: Product) -> None:
    product.title = "New"
    Product.objects.bulk_update([product], ["title"])


@pytest.mark.parametrize("door", [rename_by_sql, rename_by_queryset, rename_by_save, rename_by_bulk_update])
def test_document_follows_every_door(door: Door) -> None:
    product = make_product("Old")
    door(product)
    settle()
    assert detail(product)["title"] == "New"
    assert stale_products() == []


def reprice(product: Product) -> None:
    sql("UPDATE partner_stockrecord SET price = 77 WHERE product_id = %s", product.pk)


def sell_out(product: Product) -> None:
    sql("UPDATE partner_stockrecord SET num_in_stock = 0 WHERE product_id = %s", product.pk)


def allocate_all(product: Product) -> None:
    sql("UPDATE partner_stockrecord SET num_allocated = num_in_stock WHERE product_id = %s", product.pk)


def drop_stock(product: Product) -> None:
    sql("DELETE FROM partner_stockrecord WHERE product_id = %s", product.pk)


def add_second_stock(product: Product) -> None:
    other = Partner.objects.create(name="Other")
    StockRecord.objects.create(product=product, partner=other, partner_sku="o", price=3, num_in_stock=9)
    sell_out(product)
    sql("UPDATE partner_stockrecord SET num_in_stock = 9 WHERE partner_id = %s", other.pk)


def untrack(product: Product) -> None:
    ProductClass.objects.filter(products=product).update(track_stock=False)


def brand(product: Product) -> None:
    product.brand = Brand.objects.create(name="Acme", slug="acme")
    product.save()
    Brand.objects.update(name="Acme Ltd")


def picture(product: Product) -> None:
    image = ProductImage.objects.create(product=product, original="images/a.png", caption="Front")
    ImageRendition.objects.create(image=image, width=640, height=480, file="r/640.webp", source="images/a.png")


def attribute(product: Product) -> None:
    colour = ProductAttribute.objects.create(
        product_class=product.product_class, name="Colour", code="colour", type="text"
    )
    product.attribute_values.create(attribute=colour, value_text="red")


def categorise(product: Product) -> None:
    product.categories.add(make_category("Top").add_child(name="Below"))


def review(product: Product) -> None:
    ProductReview.objects.create(product=product, score=4, title="t", body="b", status=ProductReview.APPROVED)


@pytest.mark.parametrize(
    ("change", "path", "value"),
    [
        (reprice, ("price", "gross"), "77.00"),
        (sell_out, ("availability", "code"), "outofstock"),
        (allocate_all, ("availability", "is_available"), False),
        (drop_stock, ("availability", "code"), "unavailable"),
        (add_second_stock, ("price", "gross"), "3.00"),
        (untrack, ("availability", "code"), "available"),
        (brand, ("brand", "name"), "Acme Ltd"),
        (picture, ("image", "url"), "/media/r/640.webp"),
        (attribute, ("attributes", 0, "display"), "red"),
        (categorise, ("categories", 0, "path"), "top/below"),
        (review, ("rating",), {"average": 4.0, "count": 1}),
    ],
)
def test_document_follows_every_source(change: Door, path: tuple[Any, ...], value: Any) -> None:
    product = make_product("Thing")
    change(product)
    settle()
    found: Any = detail(product)
    for step in path:
        found = found[step]
    assert found == value
    assert stale_products() == []


def test_category_renamed_moved_and_hidden() -> None:
    top, other = make_category("Top"), make_category("Other")
    below = make_category("Below", top)
    product = make_product("Thing", category_ids=[below.pk])
    Category.objects.filter(pk=top.pk).update(name="Summit", slug="summit")
    settle()
    assert detail(product)["categories"][0]["path"] == "summit/below"
    assert [crumb["name"] for crumb in detail(product)["breadcrumbs"]] == ["Summit", "Below"]
    Category.objects.get(pk=below.pk).move(Category.objects.get(pk=other.pk), "last-child")
    settle()
    assert detail(product)["categories"][0]["path"] == "other/below"
    hidden = Category.objects.get(pk=other.pk)
    hidden.is_public = False
    hidden.save()
    settle()
    assert detail(product)["categories"] == []
    assert stale_products() == []


def test_wide_change_is_one_note_and_is_spread() -> None:
    top = make_category("Top")
    for _ in range(3):
        make_product(category_ids=[top.pk])
    settle()
    DocumentNote.objects.all().delete()
    Category.objects.filter(pk=top.pk).update(name="Summit")
    assert list(DocumentNote.objects.values_list("kind", "ref")) == [("category", top.pk)]
    assert rebuild_noted() == 1
    assert DocumentNote.objects.filter(kind="product").count() == 3
    settle()
    assert stale_products() == []


def test_parent_follows_its_children_and_they_follow_it() -> None:
    with transaction.atomic():
        parent, (small, large) = make_parent("Shirt", {"S": ("20.00", 5), "L": ("30.00", 5)})
    sql("UPDATE partner_stockrecord SET price = 15 WHERE product_id = %s", large.pk)
    settle()
    assert detail(parent)["price_from"]["gross"] == "15.00"
    sql("UPDATE partner_stockrecord SET num_in_stock = 0 WHERE product_id = %s", large.pk)
    settle()
    assert detail(parent)["price_from"]["gross"] == "20.00"
    parent.categories.add(make_category("Clothes"))
    settle()
    assert detail(small)["categories"][0]["slug"] == "clothes"
    small.delete()
    settle()
    assert [variant["id"] for variant in detail(parent)["variants"]] == [large.pk]
    Product.objects.filter(pk=parent.pk).update(is_public=False)
    settle()
    assert product_detail(large.pk, language="en") is None
    assert stale_products() == []


def test_deleted_product_takes_its_document_along() -> None:
    product = make_product("Thing")
    settle()
    pk = product.pk
    sql("DELETE FROM partner_stockrecord WHERE product_id = %s", pk)
    sql("DELETE FROM catalogue_product WHERE id = %s", pk)
    settle()
    assert not ProductDocument.objects.filter(product_id=pk).exists()


def test_sale_that_leaves_goods_on_the_shelf_notes_nothing() -> None:
    product = make_product("Thing", stock=5)
    settle()
    before = detail(product)
    make_order(product, quantity=2)
    assert not DocumentNote.objects.filter(kind="product", ref=product.pk).exists()
    make_order(product, quantity=3)
    assert DocumentNote.objects.filter(kind="product", ref=product.pk).exists()
    settle()
    assert before["availability"]["code"] == "instock"
    assert detail(product)["availability"]["code"] == "outofstock"


def test_writer_reads_its_own_write() -> None:
    product = make_product("Thing", price="10.00", stock=0)
    record = StockRecord.objects.get(product=product)
    change_price(record.pk, price=Decimal("12.00"), list_price=Decimal("15.00"), changed_by=None, reason="test")
    adjust_stock(record.pk, num_in_stock=5, changed_by=None, reason="test")
    body = detail(product)
    assert (body["price"]["gross"], body["list_price"]["gross"]) == ("12.00", "15.00")
    assert body["availability"]["code"] == "instock"


def test_change_that_shows_nowhere_writes_no_document() -> None:
    product = make_product("Thing")
    settle()
    built = ProductDocument.objects.get(product_id=product.pk).built_at
    with transaction.atomic():
        from forked_apps.search.operations import rebuild

        rebuild([product.pk])
    assert ProductDocument.objects.get(product_id=product.pk).built_at == built


def test_cards_show_unpublished_products_too() -> None:
    product = make_product("Thing")
    Product.objects.filter(pk=product.pk).update(is_public=False)
    settle()
    found = cards([product.pk, 999_999], language="en")
    assert list(found) == [product.pk]
    assert found[product.pk]["attributes"] == []


def test_options_of_product_and_class_stand_in_the_detail() -> None:
    product = make_product("Thing")
    own = Option.objects.create(name="Engraving", code="engraving", type="text", required=True)
    shared = Option.objects.create(name="Gift wrap", code="wrap", type="boolean")
    product.product_options.add(own)
    assert product.product_class is not None
    product.product_class.options.add(shared)
    settle()
    assert [(o["code"], o["required"]) for o in detail(product)["options"]] == [("engraving", True), ("wrap", False)]


def test_options_say_what_their_answers_cost() -> None:
    product = make_product("Thing")
    group = AttributeOptionGroup.objects.create(name="Papers")
    gold = AttributeOption.objects.create(group=group, option="Gold", price=Decimal("1.20"))
    AttributeOption.objects.create(group=group, option="Blue")
    wrap = Option.objects.create(name="Wrap", code="wrap", type="select", option_group=group, price=Decimal("0.60"))
    product.product_options.add(wrap)
    settle()
    shown = detail(product)["options"][0]
    assert shown["extra_price"] == {"currency": "GBP", "net": "0.50", "tax": "0.10", "gross": "0.60"}
    assert shown["choices"] == ["Gold", "Blue"]
    assert [(each["choice"], each["extra_price"]["gross"]) for each in shown["choice_prices"]] == [
        ("Gold", "1.20"),
        ("Blue", "0.00"),
    ]
    sql("UPDATE catalogue_attributeoption SET price = 2 WHERE id = %s", gold.pk)
    sql("UPDATE catalogue_option SET price = 3 WHERE id = %s", wrap.pk)
    settle()
    shown = detail(product)["options"][0]
    assert (shown["extra_price"]["gross"], shown["choice_prices"][0]["extra_price"]["gross"]) == ("3.00", "2.00")
    assert stale_products() == []


def test_rate_of_tax_is_shown_in_every_product_of_its_class(settings: Settings) -> None:
    settings.TAX_BY_ADDRESS, settings.SHOP_COUNTRY = True, "GB"
    book, mug = make_product(product_class="Books"), make_product(product_class="Mugs")
    settle()
    assert (detail(book)["price"]["tax"], detail(mug)["price"]["tax"]) == ("0.00", "0.00")
    TaxRate.objects.create(name="VAT", country="GB", rate=Decimal("0.25"))
    settle()
    assert (detail(book)["price"]["tax"], detail(mug)["price"]["tax"]) == ("2.00", "2.00")
    assert book.product_class is not None
    reduced = TaxRate.objects.create(name="Books", country="GB", product_class="books", rate=0)
    assert list(DocumentNote.objects.values_list("kind", "ref")) == [("product_class", book.product_class.pk)]
    settle()
    assert (detail(book)["price"]["tax"], detail(mug)["price"]["tax"]) == ("0.00", "2.00")
    TaxRate.objects.filter(pk=reduced.pk).update(name="Reading")
    assert not DocumentNote.objects.exists()
    sql("UPDATE catalogue_productclass SET slug = 'reading' WHERE slug = 'books'")
    settle()
    assert detail(book)["price"]["tax"] == "2.00"
    TaxRate.objects.filter(pk=reduced.pk).update(product_class="reading")
    settle()
    assert detail(book)["price"]["tax"] == "0.00"
    reduced.delete()
    settle()
    assert detail(book)["price"]["tax"] == "2.00"
    assert stale_products() == []


def test_pictures_without_sizes_are_asked_for() -> None:
    product = make_product("Thing")
    ProductImage.objects.create(product=product, original="images/a.png")
    settle()
    assert QueuedTask.objects.filter(name="forked_apps.catalogue.tasks.make_renditions_task").exists()
    image = detail(product)["image"]
    assert (image["url"], image["srcset"], image["width"]) == ("/media/images/a.png", "", None)


def test_commands_say_how_it_stands() -> None:
    product = make_product("Thing")
    call_command("documents", "verify", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_productdocument SET card = '{}' WHERE product_id = %s", [product.pk])
    with pytest.raises(CommandError, match=f"1 products have stale documents: \\[{product.pk}\\]"):
        call_command("documents", "verify")
    call_command("documents", "rebuild")
    call_command("documents", "verify")
    call_command("documents", "status")
    make_product("Another")
    state = backlog()
    assert state["notes"] > 0
    assert state["documents"] == 2


def test_titles_sort_without_case_and_accents() -> None:
    assert sorted(["Zebra", "ärger", "Apfel", "Éclair"], key=title_key) == ["Apfel", "ärger", "Éclair", "Zebra"]
