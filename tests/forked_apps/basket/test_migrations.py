"""What happens to the carts of a taken-over shop."""

from importlib import import_module

import pytest
from django.db import connection

from forked_apps.basket.models import Basket
from forked_apps.order.models import Order
from tests.factories.shop import make_order, make_product

CLOSING = import_module("forked_apps.basket.migrations.0015_nexus_close_ordered_carts")


@pytest.mark.django_db
def test_cart_that_was_ordered_and_left_open_is_closed() -> None:
    dead, alive = Basket.objects.create(status="Open"), Basket.objects.create(status="Open")
    Order.objects.filter(pk=make_order(make_product()).pk).update(basket=dead)
    with connection.cursor() as cursor:
        cursor.execute(CLOSING.CLOSE)
    assert dict(Basket.objects.filter(pk__in=[dead.pk, alive.pk]).values_list("pk", "status")) == {
        dead.pk: "Submitted",
        alive.pk: "Open",
    }
