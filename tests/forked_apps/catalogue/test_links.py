"""Tags, categories and recommendations of products."""

import pytest
from django.db import IntegrityError, connection, transaction

from forked_apps.catalogue.errors import RecommendationRefused
from forked_apps.catalogue.links import recommended_with, tag_named
from forked_apps.catalogue.models import Product, ProductRecommendation, Tag
from forked_apps.catalogue.products import change_product
from forked_apps.search.operations import rebuild_noted, stale_products
from tests.factories.http import new_client
from tests.factories.shop import make_category, make_parent, make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", category_ids=[make_category("Kitchen").pk])


def test_tag_is_found_whatever_the_case() -> None:
    with transaction.atomic():
        made = [tag_named(name) for name in ("Summer", "SUMMER", "Sümmer", "categories", "123", "???")]
    assert [(tag.name, tag.slug) for tag in made] == [
        ("Summer", "summer"),
        ("Summer", "summer"),
        ("Sümmer", "summer-2"),
        ("categories", "tag-categories"),
        ("123", "tag-123"),
        ("???", "tag"),
    ]


def test_renamed_tag_is_renamed_everywhere(mug: Product) -> None:
    change_product(mug.pk, changes={"tags": ["Summer"]})
    with transaction.atomic():
        parent, [small] = make_parent("Shirt", {"S": ("20.00", 5)})
    change_product(parent.pk, changes={"tags": ["Summer", "Cotton"]})
    Tag.objects.filter(slug="summer").update(name="Winter")
    while rebuild_noted():
        pass
    shown = new_client().get(f"/api/v1/products/{small.pk}/").json()
    assert [tag["name"] for tag in shown["tags"]] == ["Cotton", "Winter"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_product_tags WHERE product_id = %s", [parent.pk])
    assert stale_products() == [parent.pk, small.pk]


def test_recommendations_are_kept_by_kind_in_their_order(mug: Product) -> None:
    first, second, third = (make_product(name) for name in ("Cup", "Jug", "Pot"))
    change_product(mug.pk, changes={"recommendations": {"related": [second.pk, first.pk], "cross_sell": [first.pk]}})
    change_product(mug.pk, changes={"recommendations": {"up_sell": [third.pk], "cross_sell": []}})
    assert recommended_with(mug.pk) == {"related": [second.pk, first.pk], "cross_sell": [], "up_sell": [third.pk]}
    assert mug.sorted_recommended_products == [second, first]
    before = list(ProductRecommendation.objects.order_by("pk").values_list("pk", flat=True))
    change_product(mug.pk, changes={"recommendations": {"related": [second.pk, first.pk]}})
    assert list(ProductRecommendation.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_product_recommends_neither_itself_nor_another_one_twice(mug: Product) -> None:
    cup = make_product("Cup")
    for ids, place in (([mug.pk], 0), ([cup.pk, mug.pk], 1), ([cup.pk, cup.pk], 1)):
        with pytest.raises(RecommendationRefused) as refusal:
            change_product(mug.pk, changes={"recommendations": {"related": ids}})
        assert refusal.value.pointer == f"/recommendations/related/{place}"
    with pytest.raises(IntegrityError, match="not_recommended_to_itself"), transaction.atomic():
        ProductRecommendation.objects.create(primary=mug, recommendation=mug)
    assert not ProductRecommendation.objects.exists()


def test_dashboard_refuses_a_product_that_recommends_itself(mug: Product) -> None:
    cup = make_product("Cup")
    browser = browser_of(make_member("Staff"))
    url = f"/dashboard/catalogue/products/{mug.pk}/"
    answer = browser.post(url, filled(browser, url) | {"primary_recommendations-0-recommendation": str(mug.pk)})
    assert (answer.status_code, ProductRecommendation.objects.count()) == (200, 0)
    body = filled(browser, url) | {
        "primary_recommendations-0-recommendation": str(cup.pk),
        "primary_recommendations-0-kind": "up_sell",
        "primary_recommendations-0-ranking": "1",
    }
    assert browser.post(url, body).status_code == 302
    assert recommended_with(mug.pk)["up_sell"] == [cup.pk]


def test_categories_are_exactly_those(mug: Product) -> None:
    held = mug.categories.get()
    other = make_category("Gifts")
    change_product(mug.pk, changes={"categories": [other.pk, held.pk, other.pk]})
    change_product(mug.pk, changes={"categories": [other.pk]})
    shown = new_client().get(f"/api/v1/products/{mug.pk}/").json()
    assert [category["id"] for category in shown["categories"]] == [other.pk]
