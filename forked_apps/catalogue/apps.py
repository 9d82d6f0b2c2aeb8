"""The catalogue fork."""

from oscar.apps.catalogue.apps import CatalogueConfig as OscarCatalogueConfig


class CatalogueConfig(OscarCatalogueConfig):
    """Products, categories, brands and pictures; knows nothing of documents."""

    name = "forked_apps.catalogue"
