"""The API app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Every way in from outside."""

    name = "nexus_shop.api"
    label = "api"
