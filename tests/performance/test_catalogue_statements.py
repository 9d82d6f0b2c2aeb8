"""Each public read of the catalogue is one statement, whatever is asked for, and however much there is."""

from functools import partial

import pytest
from oscar.apps.catalogue.reviews.models import ProductReview
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Brand, Option, Product, ProductAttribute, ProductRecommendation
from forked_apps.catalogue.operations import product_class_named
from forked_apps.search.operations import rebuild_noted
from tests.factories.shop import make_category, make_parent, make_product, make_user
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

ITEMS = pytest.mark.parametrize("count", [1, 4])
API = "/api/v1/"
PATHS = (
    *("products/", "products/?cursor=&page_size=1&ordering=-rating", "products/?fields=id&expand=variants,media"),
    "products/?category=things&brand=brand-0&attr.color=red,blue&attr.size=1&rating=1&new=true&on_sale=false&in_stock=true",
    "products/?brand=brand-0&price_min=1&price_max=99&ordering=-price&count=exact",
    "products/?attr.color=red&ordering=-popularity&page=2&page_size=1",
    *("products/shirt/", "products/shirt/?fields=id,variants", "products/shirt/variants/", "products/shirt/media/"),
    *("products/shirt/related/", "products/shirt/related/?kind=related", "products/shirt/reviews/"),
    *("products/shirt/reviews/?page_size=1", "categories/", "products/categories/", "categories/?depth=1"),
    *("categories/things/", "brands/", "brands/brand-0/", "attributes/", "options/", "brands/?page=2&page_size=1"),
)


@pytest.fixture
def shop(count: int) -> None:
    """So many of everything."""
    things = make_category("Things")
    kind = product_class_named("General")
    codes = [
        ProductAttribute.objects.create(product_class=kind, name=code, code=code, type="text")
        for code in ("color", "size")
    ]
    parent, _ = make_parent("Shirt", {f"Shirt {number}": ("20.00", 3) for number in range(count)})
    for number in range(count):
        brand = Brand.objects.create(name=f"Brand {number}", slug=f"brand-{number}")
        category = make_category(f"Small {number}", things)
        product = make_product(category_ids=[category.pk])
        Product.objects.filter(pk=product.pk).update(brand=brand, rating=4)
        for attribute, value in zip(codes, ("red", "1"), strict=True):
            product.attribute_values.create(attribute=attribute, value_text=value)
        ProductRecommendation.objects.create(primary=parent, recommendation=product, ranking=number)
        Option.objects.create(name=f"Option {number}", code=f"option-{number}", type="text")
        ProductReview.objects.create(
            product=parent, title="Good", body="Good", score=4, user=make_user(), status=ProductReview.APPROVED
        )
    while rebuild_noted():
        pass


@ITEMS
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("path", PATHS)
def test_one_statement(api: APIClient, path: str) -> None:
    statements, response = statements_of(lambda: api.get(API + path))
    assert response.status_code == 200, response.content
    assert len(statements) == 1
    statements, again = statements_of(lambda: api.get(API + path, HTTP_IF_NONE_MATCH=response.headers["ETag"]))
    assert (again.status_code, again.content) == (304, b"")
    assert len(statements) == 1


@ITEMS
@pytest.mark.usefixtures("shop")
def test_next_page_by_cursor_is_one_statement(api: APIClient) -> None:
    for ordering in ("price", "-title", "-popularity"):
        url = api.get(f"{API}products/?cursor=&page_size=1&ordering={ordering}").json()["next"]
        statements, response = statements_of(partial(api.get, url))
        assert response.status_code == 200
        assert len(statements) == 1
