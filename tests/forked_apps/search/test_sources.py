"""Whatever a document is made of has triggers: each table that sources.py reads, each of its columns that shows."""

import re
from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from oscar.apps.catalogue.reviews.models import ProductReview
from pytest_django import Settings

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Brand,
    ImageRendition,
    Option,
    Product,
    ProductAttribute,
    ProductClass,
    ProductImage,
    Tag,
)
from forked_apps.partner.models import Partner
from forked_apps.search.models import DocumentNote, ProductDocument
from forked_apps.search.operations import rebuild_noted, stale_products
from forked_apps.search.sources import load
from forked_apps.search.spread import SPREAD
from tests.factories.http import new_client
from tests.factories.shop import make_category, make_parent, make_product, make_user

pytestmark = pytest.mark.django_db

VALUES: Final[dict[str, Any]] = {
    "text": "red",
    "integer": 7,
    "boolean": True,
    "float": 1.5,
    "richtext": "<p>rich</p>",
    "date": "2026-01-02",
    "datetime": "2026-01-02T03:04:05Z",
    "file": "files/a.pdf",
    "image": "images/b.png",
}

# Table -> the columns that change a document. Everything else in these tables shows nowhere.
SHOWN: Final = {
    "catalogue_attributeoption": {"group_id", "i18n", "option", "price"},
    "catalogue_brand": {"name", "slug"},
    "catalogue_category": {"ancestors_are_public", "i18n", "is_public", "name", "path", "slug"},
    "catalogue_imagerendition": {"file", "height", "image_id", "source", "width"},
    "catalogue_option": {
        *("code", "help_text", "i18n", "name", "option_group_id", "order", "price", "required", "type"),
    },
    "catalogue_product": {
        *("brand_id", "date_created", "date_updated", "description", "i18n", "is_public", "meta_description"),
        *("meta_title", "parent_id", "product_class_id", "rating", "slug", "structure", "title", "upc"),
        *("barcode", "canonical_url", "og_description", "og_title"),
        *("unit_content", "unit_measure", "unit_reference"),
    },
    "catalogue_product_product_options": {"option_id", "product_id"},
    "catalogue_product_tags": {"product_id", "tag_id"},
    "catalogue_productattribute": {"code", "i18n", "name", "type"},
    "catalogue_productattributevalue": {
        *("attribute_id", "entity_object_id", "product_id", "value_boolean", "value_date", "value_datetime"),
        *("value_file", "value_float", "value_image", "value_integer", "value_option_id", "value_richtext"),
        "value_text",
    },
    "catalogue_productattributevalue_value_multi_option": {"attributeoption_id", "productattributevalue_id"},
    "catalogue_productcategory": {"category_id", "product_id"},
    "catalogue_productclass": {"track_stock"},
    "catalogue_productclass_options": {"option_id", "productclass_id"},
    "catalogue_productimage": {"caption", "display_order", "original", "product_id"},
    "catalogue_tag": {"name", "slug"},
    "partner_stockrecord": {
        *("is_preorder", "list_price", "num_allocated", "num_in_stock", "price", "price_currency", "product_id"),
    },
    "reviews_productreview": {"product_id", "status"},
}


# Read as a whole by `load_taxes`, not by sources.py; which documents a rate changes is tried in test_documents.py.
RULES: Final = {"markets_taxrate"}
# Column -> a change that its table's constraints allow
SPECIAL: Final = {
    "i18n": "i18n = (SELECT jsonb_object_agg(name || '_de', 'x' || id)"
    " FROM unnest('{description,help_text,name,option,slug,title}'::text[]) AS name)",
    "unit_measure": "unit_measure = 'g' WHERE unit_measure <> ''",
    "unit_content": "unit_content = unit_content + 1",
    "unit_reference": "unit_reference = unit_reference + 1",
    "num_in_stock": "num_in_stock = 0",
    "num_allocated": "num_allocated = num_in_stock",
}
# Written by triggers of partner_stockrecord alone, for changes that are noted there.
LEDGERS: Final = {"partner_pricechange"}


def settle() -> None:
    while rebuild_noted():
        pass


def sql(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def add_attributes(product: Product) -> None:
    """One attribute of each type, a spare one, and their values."""
    assert product.product_class is not None
    group = AttributeOptionGroup.objects.create(name="Sizes")
    small, large, _ = (AttributeOption.objects.create(group=group, option=size) for size in ("S", "L", "XL"))

    def attribute(kind: str) -> ProductAttribute:
        return ProductAttribute.objects.create(
            product_class=product.product_class, name=f"The {kind}", code=f"a_{kind}", type=kind, option_group=group
        )

    for kind, value in VALUES.items():
        product.attribute_values.create(attribute=attribute(kind), **{f"value_{kind}": value})
    product.attribute_values.create(attribute=attribute("option"), value_option=small)
    product.attribute_values.create(attribute=attribute("multi_option")).value_multi_option.set([small, large])
    product.attribute_values.create(
        attribute=attribute("entity"), value_entity=ContentType.objects.get_for_model(Product)
    )
    ProductAttribute.objects.create(product_class=product.product_class, name="Spare", code="spare", type="text")


def add_options(product: Product) -> None:
    assert product.product_class is not None
    group = AttributeOptionGroup.objects.create(name="Papers")
    for choice in ("Blue", "Gold"):
        AttributeOption.objects.create(group=group, option=choice)
    wrap = Option.objects.create(name="Wrap", code="wrap", type="select", option_group=group, order=1)
    text = Option.objects.create(name="Text", code="text", type="text", help_text="Up to 20", order=2)
    Option.objects.create(name="Spare", code="spare", type="text", order=3)
    AttributeOptionGroup.objects.create(name="Spare")
    product.product_options.add(wrap)
    product.product_class.options.add(text)


@pytest.fixture
def product() -> Product:
    """A product with everything that a document can show, and spare rows for its keys to point to."""
    product = make_product("Mug", product_class="Mugs", category_ids=[make_category("Below", make_category("Top")).pk])
    product.brand = Brand.objects.create(name="Acme", slug="acme")
    product.description, product.meta_title, product.meta_description, product.rating = "<p>x</p>", "t", "d", 4.0
    product.unit_measure, product.unit_content = "kg", Decimal("0.5")
    product.save()
    product.stockrecords.update(list_price=20, num_allocated=0)
    image = ProductImage.objects.create(product=product, original="images/a.png", caption="Front")
    ImageRendition.objects.create(image=image, width=640, height=480, file="r/640.webp", source="images/a.png")
    ProductImage.objects.create(product=product, original="images/c.png", display_order=1)
    ProductReview.objects.create(
        product=product, user=make_user(), score=4, title="t", body="b", status=ProductReview.APPROVED
    )
    add_options(product)
    add_attributes(product)
    with transaction.atomic():
        make_parent("Shirt", {"S": ("20.00", 5)})
    make_product("Spare", product_class="Spare class")
    make_category("Spare")
    Brand.objects.create(name="Spare", slug="spare")
    product.tags.add(Tag.objects.create(name="New", slug="new-things"))
    Tag.objects.create(name="Spare", slug="spare")
    Partner.objects.create(name="Spare", code="spare")
    settle()
    assert stale_products() == []
    return product


def columns_of(table: str) -> list[tuple[str, str, str | None]]:
    """(column, its type, the table that it refers to) but for the primary key."""
    with connection.cursor() as cursor:
        relations = connection.introspection.get_relations(cursor, table)
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> 'id' ORDER BY 1",
            [table],
        )
        return [(name, kind, relations[name][1] if name in relations else None) for name, kind in cursor.fetchall()]


def change(table: str, column: str, kind: str, target: str | None) -> None:
    """Give the column another value in plain SQL: a key in the first row that has one, anything else in all rows."""
    name = f'"{column}"'
    if target is not None:
        key = f"(SELECT max(id) FROM {target})" if target != "address_country" else name
        sql(f"UPDATE {table} SET {name} = {key} WHERE id = (SELECT min(id) FROM {table} WHERE {name} IS NOT NULL)")
    elif (table, column) == ("catalogue_productattribute", "type"):
        sql(f"UPDATE {table} SET type = 'integer' WHERE type = 'text'")
    elif column in SPECIAL:
        sql(f"UPDATE {table} SET {SPECIAL[column]}")
    elif kind in {"text", "character varying"}:
        sql(f"UPDATE {table} SET {name} = " + ("lpad(id::text, 8, '0')" if column == "barcode" else "'x' || id"))
    elif kind == "boolean":
        sql(f"UPDATE {table} SET {name} = NOT {name}")
    elif kind in {"date", "timestamp with time zone"}:
        sql(f"UPDATE {table} SET {name} = {name} + interval '1 day'")
    else:
        sql(f"UPDATE {table} SET {name} = 30000 - id - COALESCE({name}, 0)")


@pytest.fixture
def _german(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")


@pytest.mark.usefixtures("_german")
@pytest.mark.parametrize("table", sorted(SHOWN))
def test_every_column_that_shows_is_noted(product: Product, table: str) -> None:
    shown = set()
    for column, kind, target in columns_of(table):
        before = transaction.savepoint()
        change(table, column, kind, target)
        if stale_products():
            shown.add(column)
            settle()
            assert stale_products() == [], column
        transaction.savepoint_rollback(before)
    assert shown == SHOWN[table]


def test_every_table_that_is_read_has_triggers(product: Product) -> None:
    with CaptureQueriesContext(connection) as captured:
        load([product.pk])
    named = {name for query in captured for name in re.findall(r'\b(?:FROM|JOIN) "?(\w+)"?', query["sql"])}
    read = named & set(connection.introspection.table_names())
    events: dict[str, set[str]] = defaultdict(set)
    for table, event in sql(
        "SELECT event_object_table, event_manipulation FROM information_schema.triggers"
        " WHERE action_statement LIKE '%%note_%%'"
    ):
        events[table].add(event)
    assert read == {*SHOWN, *LEDGERS}
    assert dict(events) == {table: {"INSERT", "UPDATE", "DELETE"} for table in {*SHOWN, *RULES}}


def test_every_kind_of_note_is_spread() -> None:
    bodies = sql("SELECT prosrc FROM pg_proc WHERE prosrc LIKE '%%INSERT INTO search_documentnote%%'")
    kinds = {kind for (body,) in bodies for kind in re.findall(r"SELECT DISTINCT '(\w+)'", body)}
    assert kinds == {"product", *SPREAD}


@pytest.mark.parametrize(
    "table",
    [
        *("catalogue_product_tags", "catalogue_product_product_options"),
        *("catalogue_productclass_options", "catalogue_imagerendition"),
        *("catalogue_productattributevalue_value_multi_option", "catalogue_productcategory", "partner_stockrecord"),
        "reviews_productreview",
    ],
)
def test_rows_that_go_are_noted(product: Product, table: str) -> None:
    sql(f"DELETE FROM {table}")
    assert stale_products() != []
    settle()
    assert stale_products() == []


def test_change_of_an_attribute_or_option_is_one_note(product: Product) -> None:
    for _ in range(3):
        make_product(product_class="Mugs")
    settle()
    option = Option.objects.get(code="text")
    attribute = ProductAttribute.objects.get(code="a_text")
    small = AttributeOption.objects.get(option="S")
    Option.objects.filter(pk=option.pk).update(required=True)
    ProductAttribute.objects.filter(pk=attribute.pk).update(name="Colour")
    AttributeOption.objects.filter(pk=small.pk).update(option="Small")
    assert list(DocumentNote.objects.order_by("id").values_list("kind", "ref")) == [
        ("option", option.pk),
        ("attribute", attribute.pk),
        ("option_group", small.group_id),
    ]
    settle()
    assert stale_products() == []
    shown = new_client().get(f"/api/v1/products/{product.pk}/").json()
    values = {each["code"]: (each["name"], each["display"]) for each in shown["attributes"]}
    assert values["a_text"] == ("Colour", "red")
    assert (values["a_option"], values["a_multi_option"]) == (("The option", "Small"), ("The multi_option", "Small, L"))
    assert [(each["code"], each["required"]) for each in shown["options"]] == [("wrap", False), ("text", True)]


def test_deleted_attribute_and_option_leave_the_document(product: Product) -> None:
    ProductAttribute.objects.get(code="a_text").delete()
    AttributeOption.objects.get(option="S").delete()
    Option.objects.all().delete()
    settle()
    assert stale_products() == []
    document = ProductDocument.objects.get(product_id=product.pk)
    assert "a_text" not in document.attributes
    assert '"display":"S' not in document.attributes
    assert '"options":[]' in document.detail


def test_option_that_the_class_has_got_is_shown_before_it_is_asked_for(product: Product) -> None:
    plain = make_product("Plain", product_class="Plain")
    settle()
    asked = Option.objects.create(name="Engraving", code="engraving", type="text", required=True)
    ProductClass.objects.get(products=plain).options.add(asked)
    settle()
    client = new_client()
    assert [each["code"] for each in client.get(f"/api/v1/products/{plain.pk}/").json()["options"]] == ["engraving"]
    refused = client.post("/api/v1/cart/items/", {"product_id": plain.pk})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_option")
