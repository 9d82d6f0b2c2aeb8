"""Writes beside others: staff wait for the stock, nobody dies of a deadlock, nothing is overwritten unseen."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from forked_apps.catalogue.category_moves import move_category
from forked_apps.catalogue.errors import CategoryCycle
from forked_apps.catalogue.models import Category, Product
from forked_apps.dashboard.catalogue.operations import edit_figures, withdraw_product
from forked_apps.partner.models import StockRecord
from nexus_shop.core.rows import attempted
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


@pytest.mark.usefixtures("own_database")
def test_of_many_who_edit_the_same_figure_one_is_heard() -> None:
    lamp = make_product("Lamp", stock=5)
    record = StockRecord.objects.get(product=lamp)
    clerk = make_member("Staff")

    def edit(figure: int) -> str:
        try:
            change = partial(edit_figures, record.pk, shown={"num_in_stock": 5}, wanted={"num_in_stock": figure})
            return attempted(lambda: change(edited_by=clerk)).status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(edit, range(10, 18)))

    assert sorted(outcomes) == ["refused"] * 7 + ["updated"]
    assert stock_of(lamp) == (10 + outcomes.index("updated"), 0)


@pytest.mark.usefixtures("own_database")
def test_categories_moved_at_once_leave_one_sound_tree() -> None:
    names = [make_category(f"Category {number}").pk for number in range(8)]

    def move(pk: int) -> bool:
        try:
            target = names[(names.index(pk) + 1) % len(names)]
            return move_category(pk, move="under", target_id=target)
        except CategoryCycle:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        moved = list(pool.map(move, names))

    assert sum(moved) == 7  # the last one would have closed the ring
    assert Category.find_problems() == ([], [], [], [], [])
    assert Category.get_root_nodes().count() == 1
