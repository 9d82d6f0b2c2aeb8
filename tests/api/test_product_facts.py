"""What lists filter and sort by, and products show, of stars, stock, reductions and attributes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from oscar.apps.catalogue.reviews.models import ProductReview
from rest_framework.test import APIClient

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductClass,
)
from forked_apps.partner.models import StockRecord
from forked_apps.search.operations import rebuild, rebuild_noted, stale_products
from tests.factories.http import new_client
from tests.factories.shop import make_parent, make_product, make_reviews
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

API = "/api/v1/"


def settle() -> None:
    while rebuild_noted():
        pass


def titles(query: str) -> list[str]:
    response = new_client().get(f"{API}products/?{query}")
    assert response.status_code == 200, response.content
    return [card["title"] for card in response.json()["results"]]


def card_of(product: Product) -> Any:
    return new_client().get(f"{API}products/{product.pk}/").json()


# Attributes


def test_value_of_an_attribute_is_one_text_wherever_it_is_shown() -> None:
    product = make_product("Mug")
    values: dict[str, tuple[Any, str]] = {
        "integer": (15, "15"),
        "float": (15.0, "15"),
        "datetime": (datetime(2024, 2, 29, 10, tzinfo=UTC), "2024-02-29T10:00:00Z"),
        "date": (date(2024, 2, 29), "2024-02-29"),
        "text": ("15.0", "15.0"),
        "boolean": (True, "Yes"),
    }
    attributes = {kind: kind for kind in values} | {"big": "float", "small": "float"}
    values |= {"big": (1e20, "1" + 20 * "0"), "small": (-0.0, "0")}
    for code, kind in attributes.items():
        made = ProductAttribute.objects.create(
            product_class=product.product_class, name=code, code=f"a_{code}", type=kind
        )
        ProductAttributeValue.objects.create(product=product, attribute=made, **{f"value_{kind}": values[code][0]})
    settle()
    wanted = {f"a_{code}": text for code, (_, text) in values.items()}
    assert {each["code"]: each["display"] for each in card_of(product)["attributes"]} == wanted
    listed = new_client().get(f"{API}attributes/").json()["results"]
    assert {each["code"]: each["values"][0]["display"] for each in listed if each["values"]} == wanted
    for code, text in wanted.items():
        asked = {"a_boolean": "true"}.get(code, text)
        assert titles(f"attr.{code}={asked}") == ["Mug"], code
    assert titles("attr.a_float=15.0") == titles("attr.a_big=1e20") == ["Mug"]


# Stars


def by_queryset(_product: Product) -> None:
    ProductReview.objects.all().delete()


def by_sql(_product: Product) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reviews_productreview")


def by_update(_product: Product) -> None:
    ProductReview.objects.update(status=ProductReview.REJECTED)


def by_the_admin_of_django(_product: Product) -> None:
    ids = [review.pk for review in ProductReview.objects.all()]
    form = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    assert browser_of(make_member("Admin")).post("/admin/reviews/productreview/", form).status_code == 302


def by_account(_product: Product) -> None:
    for review in ProductReview.objects.all():
        assert review.user is not None
        review.user.delete()


def by_a_rating_of_nobody(product: Product) -> None:
    ProductReview.objects.all().delete()
    Product.objects.filter(pk=product.pk).update(rating=3.5)


@pytest.mark.parametrize(
    "withdraw", [by_queryset, by_sql, by_update, by_the_admin_of_django, by_account, by_a_rating_of_nobody]
)
def test_stars_are_those_of_the_approved_reviews(withdraw: Any) -> None:
    mug = make_product("Mug")
    make_reviews(mug, 5)
    ProductReview.objects.filter(product=mug).update(score=4)
    settle()
    assert card_of(mug)["rating"] == {"average": 4.0, "count": 1}
    assert titles("rating=4") == ["Mug"]
    withdraw(mug)
    settle()
    if ProductReview.objects.filter(status=ProductReview.APPROVED).exists():  # a review may outlive its account
        assert card_of(mug)["rating"] == {"average": 4.0, "count": 1}
    else:
        assert card_of(mug)["rating"] == {"average": None, "count": 0}
        assert titles("rating=1") == []
    assert stale_products() == []


def test_stars_are_an_average_and_sort() -> None:
    good, fair = make_product("Good"), make_product("Fair")
    make_reviews(fair, 2, 3)
    make_reviews(good, 4, 5, 5)
    settle()
    assert card_of(fair)["rating"] == {"average": 2.5, "count": 2}
    assert round(card_of(good)["rating"]["average"], 4) == 4.6667
    assert titles("ordering=-rating") == ["Good", "Fair"]
    assert titles("rating=2.5&ordering=rating") == ["Fair", "Good"]


# Stock and reductions of variants


def make_shirt() -> tuple[Product, Product, Product]:
    """A parent, its cheap variant on backorder, its dear one in stock and reduced."""
    parent, (cheap, dear) = make_parent("Shirt", {"S": ("10.00", 0), "M": ("12.00", 5)})
    StockRecord.objects.filter(product=cheap).update(backorder_limit=3)
    StockRecord.objects.filter(product=dear).update(list_price=Decimal("20.00"))
    settle()
    return parent, cheap, dear


def test_parent_is_in_stock_and_on_sale_where_a_variant_is() -> None:
    parent, cheap, dear = make_shirt()
    assert titles("in_stock=true") == titles("on_sale=true") == ["Shirt"]
    assert titles("in_stock=false") == titles("on_sale=false") == []
    shown = card_of(parent)
    assert (shown["price"]["gross"], shown["price_from"]["gross"]) == ("10.00", "10.00")
    assert (shown["availability"]["code"], shown["availability"]["is_available"]) == ("instock", True)
    assert new_client().get(f"{API}products/{parent.pk}/availability/").json()["availability"] == shown["availability"]
    StockRecord.objects.filter(product=dear).update(num_in_stock=0, list_price=None)
    settle()
    assert titles("in_stock=true") == titles("on_sale=true") == []
    assert card_of(parent)["availability"]["code"] == "backorder"
    StockRecord.objects.filter(product=cheap).update(backorder_limit=0)
    settle()
    assert card_of(parent)["availability"]["code"] == "outofstock"
    assert new_client().get(f"{API}products/{parent.pk}/availability/").json()["availability"]["code"] == "outofstock"
    assert stale_products() == []


def test_hidden_variant_makes_no_parent_available() -> None:
    parent, _cheap, dear = make_shirt()
    Product.objects.filter(pk=dear.pk).update(is_public=False)
    settle()
    assert titles("in_stock=true") == titles("on_sale=true") == []
    assert card_of(parent)["availability"]["code"] == "backorder"


# Values of attributes


def make_attribute(code: str, kind: str = "text", product_class: str = "General") -> ProductAttribute:
    owner = ProductClass.objects.get_or_create(name=product_class, slug=product_class.lower())[0]
    made: ProductAttribute = ProductAttribute.objects.create(product_class=owner, name=code, code=code, type=kind)
    return made


def put(product: Product, attribute: ProductAttribute, value: Any) -> None:
    product.attribute_values.create(attribute=attribute, **{f"value_{attribute.type}": value})
    rebuild([product.pk])


def offered(api: APIClient, code: str) -> list[tuple[str, int]]:
    found = next(each for each in api.get(f"{API}attributes/").json()["results"] if each["code"] == code)
    return [(value["value"], value["product_count"]) for value in found["values"]]


def test_texts_and_options_are_no_numbers(api: APIClient) -> None:
    code, size = make_attribute("code"), make_attribute("size", "option")
    group = AttributeOptionGroup.objects.create(name="Sizes")
    ProductAttribute.objects.filter(pk=size.pk).update(option_group=group)
    agent, seven = make_product("Agent"), make_product("Seven")
    put(agent, code, "007")
    put(seven, code, "7")
    put(agent, size, AttributeOption.objects.create(group=group, option="08"))
    put(seven, size, AttributeOption.objects.create(group=group, option="8"))
    assert offered(api, "code") == [("007", 1), ("7", 1)]
    assert offered(api, "size") == [("08", 1), ("8", 1)]
    assert titles("attr.code=007") == titles("attr.size=08") == ["Agent"]
    assert titles("attr.code=7") == titles("attr.size=8") == ["Seven"]
    assert titles("attr.code=7.0") == []
    put(make_product("Thousand"), code, "1e3")
    assert ("1e3", 1) in offered(api, "code")
    assert titles("attr.code=1e3") == ["Thousand"]
    assert titles("attr.code=1000") == []


def test_numbers_are_what_they_say_whatever_else_has_the_code(api: APIClient) -> None:
    number, text = make_attribute("size", "float"), make_attribute("size", "text", "Other")
    put(make_product("Half"), number, 5.5)
    put(make_product("Five"), number, 5.0)
    put(make_product("Other five", product_class="Other"), text, "5")
    put(make_product("Other five and none", product_class="Other"), text, "5.0")
    assert offered(api, "size") == [("5", 2), ("5.0", 1), ("5.5", 1)]
    assert titles("attr.size=5&ordering=title") == ["Five", "Other five"]
    assert titles("attr.size=5.0&ordering=title") == ["Five", "Other five and none"]
    assert titles("attr.size=5.50") == ["Half"]
    for query, count in {"attr.size=5": 2, "attr.size=5.0": 2, "attr.size=5,5.0": 3, "attr.size=5.5": 1}.items():
        assert api.get(f"{API}products/?{query}").json()["count"] == len(titles(query)) == count


def test_moments_are_found_as_they_are_shown(api: APIClient) -> None:
    made = make_attribute("made", "datetime")
    early, late = make_product("Early"), make_product("Late")
    put(early, made, datetime(2024, 2, 29, 10, tzinfo=UTC))
    put(late, made, datetime(2024, 2, 29, 10, 0, 0, 120, tzinfo=UTC))
    for product, value in ((early, "2024-02-29T10:00:00Z"), (late, "2024-02-29T10:00:00.000120Z")):
        assert card_of(product)["attributes"][0]["value"] == value
        assert titles(f"attr.made={value}") == [product.title]
        assert (value, 1) in offered(api, "made")
