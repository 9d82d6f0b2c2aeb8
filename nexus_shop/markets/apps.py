"""The markets app."""

from django.apps import AppConfig


class MarketsConfig(AppConfig):
    """Where the shop sells, and what is owed there."""

    name = "nexus_shop.markets"
    verbose_name = "Markets"
