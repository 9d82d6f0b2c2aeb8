"""What the head of a product's page needs."""

from typing import Any

import pytest
from django.db import connection, transaction
from oscar.apps.catalogue.reviews.models import ProductReview
from pytest_django import Settings

from forked_apps.catalogue.models import Category, Product, ProductAttribute, ProductAttributeValue, ProductImage
from forked_apps.catalogue.products import change_product
from forked_apps.search.operations import rebuild_noted, stale_products
from tests.factories.http import new_client
from tests.factories.shop import make_category, make_parent, make_product, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_storefront(settings: Settings) -> None:
    settings.STOREFRONT_URL = ""


def seo(product: Product) -> Any:
    while rebuild_noted():
        pass
    return new_client().get(f"/api/v1/products/{product.pk}/").json()["seo"]


def test_product_tells_all_that_is_known() -> None:
    mug = make_product(
        "Mug", description="<p>Holds <b>tea</b>.</p>", category_ids=[make_category("Kitchen").pk], sku="M"
    )
    ProductImage.objects.create(product=mug, original="images/mug.png")
    ProductReview.objects.create(product=mug, user=make_user(), score=4, title="t", body="b", status=1)
    change_product(mug.pk, changes={"brand": "Acme", "barcode": "4006381333931"})
    assert seo(mug) == {
        "title": "Mug",
        "description": "Holds tea .",
        "canonical": f"/catalogue/mug_{mug.pk}/",
        "open_graph": {
            "type": "product",
            "title": "Mug",
            "description": "Holds tea .",
            "url": f"/catalogue/mug_{mug.pk}/",
            "image": "/media/images/mug.png",
        },
        "json_ld": {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": "Mug",
            "description": "Holds tea .",
            "image": ["/media/images/mug.png"],
            "sku": "M",
            "brand": {"@type": "Brand", "name": "Acme"},
            "category": "Kitchen",
            "aggregateRating": {
                "@type": "AggregateRating",
                "ratingValue": 4.0,
                "reviewCount": 1,
                "bestRating": 5,
                "worstRating": 1,
            },
            "url": f"/catalogue/mug_{mug.pk}/",
            "gtin": "4006381333931",
            "offers": {
                "@type": "Offer",
                "price": "10.00",
                "priceCurrency": "GBP",
                "availability": "https://schema.org/InStock",
                "url": f"/catalogue/mug_{mug.pk}/",
            },
        },
        "alternates": [],
    }


def test_words_of_the_merchant_come_first() -> None:
    mug = make_product("Mug", description="x")
    change_product(
        mug.pk,
        changes={
            "meta_title": "Buy a mug",
            "meta_description": "Now.",
            "og_title": "Look",
            "og_description": "A mug",
            "canonical_url": "https://example.com/mug",
        },
    )
    found = seo(mug)
    shared = found["open_graph"]
    assert (found["title"], found["description"], found["canonical"]) == (
        "Buy a mug",
        "Now.",
        "https://example.com/mug",
    )
    assert (shared["title"], shared["description"], shared["url"]) == ("Look", "A mug", "https://example.com/mug")
    change_product(mug.pk, changes={"og_title": "", "og_description": ""})
    assert (seo(mug)["open_graph"]["title"], seo(mug)["open_graph"]["description"]) == ("Buy a mug", "Now.")


def test_unknown_is_left_out() -> None:
    mug = make_product("Mug", stock=0)
    Product.objects.filter(pk=mug.pk).update(upc=None)
    json_ld = seo(mug)["json_ld"]
    assert set(json_ld) == {"@context", "@type", "name", "url", "offers"}
    assert json_ld["offers"]["availability"] == "https://schema.org/OutOfStock"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM partner_stockrecord")
    assert "offers" not in seo(mug)["json_ld"]


def test_parent_offers_the_span_of_its_variants() -> None:
    with transaction.atomic():
        parent, [small, large] = make_parent("Shirt", {"S": ("20.00", 0), "L": ("5.00", 5)})
    assert seo(parent)["json_ld"]["offers"] == {
        "@type": "AggregateOffer",
        "lowPrice": "5.00",
        "highPrice": "20.00",
        "offerCount": 2,
        "priceCurrency": "GBP",
        "availability": "https://schema.org/InStock",
        "url": f"/catalogue/shirt_{parent.pk}/",
    }
    change_product(parent.pk, changes={"canonical_url": "/shirts/", "og_title": "Shirts!"})
    assert (seo(small)["canonical"], seo(small)["open_graph"]["title"]) == ("/shirts/", "Shirts!")
    assert seo(large)["json_ld"]["offers"]["url"] == f"/catalogue/{large.slug}_{large.pk}/"
    change_product(small.pk, changes={"canonical_url": "/small/"})
    assert seo(small)["canonical"] == "/small/"
    Product.objects.filter(parent=parent).update(is_public=False)
    assert "offers" not in seo(parent)["json_ld"]


def test_addresses_of_pages_are_absolute_where_the_storefront_is_known(settings: Settings) -> None:
    settings.STOREFRONT_URL = "https://www.example.com/"
    mug, cup = make_product("Mug"), make_product("Cup")
    change_product(cup.pk, changes={"canonical_url": "/cups/"})
    ProductImage.objects.create(product=mug, original="images/mug.png")
    page, found = f"https://www.example.com/catalogue/mug_{mug.pk}/", seo(mug)
    assert (found["canonical"], found["open_graph"]["url"]) == (page, page)
    assert (found["json_ld"]["url"], found["json_ld"]["offers"]["url"]) == (page, page)
    assert found["open_graph"]["image"] == "/media/images/mug.png"  # MEDIA_URL says where pictures are
    assert seo(cup)["canonical"] == "https://www.example.com/cups/"
    change_product(cup.pk, changes={"canonical_url": "https://other.example.com/cups/"})
    assert seo(cup)["canonical"] == "https://other.example.com/cups/"
    settings.STOREFRONT_URL = ""
    assert set(stale_products()) == {mug.pk, cup.pk}


def test_texts_are_no_html() -> None:
    kitchen = make_category("Kitchen")
    Category.objects.filter(pk=kitchen.pk).update(description="<p>Salt &amp; pepper</p>")
    mug = make_product("Mug", description="<p>Salt &amp; pepper, 3 &lt; 4</p>", category_ids=[kitchen.pk])
    care = ProductAttribute.objects.create(product_class=mug.product_class, name="Care", code="care", type="richtext")
    ProductAttributeValue.objects.create(product=mug, attribute=care, value_richtext="<p>Soap &amp; water</p>")
    told = seo(mug)
    assert told["description"] == told["open_graph"]["description"] == "Salt & pepper, 3 < 4"
    assert told["json_ld"]["description"] == "Salt & pepper, 3 < 4"
    shown = new_client().get(f"/api/v1/products/{mug.pk}/").json()
    assert shown["description"] == "<p>Salt &amp; pepper, 3 &lt; 4</p>"
    (attribute,) = shown["attributes"]
    assert (attribute["value"], attribute["display"]) == ("<p>Soap &amp; water</p>", "Soap & water")
    category = new_client().get("/api/v1/categories/kitchen/").json()
    assert (category["description"], category["seo"]["description"]) == ("<p>Salt &amp; pepper</p>", "Salt & pepper")
