"""Two rebuilders of one product: the second sees what the first one's transaction wrote."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from forked_apps.catalogue.models import Product
from forked_apps.search import operations
from forked_apps.search.operations import rebuild, rebuild_noted, stale_products
from forked_apps.search.sources import load
from tests.factories.shop import make_product


@pytest.mark.usefixtures("own_database")
def test_worker_waits_for_a_writer_that_rebuilds() -> None:
    product = make_product("Old")
    while rebuild_noted():
        pass
    done = threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                rebuild([product.pk])
            done.set()
        finally:
            connection.close()

    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(title="New")
        rebuild([product.pk])
        worker = threading.Thread(target=work)
        worker.start()
        assert not done.wait(0.5)
    worker.join(10)
    assert done.is_set()
    while rebuild_noted():
        pass
    assert stale_products() == []


@pytest.mark.usefixtures("own_database")
def test_two_workers_share_the_notes() -> None:
    products = [make_product(f"P{number}") for number in range(30)]
    while rebuild_noted():
        pass

    def work() -> None:
        try:
            while rebuild_noted():
                pass
        finally:
            connection.close()

    Product.objects.filter(pk__in=[product.pk for product in products]).update(title="Renamed")
    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert stale_products() == []


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("is_locked", [True, False])
def test_a_worker_that_has_read_old_rows_does_not_overwrite_new_ones(
    monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    """With its control: without the advisory locks the late worker does, and nobody is told."""
    product = make_product("Old")
    while rebuild_noted():
        pass
    first_has_read, second_is_done = threading.Event(), threading.Event()

    def load_and_wait(ids: Any) -> Any:
        rows = load(ids)
        if threading.current_thread().name == "first":
            first_has_read.set()
            second_is_done.wait(2)
        return rows

    def work() -> None:
        try:
            while rebuild_noted():
                pass
        finally:
            connection.close()

    monkeypatch.setattr(operations, "load", load_and_wait)
    if not is_locked:
        monkeypatch.setattr(operations, "lock_products", lambda ids: None)
    Product.objects.filter(pk=product.pk).update(title="Newer")
    first = threading.Thread(target=work, name="first")
    first.start()
    assert first_has_read.wait(10)
    Product.objects.filter(pk=product.pk).update(title="Newest")
    second = threading.Thread(target=work, name="second")
    second.start()
    second.join(1 if is_locked else 30)
    second_is_done.set()
    first.join(30)
    second.join(30)
    assert stale_products() == ([] if is_locked else [product.pk])
