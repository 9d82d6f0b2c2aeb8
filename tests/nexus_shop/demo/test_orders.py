"""The demo's past orders."""

from collections import Counter

from forked_apps.order.models import Order, OrderNote
from forked_apps.partner.models import StockRecord
from forked_apps.voucher.models import VoucherApplication
from nexus_shop.core.transactions import owning


def test_orders_stand_in_several_statuses(demo_shop: None) -> None:
    statuses = Counter(Order.objects.values_list("status", "payment_status"))
    assert statuses == {
        ("pending", "awaiting"): 2,
        ("processing", "paid"): 4,
        ("shipped", "paid"): 2,
        ("delivered", "paid"): 8,
        ("returned", "paid"): 1,
        ("cancelled", "awaiting"): 1,
    }
    assert Order.objects.filter(user=None).count() == 2
    assert VoucherApplication.objects.filter(voucher__code="WELCOME10").count() == 2


def test_orders_one_is_shipped_in_part(demo_shop: None) -> None:
    note = OrderNote.objects.get(note_type="Demo", message="Demo order 12")
    lines = note.order.lines.order_by("pk")
    assert [line.units for line in lines] == [{"shipped": 1}, {"processing": 2}]


def test_orders_move_the_stock(demo_shop: None) -> None:
    waiting = sum(line.num_allocated for order in Order.objects.all() for line in order.lines.all())
    assert sum(record.num_allocated or 0 for record in StockRecord.objects.all()) == waiting == 16


def test_orders_that_the_shop_refuses_are_left_out(demo_shop: None) -> None:
    from nexus_shop.demo.orders import add_orders

    OrderNote.objects.filter(message__in=["Demo order 6", "Demo order 13"]).delete()
    StockRecord.objects.filter(partner_sku="NX-LMP-01-OCHRE").update(num_in_stock=0)
    said: list[str] = []
    with owning():
        assert add_orders(said.append) == 1
    assert said == ["  Demo order 6 is left out: There is not enough in stock."]
    assert Order.objects.count() == 19
