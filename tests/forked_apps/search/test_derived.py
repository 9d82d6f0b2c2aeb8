"""Counts and entries that triggers have not followed: verify says so, rebuild mends them."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from forked_apps.catalogue.models import Category, Product
from forked_apps.search.derived import derived_amiss
from forked_apps.search.models import CategoryEntry, ListedCount, ProductDocument
from tests.factories.http import new_client
from tests.factories.shop import make_category, make_product

pytestmark = pytest.mark.django_db


def verify() -> str:
    out = StringIO()
    call_command("documents", "verify", stdout=out)
    return out.getvalue()


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def shop() -> tuple[Category, Product, Product]:
    """A category with two products; everything is right."""
    things = make_category("Things")
    mug, plate = (make_product(title, category_ids=[things.pk]) for title in ("Mug", "Plate"))
    assert verify() == "every document is as a fresh one, counts and entries of categories as the documents say\n"
    return things, mug, plate


def shown(things: Category) -> tuple[list[str], int]:
    """The titles of the category's list, and how many products it is said to have."""
    client = new_client()
    cards = client.get(f"/api/v1/products/?category={things.pk}&ordering=-date_created").json()["results"]
    tree = client.get("/api/v1/categories/").json()
    return [card["title"] for card in cards], tree[0]["product_count"]


def rebuild_mends(things: Category) -> None:
    call_command("documents", "rebuild", stdout=StringIO())
    assert derived_amiss() == []
    verify()
    assert shown(things) == (["Plate", "Mug"], 2)


def test_lost_counts_and_entries_are_told_and_mended(shop: tuple[Category, Product, Product]) -> None:
    things, _, _ = shop
    sql("DELETE FROM search_categoryentry")
    sql("DELETE FROM search_listedcount WHERE kind = 'category'")
    with pytest.raises(CommandError) as refused:
        verify()
    assert str(refused.value) == (
        f"1 counts of listed products are wrong: category {things.pk} in en 0, not 2;"
        f" 2 entries of categories are missing or wrong, in categories [{things.pk}]"
    )
    rebuild_mends(things)


def test_counts_and_entries_too_many_are_told_and_mended(shop: tuple[Category, Product, Product]) -> None:
    things, mug, plate = shop
    document = ProductDocument.objects.get(product_id=mug.pk)
    ListedCount.objects.create(market="default", language="en", kind="brand", key="7", products=3)
    ListedCount.objects.create(market="default", language="en", kind="fact", key="in_stock", products=-1)
    CategoryEntry.objects.filter(product_id=mug.pk).update(product_id=plate.pk)
    values = {"market": "default", "language": "en", "date_created": document.date_created}
    CategoryEntry.objects.create(document_id=10**9, category_id=things.pk, product_id=10**9, **values)
    CategoryEntry.objects.create(document_id=document.pk, category_id=10**9, product_id=mug.pk, **values)
    counts, entries = derived_amiss()
    assert counts == "2 counts of listed products are wrong: brand 7 in en 3, not 0, fact in_stock in en 1, not 2"
    assert entries.startswith("4 entries of categories are missing or wrong")
    with pytest.raises(CommandError):
        verify()
    rebuild_mends(things)
    assert CategoryEntry.objects.count() == 2


def test_documents_written_without_triggers_are_told_and_mended(shop: tuple[Category, Product, Product]) -> None:
    things, mug, _ = shop
    sql("SET LOCAL session_replication_role = replica")
    sql("DELETE FROM search_productdocument WHERE product_id = %s", mug.pk)
    sql("SET LOCAL session_replication_role = origin")
    assert len(derived_amiss()) == 2
    with pytest.raises(CommandError, match=r"stale documents.*counts of listed products.*entries of categories"):
        verify()
    rebuild_mends(things)
