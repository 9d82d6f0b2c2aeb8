"""Writes beside others: staff wait for the stock, nobody dies of a deadlock, nothing is overwritten unseen."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models.signals import pre_delete

from forked_apps.catalogue.categories import remove_category
from forked_apps.catalogue.category_moves import move_category
from forked_apps.catalogue.errors import CategoryCycle
from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Category,
    ImageRendition,
    Product,
    ProductAttributeValue,
    ProductCategory,
    ProductImage,
)
from forked_apps.catalogue.publishing import lock_product
from forked_apps.dashboard.catalogue import operations
from forked_apps.dashboard.catalogue.operations import edit_figures, withdraw_product
from forked_apps.dashboard.catalogue.refusals import OVERTAKEN
from forked_apps.partner.models import StockRecord
from nexus_shop.core.rows import attempted
from tests.factories.catalogue import make_attribute, make_group
from tests.factories.shop import make_category, make_parent, make_product, stock_of
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

WAITING = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"


def run(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


def is_stuck(result: "Future[Any]") -> bool:
    """Whether what runs beside this transaction waits for it, and not: is done."""
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return True
            if result.done():
                return False
            time.sleep(0.05)
    raise AssertionError(f"neither done nor waiting: {result}")


def beside(work: Callable[[], Any], first: Callable[[], Any], then: Callable[[], Any]) -> Any:
    """Run `work` between `first` and `then` of one transaction, which it waits for."""
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        first()
        result = pool.submit(run, work)
        assert is_stuck(result), result.result()
        then()
    return result.result()


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def beside_an_order(product: Product, work: Callable[[], Any]) -> Any:
    """Run `work` while an order holds the product's stock; its line refers to the product when it commits."""
    return beside(
        work,
        lambda: execute("UPDATE partner_stockrecord SET num_allocated = 1 WHERE product_id = %s", product.pk),
        lambda: execute("SELECT 1 FROM catalogue_product WHERE id = %s FOR KEY SHARE", product.pk),
    )


@contextmanager
def overtaken(model: Any, work: Callable[[], Any]) -> Iterator["list[Future[Any]]"]:
    """Let somebody do `work` when rows of the model are about to be deleted, and everything has been looked at."""
    rivals: list[Future[Any]] = []
    with ThreadPoolExecutor(1) as pool:

        def begin(**_: Any) -> None:
            rivals.append(pool.submit(run, work))
            is_stuck(rivals[0])

        pre_delete.connect(begin, sender=model)
        try:
            yield rivals
        finally:
            pre_delete.disconnect(begin, sender=model)


def said(answer: Any) -> list[Any]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_locked", lambda *_, **__: None)


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


def shirt_in_one_size() -> tuple[Product, Product]:
    with transaction.atomic():
        shirt, (small,) = make_parent("Shirt", {"S": ("10.00", 5)})
    return shirt, small


def with_a_variant_more(parent: Product, variant: Product) -> bool:
    """Withdraw a variant while somebody makes another one of its parent; whether the parent is still one."""

    def make() -> None:
        lock_product(parent.pk)
        Product.objects.create(structure=Product.CHILD, parent=parent, title="L", upc="L")

    assert beside(lambda: withdraw_product(variant.pk), make, lambda: None) is True
    assert [child.upc for child in Product.objects.filter(parent=parent)] == ["L"]
    return bool(Product.objects.get(pk=parent.pk).is_parent)


@pytest.mark.usefixtures("own_database")
def test_parent_that_gets_another_variant_meanwhile_stays_one() -> None:
    shirt, small = shirt_in_one_size()

    assert with_a_variant_more(shirt, small) is True


@pytest.mark.usefixtures("own_database")
def test_control_without_lock_a_product_with_variants_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shirt, small = shirt_in_one_size()
    unlocked(monkeypatch)

    assert with_a_variant_more(shirt, small) is False


def beside_who_saves(lamp: Product) -> Any:
    """Withdraw a product while somebody saves it: the product first, then its stock."""
    take_stock = "UPDATE partner_stockrecord SET low_stock_threshold = 1 WHERE product_id = %s"
    return beside(
        lambda: withdraw_product(lamp.pk), lambda: lock_product(lamp.pk), lambda: execute(take_stock, lamp.pk)
    )


@pytest.mark.usefixtures("own_database")
def test_withdrawing_a_product_waits_for_who_saves_it() -> None:
    assert beside_who_saves(make_product("Lamp")) is True

    assert not Product.objects.exists()


@pytest.mark.usefixtures("own_database")
def test_control_without_lock_both_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    lamp = make_product("Lamp")
    unlocked(monkeypatch)

    with pytest.raises(OperationalError, match="deadlock"):
        beside_who_saves(lamp)


@pytest.mark.usefixtures("own_database")
def test_product_that_is_used_while_it_is_deleted_stays() -> None:
    lamp = make_product("Lamp")
    picture = ProductImage.objects.create(product=lamp, original="lamp.png")
    ImageRendition.objects.create(image=picture, width=320, height=320, source="lamp.png")
    another = ImageRendition(image=picture, width=640, height=640, source="lamp.png")
    browser = browser_of(make_member("Staff"))

    with overtaken(ImageRendition, another.save):
        answer = browser.post(f"/dashboard/catalogue/products/{lamp.pk}/delete/")

    assert answer["Location"] == f"/dashboard/catalogue/products/{lamp.pk}/"
    assert said(answer) == [OVERTAKEN]
    assert Product.objects.get().title == "Lamp"


@pytest.mark.usefixtures("own_database")
def test_group_whose_option_is_used_while_it_is_deleted_stays() -> None:
    shirt, sizes = make_product("Shirt"), make_group("Sizes", ("S",))
    size = make_attribute(shirt.product_class, "size", "option", option_group=make_group("Others", ("S",)))
    value = ProductAttributeValue(product=shirt, attribute=size, value_option=sizes.options.get())
    browser = browser_of(make_member("Staff"))

    with overtaken(AttributeOption, value.save):
        answer = browser.post(f"/dashboard/catalogue/attribute-option-group/{sizes.pk}/delete/")

    assert (answer.status_code, said(answer)) == (302, [OVERTAKEN])
    assert AttributeOptionGroup.objects.filter(pk=sizes.pk).exists()


@pytest.mark.usefixtures("own_database")
def test_category_that_is_being_deleted_gets_no_product() -> None:
    light, lamp = make_category("Light"), make_product("Lamp")

    with overtaken(Category, ProductCategory(product=lamp, category=light).save) as rivals:
        remove_category(light.pk)

    assert isinstance(rivals[0].exception(), IntegrityError)
    assert not Category.objects.exists()


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
