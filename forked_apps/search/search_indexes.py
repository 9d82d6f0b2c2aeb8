"""Haystack's definition of the product index: Oscar's, with the field that its facets name made a facet."""

from haystack import indexes
from oscar.apps.search.search_indexes import ProductIndex as OscarProductIndex


class ProductIndex(OscarProductIndex):
    """Oscar 4.2.1 facets on a stemmed text field, which Elasticsearch refuses."""

    product_class = indexes.CharField(null=True, faceted=True)
