"""The demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo shop: command and data."""

    name = "nexus_shop.demo"
    label = "demo"
