"""Haystack finds the forked index, and Oscar's own search works on it."""

import pytest
from haystack import connections
from haystack.query import SearchQuerySet

from forked_apps.catalogue.models import Product
from forked_apps.search.search_indexes import ProductIndex
from tests.factories.shop import make_product


@pytest.mark.django_db
def test_index_is_found_and_searched() -> None:
    index = connections["default"].get_unified_index().get_index(Product)
    assert isinstance(index, ProductIndex)
    assert index.fields["product_class"].faceted
    product = make_product("Porcelain mug")
    make_product("Spoon")
    assert [result.pk for result in SearchQuerySet().models(Product).filter(content="porcelain")] == [product.pk]
    prepared = index.full_prepare(product)
    assert (prepared["title"], float(prepared["price"])) == ("Porcelain mug", 10.0)
