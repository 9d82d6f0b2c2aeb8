"""Lists of a category: what they are read from follows every change, and they are paged whole."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockRecord
from forked_apps.search.models import CategoryEntry, ProductDocument
from forked_apps.search.operations import rebuild_noted
from tests.factories.shop import make_category, make_product

pytestmark = pytest.mark.django_db

LIST = "/api/v1/products/"


def entries() -> list[tuple[Any, ...]]:
    """What lists of a category are read from, in the default order."""
    columns = ("document_id", "category_id", "market", "language", "date_created", "product_id")
    return sorted(CategoryEntry.objects.values_list(*columns))


def due_entries() -> list[tuple[Any, ...]]:
    """The same, of the documents as they are."""
    listed = ProductDocument.objects.filter(is_listed=True)
    return sorted(
        (each.pk, category, each.market, each.language, each.date_created, each.product_id)
        for each in listed
        for category in each.category_ids
    )


def test_entries_follow_every_change() -> None:
    things = make_category("Things")
    small = make_category("Small", things)
    other = make_category("Other")
    a, b = make_product("A", category_ids=[small.pk, other.pk]), make_product("B", category_ids=[things.pk])
    assert entries() == due_entries()
    assert len(entries()) == 4
    Product.objects.filter(pk=b.pk).update(is_public=False)
    rebuild_noted()
    assert entries() == due_entries()
    assert {row[-1] for row in entries()} == {a.pk}
    small.move(other, "first-child")
    Product.objects.filter(pk=b.pk).update(is_public=True, date_created=timezone.now() - timedelta(days=9))
    while rebuild_noted():
        pass
    assert entries() == due_entries()
    assert {row[1] for row in entries() if row[-1] == a.pk} == {small.pk, other.pk}
    a.delete()
    while rebuild_noted():
        pass
    assert entries() == due_entries()
    assert {row[-1] for row in entries()} == {b.pk}


@pytest.mark.parametrize("ordering", ["-date_created", "date_created", "title", "price"])
@pytest.mark.parametrize("paging", ["page=1", "cursor="])
def test_a_category_is_paged_whole_in_every_order(api: APIClient, ordering: str, paging: str) -> None:
    things = make_category("Things")
    small = make_category("Small", things)
    make_product("Elsewhere")
    made = {make_product(f"P{n}", category_ids=[[things.pk, small.pk][n % 2]]).pk for n in range(7)}
    url, seen = f"{LIST}?category=things&ordering={ordering}&page_size=2&{paging}", []
    while url:
        page = api.get(url).json()
        assert page["count"] == 7
        seen += [card["id"] for card in page["results"]]
        url = page["next"]
    whole = [card["id"] for card in api.get(f"{LIST}?ordering={ordering}").json()["results"]]
    assert seen == [pk for pk in whole if pk in made]
    assert len(seen) == 7


def test_what_is_in_stock_is_counted_beforehand(api: APIClient) -> None:
    a, b = make_product("A"), make_product("B")
    assert api.get(f"{LIST}?in_stock=true").json()["count"] == 2
    StockRecord.objects.filter(product=a).update(num_in_stock=0)
    rebuild_noted()
    assert [card["id"] for card in api.get(f"{LIST}?in_stock=true").json()["results"]] == [b.pk]
    for query, count in {
        "in_stock=true": 1,
        "in_stock=false": 1,
        "in_stock=true&on_sale=false": 1,
        "on_sale=true": 0,
        "in_stock=true&on_sale=true": 0,
        "in_stock=true&count=exact": 1,
    }.items():
        assert api.get(f"{LIST}?{query}").json()["count"] == count, query
