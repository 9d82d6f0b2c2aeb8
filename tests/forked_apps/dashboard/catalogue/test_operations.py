"""The product form beside an order that is being placed: staff wait for the stock, nobody dies of a deadlock."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from forked_apps.catalogue.models import Product
from forked_apps.dashboard.catalogue.operations import withdraw_product
from tests.factories.shop import make_category, make_product, stock_of
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

WAITING = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"


def beside_an_order(product: Product, work: Callable[[], Any]) -> Any:
    """Run `work` while an order holds the product's stock; its line refers to the product when it commits."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE partner_stockrecord SET num_allocated = 1 WHERE product_id = %s", [product.pk])
        result = pool.submit(run)
        for _ in range(100):
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                break
            time.sleep(0.05)
        else:
            raise AssertionError(f"nobody waits: {result}")
        cursor.execute("SELECT 1 FROM catalogue_product WHERE id = %s FOR KEY SHARE", [product.pk])
    return result.result()


@pytest.mark.usefixtures("own_database")
def test_saving_a_product_waits_for_an_order() -> None:
    lamp = make_product("Lamp", stock=5, category_ids=[make_category("Light").pk])
    browser = browser_of(make_member("Staff"))
    url = f"/dashboard/catalogue/products/{lamp.pk}/"
    body = filled(browser, url) | {"title": "Table lamp", "stockrecords-0-price": "12.00"}

    assert beside_an_order(lamp, lambda: browser.post(url, body)).status_code == 302

    lamp.refresh_from_db()
    assert (lamp.title, stock_of(lamp)) == ("Table lamp", (5, 1))


@pytest.mark.usefixtures("own_database")
def test_withdrawing_a_product_waits_for_an_order() -> None:
    lamp = make_product("Lamp", stock=5)

    assert beside_an_order(lamp, lambda: withdraw_product(lamp.pk)) is True

    assert not Product.objects.exists()
