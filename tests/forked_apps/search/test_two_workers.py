"""Two rebuilders of one product: the second sees what the first one's transaction wrote."""

import threading

import pytest
from django.db import connection, transaction

from forked_apps.catalogue.models import Product
from forked_apps.search.operations import rebuild, rebuild_noted, stale_products
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
