"""TRUNCATE names no row: every product is noted, and those go that only their documents know."""

import pytest
from django.db import connection

from forked_apps.catalogue.models import Category, Product, ProductCategory
from forked_apps.search.models import DocumentNote, ProductDocument
from forked_apps.search.operations import rebuild_noted, stale_products
from tests.factories.http import new_client
from tests.factories.shop import make_category, make_product, make_reviews

pytestmark = pytest.mark.django_db


def truncate(*tables: str) -> int:
    """Empty the tables; returns how many notes were made of it."""
    while rebuild_noted():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    notes = DocumentNote.objects.count()
    while rebuild_noted():
        pass
    assert stale_products() == []
    return notes


def test_documents_follow_a_truncated_table() -> None:
    mug = make_product("Mug", category_ids=[make_category("Home").pk])
    make_reviews(mug, 5, 4)
    assert truncate("reviews_productreview", "catalogue_productcategory") == 2
    shown = new_client().get(f"/api/v1/products/{mug.pk}/").json()
    assert (shown["rating"]["count"], shown["categories"]) == (0, [])
    assert ProductCategory.objects.count() == 0


def test_link_table_is_followed_too() -> None:
    make_product("Mug")
    assert truncate("catalogue_product_tags") == 1


def test_truncated_catalogue_leaves_no_document_and_no_taken_slug() -> None:
    make_product("Mug", category_ids=[make_category("Home").pk])
    assert truncate("catalogue_product", "catalogue_category") < 100
    assert (Product.objects.count(), Category.objects.count(), ProductDocument.objects.count()) == (0, 0, 0)
    assert (make_product("Mug").slug, make_category("Home").slug) == ("mug", "home")
