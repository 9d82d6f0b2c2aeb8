"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Catalogues of other shops, read as they were exported."""

    name = "nexus_shop.imports"
    label = "imports"
