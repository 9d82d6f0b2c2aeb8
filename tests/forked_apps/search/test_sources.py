"""Whatever a document is made of has triggers: each table that sources.py reads, each of its columns that shows."""

import re
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
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
    Tag,
)
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.offer.queries import PRODUCTS
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
    "catalogue_category": {"i18n", "is_public", "name", "path", "slug"},
    "catalogue_imagerendition": {"file", "height", "image_id", "source", "width"},
    "catalogue_option": {
        *("code", "help_text", "i18n", "name", "option_group_id", "order", "price", "required", "type"),
    },
    "catalogue_product": {
        *("brand_id", "date_created", "date_updated", "description", "i18n", "is_public", "meta_description"),
        *("meta_title", "parent_id", "product_class_id", "slug", "structure", "title", "upc"),
        *("barcode", "canonical_url", "og_description", "og_title"),
        *("is_discountable", "unit_content", "unit_measure", "unit_reference"),
    },
    "catalogue_product_product_options": {"option_id", "product_id"},
    "catalogue_product_tags": {"product_id", "tag_id"},
    "catalogue_productattribute": {"code", "i18n", "name", "type"},
    "catalogue_productattributevalue": {
        *("attribute_id", "entity_object_id", "product_id", "value_boolean", "value_date", "value_datetime"),
        "entity_content_type_id",
        *("value_file", "value_float", "value_image", "value_integer", "value_option_id", "value_richtext"),
        "value_text",
    },
    "catalogue_productattributevalue_value_multi_option": {"attributeoption_id", "productattributevalue_id"},
    "catalogue_productcategory": {"category_id", "product_id"},
    "catalogue_productclass": {"track_stock"},
    "catalogue_productclass_options": {"option_id", "productclass_id"},
    "catalogue_productimage": {"caption", "display_order", "original", "product_id"},
    "catalogue_tag": {"name", "slug"},
    "offer_benefit": {"range_id"},
    "offer_condition": {"range_id"},
    "offer_conditionaloffer": {
        *("benefit_id", "condition_id", "end_datetime", "max_discount", "max_global_applications", "name"),
        *("num_applications", "offer_type", "priority", "slug", "start_datetime", "status", "total_discount"),
    },
    "offer_range": {"includes_all_products", "proxy_class"},
    "offer_range_classes": {"productclass_id", "range_id"},
    "offer_range_excluded_categories": {"category_id", "range_id"},
    "offer_range_excluded_products": {"product_id", "range_id"},
    "offer_range_included_categories": {"category_id", "range_id"},
    "offer_rangeproduct": {"product_id", "range_id"},
    "partner_stockrecord": {
        *("is_preorder", "list_price", "num_allocated", "num_in_stock", "price", "price_currency", "product_id"),
    },
    "reviews_productreview": {"product_id", "score", "status"},
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
    "max_global_applications": "max_global_applications = num_applications",
    "max_discount": "max_discount = total_discount",
    "offer_condition.type": "type = 'Coverage'",
    "offer_benefit.type": "type = 'Absolute'",
    "offer_condition.proxy_class": "proxy_class = NULL",
    "offer_benefit.proxy_class": "proxy_class = NULL",
    "offer_range.proxy_class": "proxy_class = 'tests.forked_apps.search.test_named_offers.OwnRange'"
    " WHERE id = (SELECT min(id) FROM offer_range)",
}
# Written by triggers of partner_stockrecord alone, for changes that are noted there.
LEDGERS: Final = {"partner_pricechange", "partner_formerstockrecord"}
# Read with the offers, and shown nowhere.
UNSHOWN: Final = {"core_rulestoken", "offer_conditionaloffer_combinations"}
# A new row of these is no offer's yet.
NOT_NOTED_WHEN_NEW: Final = {"offer_benefit", "offer_condition", "offer_range"}
# Kinds of things; never changed.
FIXED: Final = {"django_content_type"}


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
    product.attribute_values.create(attribute=attribute("entity"), value_entity=Category.objects.get(name="Top"))
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


def add_offers(product: Product, gift: Product) -> None:
    """Offers on the product by whatever ranges contain it, those that exclude it, and a spare range.

    The first one has the product in its condition alone, the gift in its benefit alone.
    """
    category = product.categories.get()
    assert product.product_class is not None
    listed, gifts, classes, categories = (
        Range.objects.create(name=name) for name in ("listed", "gifts", "classes", "categories")
    )
    listed.add_product(product)
    gifts.add_product(gift)
    classes.classes.add(product.product_class)
    categories.included_categories.add(category)
    all_but_one, all_but_some = (
        Range.objects.create(name=name, includes_all_products=True) for name in ("all but one", "all but some")
    )
    all_but_one.excluded_products.add(product)
    all_but_some.excluded_categories.add(category)
    pairs = [(listed, gifts), *((each, each) for each in (classes, categories, all_but_one, all_but_some))]
    begin = timezone.now() - timedelta(hours=12)
    for priority, (wanted, rewarded) in enumerate(pairs):
        ConditionalOffer.objects.create(
            name=f"Offer {priority}",
            condition=Condition.objects.create(range=wanted, type="Count", value=1),
            benefit=Benefit.objects.create(range=rewarded, type="Percentage", value=10),
            priority=priority,
            start_datetime=begin,
            end_datetime=begin + timedelta(days=30),
            max_global_applications=10,
            num_applications=5,
            max_discount=10,
            total_discount=5,
        )
    spare = Range.objects.create(name="Spare")
    Condition.objects.create(range=spare, type="Count", value=1)
    Benefit.objects.create(range=spare, type="Percentage", value=1)


@pytest.fixture
def product() -> Product:
    """A product with everything that a document can show, and spare rows for its keys to point to."""
    product = make_product("Mug", product_class="Mugs", category_ids=[make_category("Below", make_category("Top")).pk])
    product.brand = Brand.objects.create(name="Acme", slug="acme")
    product.description, product.meta_title, product.meta_description = "<p>x</p>", "t", "d"
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
    add_offers(product, make_product("Gift"))
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
    elif special := SPECIAL.get(f"{table}.{column}", SPECIAL.get(column)):
        sql(f"UPDATE {table} SET {special}")
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
    ConditionalOffer.objects.update(description="x")  # so that this process reads the offers anew
    with CaptureQueriesContext(connection) as captured:
        load([product.pk])
    texts = [*(query["sql"] for query in captured), PRODUCTS]  # that one is prepared, and captured by its name
    named = {name for text in texts for name in re.findall(r'\b(?:FROM|JOIN) "?(\w+)"?', text)}
    read = named & set(connection.introspection.table_names())
    events: dict[str, set[str]] = defaultdict(set)
    for table, event in sql(
        "SELECT event_object_table, event_manipulation FROM information_schema.triggers"
        " WHERE action_statement LIKE '%%note_%%'"
    ):
        events[table].add(event)
    assert read - FIXED == {*SHOWN, *LEDGERS, *UNSHOWN}
    noted = {table: {"INSERT", "UPDATE", "DELETE"} for table in {*SHOWN, *RULES}}
    assert dict(events) == noted | {table: {"UPDATE", "DELETE"} for table in NOT_NOTED_WHEN_NEW}


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
        *("reviews_productreview", "offer_conditionaloffer", "offer_rangeproduct", "offer_range_classes"),
        *("offer_range_included_categories", "offer_range_excluded_categories", "offer_range_excluded_products"),
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
