"""Write one product of a file: made, changed, left alone, refused."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forked_apps.catalogue.models import (
    Product,
    ProductImage,
)
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from forked_apps.search.models import ProductDocument
from forked_apps.search.operations import stale_products
from forked_apps.search.queries import product_detail
from nexus_shop.core.models import OutboxEvent
from nexus_shop.imports.errors import StructureChanged, VariantsRefused
from nexus_shop.imports.operations import rehearse_product
from nexus_shop.imports.outcomes import Outcome, Remark
from nexus_shop.imports.values import SourcePicture, SourceProduct
from tests.factories.shop import make_product
from tests.nexus_shop.imports.sources import LARGE, MUG, MUG_1, SHIRT, SMALL, digest, events, load, refusals, settle

pytestmark = pytest.mark.django_db


def test_import_makes_a_stand_alone_product() -> None:
    outcome = load(replace(MUG, tags="tea, clay", variants=(replace(MUG_1, barcode="4006381333931"),)))
    assert outcome == Outcome(is_new=True, results={2: "created"})
    product = Product.objects.get(code="shopify:mug")
    assert (product.structure, product.slug, product.title, product.upc) == ("standalone", "mug", "Mug", "MUG-1")
    assert (product.description, product.is_public) == ("<p>Holds tea.</p>", True)
    assert (product.meta_title, product.meta_description) == ("A mug", "For tea")
    assert product.brand is not None
    assert product.brand.name == "Potters"
    assert product.product_class.name == "Kitchen"
    assert [category.name for category in product.categories.all()] == ["Kitchen"]
    assert {value.attribute.code: value.value for value in product.attribute_values.all()} == {
        "tags": "tea, clay",
        "barcode": "4006381333931",
    }
    record = StockRecord.objects.get(product=product)
    assert (record.partner.name, record.partner_sku) == ("Main warehouse", "MUG-1")
    assert (record.price_currency, record.price, record.list_price) == ("GBP", Decimal("12.50"), Decimal("15.00"))
    assert (record.num_in_stock, record.num_allocated) == (7, 0)
    first = {"old_price": None, "new_price": "12.50", "old_list_price": None, "new_list_price": "15.00"}
    told = {"stock_record_id": record.pk, "product_id": product.pk, "currency": "GBP", **first}
    assert events() == [("PriceChanged", {**told, "changed_by": None, "reason": "import"})]


def test_import_makes_parent_and_children() -> None:
    assert load(SHIRT) == Outcome(is_new=True, results={2: "created", 3: "created"})
    parent = Product.objects.get(code="shopify:shirt")
    assert (parent.structure, parent.upc, parent.stockrecords.count()) == ("parent", "", 0)
    children = Product.objects.filter(parent=parent).order_by("pk")
    assert [(child.structure, child.title, child.slug, child.upc) for child in children] == [
        ("child", "Shirt – Small", "shirt-small", "SH-S"),
        ("child", "Shirt – Large", "shirt-large", "SH-L"),
    ]
    assert [[(v.attribute.code, v.attribute.type, v.value) for v in c.attribute_values.all()] for c in children] == [
        [("size", "text", "Small")],
        [("size", "text", "Large")],
    ]
    assert [(r.price, r.num_in_stock) for r in StockRecord.objects.order_by("pk")] == [
        (Decimal("20.00"), 3),
        (Decimal("22.00"), 4),
    ]


def test_import_keeps_the_documents_fresh() -> None:
    load(SHIRT)
    found = product_detail("shirt", language="en")
    assert found is not None
    assert '"variant_count":2' in found[0]
    assert '"gross":"20.00"' in found[0]
    assert stale_products() == []


def test_import_of_the_same_again_writes_nothing() -> None:
    source = replace(
        SHIRT,
        tags="new",
        pictures=(SourcePicture(2, "https://example.com/a.jpg", "A shirt"),),
        variants=(replace(SMALL, barcode="12345", picture_url="https://example.com/s.jpg"), LARGE),
    )
    pictures = {"https://example.com/a.jpg": "a.webp", "https://example.com/s.jpg": "s.webp"}
    load(source, pictures=pictures)
    settle()
    before = digest()
    assert load(source, pictures=pictures) == Outcome(results={2: "unchanged", 3: "unchanged"})
    assert digest() == before


def test_import_of_a_changed_file_changes_what_differs() -> None:
    load(SHIRT)
    OutboxEvent.objects.all().delete()
    parent = Product.objects.get(code="shopify:shirt")
    record = StockRecord.objects.get(partner_sku="SH-L")
    changed = replace(
        SHIRT,
        title="Blouse",
        description="New <b>text</b><script>x</script>",
        brand="",
        is_public=False,
        meta_title="",
        variants=(SMALL, replace(LARGE, price=Decimal("21.00"), list_price=Decimal("25.00"), quantity=9)),
    )
    assert load(changed) == Outcome(results={2: "updated", 3: "updated"})
    parent.refresh_from_db()
    assert (parent.title, parent.description, parent.brand, parent.is_public) == (
        "Blouse",
        "New <b>text</b>",
        None,
        False,
    )
    assert (parent.meta_title, parent.slug) == ("", "shirt")
    assert [child.title for child in parent.children.order_by("pk")] == ["Blouse – Small", "Blouse – Large"]
    record.refresh_from_db()
    assert (record.price, record.list_price, record.num_in_stock) == (Decimal("21.00"), Decimal("25.00"), 9)
    of_record = {"stock_record_id": record.pk, "product_id": record.product_id, "changed_by": None, "reason": "import"}
    assert events() == [
        (
            "PriceChanged",
            {
                **of_record,
                "currency": "GBP",
                "old_price": "22.00",
                "new_price": "21.00",
                "old_list_price": None,
                "new_list_price": "25.00",
            },
        ),
        ("StockAdjusted", {**of_record, "old_num_in_stock": 4, "new_num_in_stock": 9}),
    ]
    assert stale_products() == []


def test_import_leaves_what_the_file_has_no_column_for() -> None:
    load(replace(MUG, tags="tea", variants=(replace(MUG_1, barcode="123"),)))
    before = digest()
    poor = replace(
        MUG,
        description="",
        brand="",
        type="",
        is_public=True,
        tracks_stock=False,
        meta_title="",
        meta_description="",
        variants=(replace(MUG_1, sku="mug", has_made_sku=True, list_price=None, quantity=None),),
        unsaid=frozenset(
            {
                *("description", "brand", "type", "tags", "is_public", "meta_title", "meta_description", "pictures"),
                *("sku", "list_price", "quantity", "tracks_stock", "requires_shipping", "barcode"),
            }
        ),
    )
    assert load(poor).results == {2: "unchanged"}
    assert digest() == before


def test_description_is_sanitised() -> None:
    load(replace(MUG, description='<p onclick="x()">Tea</p><script>steal()</script><iframe src="//e"></iframe>'))
    assert Product.objects.get(code="shopify:mug").description == "<p>Tea</p>"


def test_price_in_another_currency_than_held_is_refused() -> None:
    load(MUG)
    before = digest()
    with pytest.raises(VariantsRefused) as refused:
        load(MUG, currency="USD")
    assert refusals(Outcome(refusals=refused.value.facts.refusals)) == [(2, "price", "import_currency_changed")]
    assert digest() == before


def test_currency_of_the_import_is_that_of_the_stock_record() -> None:
    load(MUG, currency="USD")
    assert StockRecord.objects.get(partner_sku="MUG-1").price_currency == "USD"
    found = product_detail("mug", language="en")
    assert found is not None
    assert '"price":null' in found[0]


@pytest.mark.parametrize(("first", "then"), [(MUG, SHIRT), (SHIRT, MUG)])
def test_other_structure_is_refused(first: SourceProduct, then: SourceProduct) -> None:
    load(first)
    before = digest()
    with pytest.raises(StructureChanged):
        load(replace(then, code=first.code))
    assert digest() == before


def test_new_quantity_of_none_is_told() -> None:
    outcome = load(replace(MUG, variants=(replace(MUG_1, quantity=None),)))
    assert outcome.remarks == [Remark(2, "quantity", "the file names no quantity: none is in stock")]
    assert StockRecord.objects.get(partner_sku="MUG-1").num_in_stock == 0


def test_stock_counted_from_now_on_is_set() -> None:
    load(replace(MUG, tracks_stock=False, variants=(replace(MUG_1, quantity=None),)))
    assert load(MUG).results == {2: "updated"}
    assert Product.objects.get(code="shopify:mug").product_class.name == "Kitchen"
    assert StockRecord.objects.get(partner_sku="MUG-1").num_in_stock == 7


def test_slug_that_is_taken_gets_a_number_and_keeps_it() -> None:
    make_product("Mug", sku="OLD")
    load(MUG)
    assert Product.objects.get(code="shopify:mug").slug == "mug-2"
    assert load(MUG).results == {2: "unchanged"}


def test_pictures_change_place_and_old_ones_stay() -> None:
    first, second = (
        SourcePicture(2, "https://example.com/a.jpg", "A"),
        SourcePicture(2, "https://example.com/b.jpg", "B"),
    )
    files = {"https://example.com/a.jpg": "a.webp", "https://example.com/b.jpg": "b.webp"}
    load(replace(MUG, pictures=(first, second)), pictures=files)
    outcome = load(replace(MUG, pictures=(replace(second, alt="New"),)), pictures={})
    assert outcome == Outcome(
        results={2: "updated"},
        remarks=[Remark(2, "pictures", "1 pictures of an earlier file are not in this one: they stay")],
    )
    images = ProductImage.objects.order_by("pk")
    assert [(i.original.name, i.caption, i.display_order) for i in images] == [("a.webp", "A", 0), ("b.webp", "New", 0)]


def test_picture_without_a_file_is_left_out() -> None:
    load(replace(MUG, pictures=(SourcePicture(2, "https://example.com/a.jpg", ""),)))
    assert ProductImage.objects.count() == 0


def test_rehearsal_tells_the_same_and_keeps_nothing() -> None:
    before = digest()
    outcome = rehearse_product(SHIRT, currency="GBP", pictures={})
    assert outcome == Outcome(is_new=True, results={2: "created", 3: "created"})
    assert digest() == before


def test_rehearsal_raises_the_same() -> None:
    make_product(sku="MUG-1")
    with pytest.raises(VariantsRefused):
        rehearse_product(MUG, currency="GBP", pictures={})


def test_import_needs_few_statements() -> None:
    load(SHIRT)
    settle()
    other = replace(
        SHIRT,
        code="shopify:coat",
        slug="coat",
        variants=tuple(replace(SMALL, line=n, sku=f"C-{n}", values=(f"Size {n}",)) for n in range(2, 12)),
    )
    with CaptureQueriesContext(connection) as made:
        load(other)
    settle()
    with CaptureQueriesContext(connection) as again:
        load(other)
    assert (len(made), len(again)) == (34, 16)


def test_import_leaves_orders_alone() -> None:
    load(MUG)
    assert Order.objects.count() == 0
    assert ProductDocument.objects.count() == 1
