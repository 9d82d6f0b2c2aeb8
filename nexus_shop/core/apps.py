"""The core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Transactions, events, tasks, errors, money, idempotency, limits, outgoing HTTP: what every app builds on."""

    name = "nexus_shop.core"
    label = "core"
