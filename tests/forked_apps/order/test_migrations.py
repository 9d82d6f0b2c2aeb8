"""What our migrations make of orders that were there before them."""

from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from tests.factories.shop import make_order, make_product

pytestmark = pytest.mark.django_db


def add_up() -> None:
    """As for orders that were there before the sum was."""
    Order.objects.update(returned_total=0)
    migration = import_module("forked_apps.order.migrations.0028_nexus_returned_total")
    migration.add_up_what_was_returned(apps, connection.schema_editor())


def test_what_was_returned_before_is_added_up() -> None:
    order = make_order(make_product(price="3.33"), make_product(price="50.00"), quantity=3)
    first, second = order.lines.order_by("pk")
    change_order_status(order.pk, status="cancelled", quantities={first.pk: 1})
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    change_order_status(order.pk, status="returned", quantities={first.pk: 2, second.pk: 1})
    assert Order.objects.get().returned_total == Decimal("56.66")
    add_up()
    assert Order.objects.get().returned_total == Decimal("56.66")


def test_taken_over_order_in_an_unknown_currency_or_below_its_lines_stops_nothing() -> None:
    order = make_order(make_product(price="10.00"), quantity=3)
    line = order.lines.get()
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    change_order_status(order.pk, status="returned", quantities={line.pk: 2})
    Order.objects.update(currency="ZZZ")
    add_up()
    assert Order.objects.get().returned_total == Decimal("20.00")
    Order.objects.update(returned_total=0)
    Order.objects.update(total_excl_tax=15, total_incl_tax=15)
    add_up()
    assert Order.objects.get().returned_total == Decimal("15.00")


def test_taken_over_order_below_its_lines_can_be_returned_and_cancelled() -> None:
    order = make_order(make_product(price="10.00"), quantity=3)
    Order.objects.update(total_excl_tax=15, total_incl_tax=15, payment_method="")
    line = order.lines.get()
    for status, units in (("processing", 2), ("shipped", 2), ("returned", 2), ("cancelled", 1)):
        change_order_status(order.pk, status=status, quantities={line.pk: units})
    order.refresh_from_db()
    assert (order.status, order.returned_total, order.cancelled_total) == ("returned", Decimal(15), Decimal(0))


@pytest.mark.parametrize("sums", [{"returned_total": -1}, {"cancelled_total": 10, "returned_total": 10}])
def test_database_keeps_what_was_given_up_within_the_total(sums: dict[str, int]) -> None:
    make_order(make_product(price="10.00"))  # 14.95 with delivery
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.update(**sums)
