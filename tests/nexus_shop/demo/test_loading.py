"""The load as a whole: what is there afterwards, again, after a crash, in a shop that has things of its own."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from forked_apps.address.models import Country
from forked_apps.catalogue.models import (
    AttributeOption,
    Brand,
    Category,
    ImageRendition,
    Option,
    Product,
    ProductAttribute,
    ProductClass,
    ProductImage,
)
from forked_apps.catalogue.publishing import status_of
from forked_apps.order.models import Order, OrderStatusChange
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.products import NewProduct, create_product
from nexus_shop.core.models import OutboxEvent, QueuedTask
from nexus_shop.core.transactions import owning


def test_load_products(demo_shop: None) -> None:
    assert Product.objects.filter(parent=None).count() == 75
    assert dict(_counts("SELECT structure, count(*) FROM catalogue_product GROUP BY 1")) == {
        "standalone": 46,
        "parent": 29,
        "child": 92,
    }
    assert list(Product.objects.filter(parent=None, is_public=False).values_list("title", flat=True)) == [
        "Cedar bird feeder"
    ]
    assert Brand.objects.count() == 13
    feeder = Product.objects.get(upc="NX-FDR-01")
    assert (status_of(feeder), [tag.name for tag in feeder.tags.all()]) == ("scheduled", ["Cedar", "For birds"])
    assert min(len(product.description) for product in Product.objects.filter(parent=None)) > 200


def test_load_categories_of_three_levels(demo_shop: None) -> None:
    assert _counts("SELECT depth, count(*) FROM catalogue_category GROUP BY 1 ORDER BY 1") == [(1, 6), (2, 12), (3, 26)]
    first = Category.objects.get(pk=1)
    assert (first.name, first.depth, first.is_public, first.image.name) == ("Kitchen", 1, True, "demo/kitchen.webp")


def test_load_first_product_is_sold_singly_and_in_stock(demo_shop: None) -> None:
    product = Product.objects.get(pk=1)
    record = StockRecord.objects.get(product=product)
    assert (product.title, product.structure, product.is_public) == ("Everyday stoneware mug", "standalone", True)
    assert product.is_shipping_required
    assert record.net_stock_level == 236  # 240, of which four were sold
    assert record.partner.name == "Main warehouse"


def test_load_attributes_of_several_types(demo_shop: None) -> None:
    assert set(ProductAttribute.objects.values_list("type", flat=True)) == {
        *("text", "integer", "float", "boolean", "richtext", "date", "option", "multi_option")
    }
    axes = Product.objects.filter(structure="child").values_list("attribute_values__attribute__code", flat=True)
    assert set(axes) == {"colour", "size", "material", "ruling", "glove_size"}


def test_load_engraving_is_an_option_of_one_product_class(demo_shop: None) -> None:
    option = Option.objects.get(code="engraving")
    assert (option.type, option.required) == ("text", False)
    assert list(ProductClass.objects.filter(options=option).values_list("name", flat=True)) == ["Engraved pieces"]


def test_load_downloads_are_neither_shipped_nor_counted(demo_shop: None) -> None:
    downloads = ProductClass.objects.get(slug="demo-download")
    assert (downloads.requires_shipping, downloads.track_stock) == (False, False)
    assert set(StockRecord.objects.filter(product__product_class=downloads).values_list("num_in_stock")) == {(None,)}


def test_load_stock_with_two_partners(demo_shop: None) -> None:
    assert dict(
        _counts(
            "SELECT p.name, count(*) FROM partner_stockrecord JOIN partner_partner p ON p.id = partner_id GROUP BY 1"
        )
    ) == {
        "Main warehouse": 118,
        "Northern workshop": 26,
    }
    sold_out = StockRecord.objects.filter(num_in_stock=0).values_list("partner_sku", flat=True)
    assert "NX-PAN-03" in sold_out
    assert len(sold_out) == 7
    assert StockRecord.objects.exclude(list_price=None).count() == 18
    assert list(Partner.objects.get(name="Northern workshop").users.values_list("username", flat=True)) == ["partner"]


def test_load_countries_and_where_the_shop_delivers(demo_shop: None) -> None:
    assert Country.objects.count() == 249
    served = set(Country.objects.filter(is_shipping_country=True).values_list("pk", flat=True))
    assert len(served) == 39
    assert {"GB", "DE", "US", "JP", "NZ"} < served
    assert Country.objects.get(pk="BO").printable_name == "Bolivia"


def test_load_leaves_nothing_to_do(demo_shop: None) -> None:
    assert OutboxEvent.objects.filter(done_at=None).count() == 0
    assert QueuedTask.objects.count() == 0
    assert _counts("SELECT count(*) FROM search_documentnote") == [(0,)]
    call_command("documents", "verify", verbosity=0)


def test_load_twice_changes_nothing(demo_shop: None, capsys: pytest.CaptureFixture[str]) -> None:
    before = _digests()
    call_command("demo", "load")
    assert _digests() == before
    assert capsys.readouterr().out.count("nothing new") == 11


def test_load_after_a_crash_comes_to_the_same_end(own_database: str, loaded_database: str) -> None:
    from nexus_shop.demo.loading import load

    for line in ("  Orders", "  Pictures shown"):
        _crash_at(line, load)
    assert Order.objects.count() == 18  # of the second attempt: the first one's rows were rolled back
    assert ImageRendition.objects.count() == 0
    load(lambda line: None)
    assert _natural_facts() == _natural_facts_of(loaded_database)
    call_command("documents", "verify", verbosity=0)


def test_load_beside_other_products_takes_what_is_free(own_database: str) -> None:
    from nexus_shop.demo.accounts import add_accounts
    from nexus_shop.demo.catalogue import add_categories, add_product_types
    from nexus_shop.demo.countries import add_countries
    from nexus_shop.demo.products import add_products, restock_first_product

    Category.add_root(name="Laptops")
    create_product(NewProduct(title="Premium Laptop", price=Decimal(1299), changed_by=None, category_ids=[1]))
    said: list[str] = []
    with owning():
        add_countries()
        add_accounts()
        add_product_types()
        add_categories(said.append)
        add_products(said.append)
        restock_first_product()
    assert said == [
        "  Category 1 is another one already: Kitchen gets the next free id",
        "  Product 1 is another one already: Everyday stoneware mug gets the next free id",
    ]
    assert Category.objects.get(pk=1).name == "Laptops"
    assert Product.objects.get(pk=1).title == "Premium Laptop"
    assert Product.objects.get(upc="NX-MUG-01").pk == 2


def test_load_uses_the_first_ids_although_the_sequence_has_passed_them(own_database: str) -> None:
    from nexus_shop.demo.catalogue import add_categories, add_product_types, free_first_id

    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('catalogue_category_id_seq'), nextval('catalogue_product_id_seq')")
    with owning():
        assert free_first_id(Product) == 1
        add_product_types()
        add_categories(lambda line: None)
    assert Category.objects.get(pk=1).name == "Kitchen"
    assert Category.objects.count() == 44


def test_load_fills_the_first_product_up(demo_shop: None) -> None:
    record = StockRecord.objects.get(product=1)
    StockRecord.objects.filter(pk=record.pk).update(num_in_stock=52, num_allocated=3)
    call_command("demo", "load", verbosity=0)
    record.refresh_from_db()
    assert (record.num_in_stock, record.num_allocated) == (243, 3)
    StockRecord.objects.filter(pk=record.pk).update(num_in_stock=53)
    call_command("demo", "load", verbosity=0)
    record.refresh_from_db()
    assert record.num_in_stock == 53


def test_load_keeps_what_was_changed_and_brings_back_what_was_deleted(demo_shop: None) -> None:
    Product.objects.filter(upc="NX-CUP-01").update(title="Cups of mine")
    ProductImage.objects.filter(product__upc="NX-CUP-01").delete()
    deleted = Product.objects.get(upc="NX-FDR-01")
    StockRecord.objects.filter(product=deleted).delete()
    deleted.delete()
    call_command("demo", "load", verbosity=0)
    cups = Product.objects.get(upc="NX-CUP-01")
    assert (cups.title, cups.images.count()) == ("Cups of mine", 1)
    assert Product.objects.filter(upc="NX-FDR-01", is_public=False).count() == 1
    call_command("documents", "verify", verbosity=0)


def test_load_adds_attributes_and_options_that_are_new(demo_shop: None) -> None:
    """As a later version of the demo does."""
    ProductAttribute.objects.filter(code="bulb").delete()
    AttributeOption.objects.filter(option="Plum").delete()
    Product.objects.filter(upc__startswith="NX-LMP-01").delete()
    call_command("demo", "load", verbosity=0)
    assert Product.objects.get(upc="NX-LMP-01").attr.bulb == "E14, at most 40 W"
    assert AttributeOption.objects.filter(option="Plum", group__code="demo-colour").count() == 1


def test_load_draws_lost_files_again(demo_shop: None) -> None:
    from django.core.files.storage import default_storage

    image = ProductImage.objects.get(code="demo-NX-CUP-01-0")
    sizes = list(image.renditions.values_list("file", flat=True))
    for name in sizes:
        default_storage.delete(name)
    with default_storage.open("demo/nx-cup-01-berry.webp", "wb") as file:
        file.write(b"")  # as a process leaves it that was killed
    call_command("demo", "load", verbosity=0)
    assert default_storage.size("demo/nx-cup-01-berry.webp") > 1000
    assert all(default_storage.exists(name) for name in sizes)
    assert list(image.renditions.values_list("width", flat=True)) == [320, 640, 800]


def test_load_dates_orders_and_their_history_back(demo_shop: None) -> None:
    first = Order.objects.order_by("date_placed")[0]
    latest = Order.objects.order_by("-date_placed")[0]
    assert 45 < (latest.date_placed - first.date_placed).days < 48
    changes = OrderStatusChange.objects.filter(order=first).order_by("date_created")
    assert [change.new_status for change in changes] == ["processing", "shipped", "delivered"]
    hours = [(change.date_created - first.date_placed).total_seconds() / 3600 for change in changes]
    assert hours == [19, 38, 57]
    assert Product.objects.order_by("-date_created")[0].pk == 1
    assert Product.objects.order_by("-date_created")[0].date_created < first.date_placed


class _Crash(Exception):
    pass


def _crash_at(start: str, load: Callable[[Callable[[str], object]], None]) -> None:
    def say(line: str) -> None:
        if line.startswith(start):
            raise _Crash

    try:
        load(say)
    except _Crash:
        return
    raise AssertionError(start)


def _counts(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _digests() -> dict[str, list[tuple[Any, ...]]]:
    """Of every row of every table."""
    tables = [name for (name,) in _counts("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {
        table: _counts(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t")
        for table in tables
    }


def _natural_facts() -> list[list[tuple[Any, ...]]]:
    """What does not depend on ids, random handles and the clock."""
    statements = (
        "SELECT upc, title, slug, structure, rating, is_public FROM catalogue_product ORDER BY 1",
        "SELECT partner_sku, price, list_price, num_in_stock, num_allocated FROM partner_stockrecord ORDER BY 1, 4",
        "SELECT code, path, name, image FROM catalogue_category ORDER BY 1",
        "SELECT status, payment_status, total_incl_tax FROM order_order ORDER BY 1, 2, 3",
        "SELECT name, num_orders, num_applications, total_discount FROM offer_conditionaloffer ORDER BY 1",
        "SELECT code, original, caption FROM catalogue_productimage ORDER BY 1",
        "SELECT source, file, width, count(*) FROM catalogue_imagerendition GROUP BY 1, 2, 3 ORDER BY 1, 3",
        "SELECT title, slug, url_path FROM wagtailcore_page ORDER BY 1",
        "SELECT email, is_staff FROM accounts_user ORDER BY 1",
        "SELECT slug, sku, price, in_stock, is_listed FROM search_productdocument ORDER BY 1",
    )
    return [_counts(statement) for statement in statements]


def _natural_facts_of(name: str) -> list[list[tuple[Any, ...]]]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        return _natural_facts()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
