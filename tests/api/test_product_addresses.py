"""By what a product is asked for, what caches are told of it, and what is added to its answer."""

from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product, ProductClass
from forked_apps.search.operations import OWN_LIMIT, rebuild_noted
from nexus_shop.core.transactions import transaction
from tests.factories.catalogue import make_attribute, make_group
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_category, make_product
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"
PARTS = ("variants", "media", "related", "reviews", "price", "price-history", "availability")


# SKUs


@pytest.mark.parametrize("sku", ["a/b?c#d", "/", "a//b", "ä/ö ü", "price", "50%", "%2F"])
def test_product_is_found_by_whatever_sku_it_has(api: APIClient, sku: str) -> None:
    mug = make_product("Mug", sku=sku)
    address = f"{PRODUCTS}sku:{quote(sku, safe='')}/"
    assert api.get(address).json()["id"] == mug.pk
    for part in PARTS:
        assert api.get(f"{address}{part}/").status_code == 200, part
    changed = client_of(make_member("Staff")).patch(address, {"title": "Cup"}, format="json")
    assert (changed.status_code, changed.json()["title"]) == (200, "Cup")


def test_slug_has_no_slash(api: APIClient) -> None:
    make_product("Mug")
    assert api.get(f"{PRODUCTS}mug/mug/").status_code == 404
    assert api.get(f"{PRODUCTS}mug/price/price/").status_code == 404


# Caches


def test_caches_are_told_the_product_by_whatever_key_it_is_asked_for(api: APIClient) -> None:
    mug = make_product("Mug", sku="MUG")
    tags = dict.fromkeys(("", "variants/", "media/", "reviews/"), f"product-{mug.pk}")
    tags |= dict.fromkeys(("price-history/", "availability/"), f"product-{mug.pk}")
    tags["related/"] = f"product-{mug.pk}, products"
    for key in (mug.pk, "mug", "sku:MUG"):
        found = {part: api.get(f"{PRODUCTS}{key}/{part}").headers["Cache-Tag"] for part in tags}
        assert found == tags
    assert api.get(PRODUCTS).headers["Cache-Tag"] == "products"


# More of a product


def test_category_is_expanded_with_the_way_to_it(api: APIClient, django_assert_num_queries: Any) -> None:
    top = make_category("Kitchen")
    below = make_category("Coffee", top)
    mug = make_product("Mug", category_ids=[below.pk])
    make_product("Pen")
    way = [
        {"id": top.pk, "name": "Kitchen", "slug": "kitchen", "path": "kitchen"},
        {"id": below.pk, "name": "Coffee", "slug": "coffee", "path": "kitchen/coffee"},
    ]
    category = way[1] | {"breadcrumbs": way}
    with django_assert_num_queries(1):
        listed = api.get(f"{PRODUCTS}?fields=id&expand=variants,media,category&ordering=title").json()["results"]
    assert listed[0] == {"id": mug.pk, "variants": [], "media": [], "category": category}
    assert listed[1]["category"] is None
    whole = api.get(f"{PRODUCTS}mug/")
    assert api.get(f"{PRODUCTS}mug/?expand=category").json() == whole.json() | {"category": category}
    assert api.get(f"{PRODUCTS}mug/?expand=variants,media").json() == whole.json()
    sparse = api.get(f"{PRODUCTS}mug/?fields=id&expand=category,media")
    assert sparse.json() == {"id": mug.pk, "category": category, "media": []}
    assert sparse.headers["ETag"] != whole.headers["ETag"]
    path = f"{PRODUCTS}mug/?fields=id&expand=category,media"
    assert api.get(path, HTTP_IF_NONE_MATCH=sparse.headers["ETag"]).status_code == 304
    assert api.get(path, HTTP_IF_NONE_MATCH=whole.headers["ETag"]).status_code == 200
    assert api.get(f"{PRODUCTS}mug/?expand=secret").json()["errors"][0]["parameter"] == "expand"


# One's own writes


def test_family_is_read_as_it_was_written(api: APIClient) -> None:
    shirts = ProductClass.objects.create(name="Shirts", slug="shirts")
    sizes = tuple(f"{number}" for number in range(40))
    make_attribute(shirts, "size", "option", option_group=make_group("Sizes", sizes))
    body: dict[str, Any] = {
        "title": "Shirt",
        "sku": "S",
        "structure": "parent",
        "product_class": "shirts",
        "price": "10.00",
    }
    body |= {"variants": {"axes": {"size": sizes}, "sku": "{sku}-{size}"}}
    answer = client_of(make_member("Staff")).post("/api/v1/admin/products/", body, format="json")
    assert answer.status_code == 201, answer.content
    for size in sizes:
        assert api.get(f"{PRODUCTS}sku:S-{size}/").json()["attributes"][0]["value"] == size
    assert api.get(f"{PRODUCTS}{answer.json()['id']}/").json()["variant_count"] == 40


def test_more_strangers_than_a_writer_rebuilds_wait_for_the_worker() -> None:
    products = [make_product(f"Product {number}") for number in range(OWN_LIMIT + 1)]

    @transaction(before_commit="documents")
    def rename(ids: list[int], title: str) -> None:
        Product.objects.filter(pk__in=ids).update(title=title)

    def settle() -> None:  # what was noted before is noted by the same transaction: that of the test
        while rebuild_noted():
            pass

    def count(title: str) -> int:
        cards = new_client().get(f"{PRODUCTS}?page_size=100").json()["results"]
        return sum(card["title"] == title for card in cards)

    settle()
    rename([product.pk for product in products], "Late")
    assert count("Late") == 0
    settle()
    rename([product.pk for product in products[1:]], "Soon")
    assert (count("Late"), count("Soon")) == (1, OWN_LIMIT)
