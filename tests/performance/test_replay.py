"""A year of a real shop through the operations: totals, stock and movements say what the source says."""

import os
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum
from pytest_django import Settings

from forked_apps.checkout.invariants import violations
from forked_apps.order.models import Line, Order
from forked_apps.partner.models import StockMovement, StockRecord
from nexus_shop.core.worker import drain
from tests.replay import Replay, read_invoices, stock_up

SHORT = 400  # invoices; `make soak` replays all 25,900


@pytest.mark.usefixtures("own_database")
def test_real_invoices_add_up(shared_data: Path, settings: Settings) -> None:
    settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD = 10**9
    settings.TAX_RATE, settings.SHIPPING_FLAT_PRICE = Decimal(0), Decimal(0)
    limit = None if os.environ.get("NEXUS_SOAK") else SHORT
    path = shared_data / "online_retail" / "online_retail.csv.xz"
    invoices = list(read_invoices(path, limit))
    products = stock_up(invoices)
    before = dict(StockRecord.objects.values_list("product_id", "num_in_stock"))

    replay, begin = Replay(products), time.perf_counter()
    replay.run(invoices)
    seconds = time.perf_counter() - begin
    drain()

    source = sum((invoice.total for invoice in invoices if not invoice.is_credit), Decimal(0))
    assert replay.orders == sum(not invoice.is_credit for invoice in invoices) == Order.objects.count()
    assert Order.objects.aggregate(total=Sum("total_incl_tax"))["total"] == source == replay.sold
    after = dict(StockRecord.objects.values_list("product_id", "num_in_stock"))
    for product_id, had in before.items():
        assert after[product_id] == had - replay.shipped[product_id] + replay.returned[product_id]
    moved = dict(StockMovement.objects.values_list("stock_record__product_id").annotate(Sum("delta")).order_by())
    assert moved == after
    units: Counter[str] = Counter()
    for each in Line.objects.values_list("units", flat=True):
        units.update(each)
    assert units["cancelled"] == sum(replay.cancelled.values())
    assert units["returned"] == sum(replay.returned.values())
    assert sum(StockRecord.objects.values_list("num_allocated", flat=True)) == 0
    assert violations() == []
    print(
        f"\n{replay.orders} orders, {sum(units.values())} units ({units['cancelled']} cancelled, {units['returned']}"
        f" returned, {replay.unmatched} of credit notes bought before), {source} GBP:"
        f" {replay.orders / seconds:.1f} orders a second, placed and shipped"
    )
