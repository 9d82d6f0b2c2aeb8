"""`manage.py import_products` killed, stopped, and twice at once."""

import signal
from typing import Any

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockRecord
from forked_apps.search.operations import stale_products
from nexus_shop.core.models import OutboxEvent
from tests.nexus_shop.imports.running import start

Row = dict[str, str]


def many_shirts(shirt: list[Row], number: int) -> list[Row]:
    return [
        row
        | {"Handle": f"shirt-{n}", "Variant SKU": f"{row['Variant SKU']}-{n}", "Type": f"Type {n % 5}", "Vendor": "V"}
        for n in range(number)
        for row in shirt
    ]


def test_killed_import_is_completed_by_the_next(own_database: str, write_csv: Any, shirt: list[Row]) -> None:
    path = write_csv(*many_shirts(shirt, 40))
    first = start(own_database, path)
    assert first.stdout is not None
    for _ in range(21):
        first.stdout.readline()
    first.kill()
    first.communicate()
    assert first.returncode == -9
    loaded = Product.objects.filter(structure="parent").count()
    assert 10 <= loaded < 40
    assert Product.objects.filter(structure="child").count() == StockRecord.objects.count() == 2 * loaded
    second = start(own_database, path)
    out, _ = second.communicate(timeout=120)
    assert second.returncode == 0
    assert f"40 products: {40 - loaded} created, 0 updated, {loaded} unchanged" in out
    assert (Product.objects.count(), StockRecord.objects.count()) == (120, 80)
    assert OutboxEvent.objects.count() == 80
    assert stale_products() == []


def test_import_stopped_by_hand_says_so(own_database: str, write_csv: Any, shirt: list[Row]) -> None:
    process = start(own_database, write_csv(*many_shirts(shirt, 400)))
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "CommandError: stopped by hand; " in errors
    assert "Import again to go on." in errors
    assert Product.objects.filter(structure="child").count() == 2 * Product.objects.filter(structure="parent").count()


def test_two_imports_at_once_load_everything_once(own_database: str, write_csv: Any, shirt: list[Row]) -> None:
    rows = many_shirts(shirt, 40)
    paths = [write_csv(*rows, name="one.csv"), write_csv(*reversed(rows[:40]), *rows[40:], name="two.csv")]
    running = [start(own_database, path) for path in paths]
    results = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], results
    assert (Product.objects.count(), StockRecord.objects.count()) == (120, 80)
    assert Product.objects.filter(structure="parent").values("slug").distinct().count() == 40
    assert stale_products() == []
