"""The catalogue fork."""

from django.db.models import NOT_PROVIDED
from oscar.apps.catalogue.apps import CatalogueConfig as OscarCatalogueConfig


class CatalogueConfig(OscarCatalogueConfig):
    """Products, categories, brands and pictures; knows nothing of documents."""

    name = "forked_apps.catalogue"

    def ready(self) -> None:
        """Keep the virtual fields of translations out of forms and of inserts.

        modeltrans 0.10.2 means those of the main and of the active language to be left out, and forgets it: each would
        write back what it has shown, over the column that was edited. The others know neither slugs nor HTML. All of
        them copy their column's default of the database, for which Django would ask a column that is not there.
        """
        super().ready()
        for model in self.get_models():
            for field in model._meta.private_fields:  # noqa: SLF001 - Django's documented API
                if hasattr(field, "original_field"):
                    field.editable = field.serialize = False
                    field.db_default = NOT_PROVIDED
