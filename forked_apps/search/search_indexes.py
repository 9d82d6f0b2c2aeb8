"""Haystack's definition of the product index: Oscar's, with the field that its facets name made a facet."""

from haystack import indexes
from oscar.apps.search import search_indexes as oscar  # the class by its own name would be an index of its own


class ProductIndex(oscar.ProductIndex):
    """Oscar 4.2.1 facets on a stemmed text field, which Elasticsearch refuses."""

    product_class = indexes.CharField(null=True, faceted=True)
