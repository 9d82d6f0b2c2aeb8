"""What our migrations make of orders that were there before them."""

from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from tests.factories.shop import make_order, make_product

pytestmark = pytest.mark.django_db


def test_what_was_returned_before_is_added_up() -> None:
    order = make_order(make_product(price="3.33"), make_product(price="50.00"), quantity=3)
    first, second = order.lines.order_by("pk")
    change_order_status(order.pk, status="cancelled", quantities={first.pk: 1})
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    change_order_status(order.pk, status="returned", quantities={first.pk: 2, second.pk: 1})
    assert Order.objects.get().returned_total == Decimal("56.66")
    Order.objects.update(returned_total=0)
    migration = import_module("forked_apps.order.migrations.0028_nexus_returned_total")
    migration.add_up_what_was_returned(apps, connection.schema_editor())
    assert Order.objects.get().returned_total == Decimal("56.66")
