"""Moving orders along."""

from decimal import Decimal

import pytest
from oscar.apps.order.exceptions import InvalidOrderStatus, InvalidShippingEvent

from forked_apps.offer.models import ConditionalOffer
from forked_apps.order.errors import StatusNotAllowed
from forked_apps.order.models import Line, OrderDiscount, OrderNote, ShippingEventQuantity, ShippingEventType
from forked_apps.order.operations import change_order_status, count_order_discounts
from forked_apps.order.processing import EventHandler
from forked_apps.order.utils import OrderCreator, OrderNumberGenerator
from forked_apps.voucher.models import Voucher, VoucherApplication
from nexus_shop.core.errors import NotFound
from nexus_shop.core.worker import drain
from tests.factories.shop import make_offer, make_order, make_product, make_user, make_voucher, stock_of
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db


def test_unknown_order_and_foreign_line() -> None:
    order, other = make_order(make_product()), make_order(make_product())
    with pytest.raises(NotFound):
        change_order_status(999_999, status="processing")
    with pytest.raises(NotFound):
        change_order_status(order.pk, status="processing", quantities={other.lines.get().pk: 1})
    order.refresh_from_db()
    assert order.status == "pending"


def test_status_of_no_word() -> None:
    order = make_order(make_product())
    with pytest.raises(StatusNotAllowed) as refusal:
        change_order_status(order.pk, status="lost")
    assert refusal.value.details() == {
        "current": "pending",
        "requested": "lost",
        "allowed": ["cancelled", "processing"],
    }


def test_history_says_who_and_what() -> None:
    staff = make_user(is_staff=True)
    order = make_order(make_product("Mug"), quantity=2)
    change_order_status(order.pk, status="processing", changed_by=staff.pk, note="paid in cash")
    note = OrderNote.objects.get()
    assert (note.user, note.note_type, note.message) == (staff, "System", "2 x Mug: processing (paid in cash)")


def test_goods_that_do_not_track_stock_move_without_it() -> None:
    from forked_apps.catalogue.models import ProductClass

    song = make_product("Song", stock=0, product_class="Music")
    ProductClass.objects.filter(name="Music").update(track_stock=False)
    order = make_order(song, quantity=3)
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    assert stock_of(song) == (0, 0)


def test_part_shipped_part_cancelled_frees_what_is_left() -> None:
    mug = make_product("Mug", stock=10)
    order = make_order(mug, quantity=5)
    line = order.lines.get()
    change_order_status(order.pk, status="processing")
    change_order_status(order.pk, status="shipped", quantities={line.pk: 2})
    assert stock_of(mug) == (8, 3)
    change_order_status(order.pk, status="cancelled")
    assert stock_of(mug) == (8, 0)
    line.refresh_from_db()
    order.refresh_from_db()
    assert (line.units, line.num_allocated, order.status) == ({"shipped": 2, "cancelled": 3}, 0, "shipped")
    assert ShippingEventQuantity.objects.get().quantity == 2


def test_cancelling_gives_vouchers_back() -> None:
    voucher = make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    order = make_order(make_product(price="100.00"), vouchers=("ONCE",))
    assert VoucherApplication.objects.count() == 1
    change_order_status(order.pk, status="cancelled")
    assert VoucherApplication.objects.count() == 0
    assert make_order(make_product(price="100.00"), vouchers=("ONCE",)).pk
    assert voucher.applications.count() == 1


def test_cancelling_gives_capped_offers_back() -> None:
    capped = make_offer(10, max_global_applications=5)
    order = make_order(make_product(price="100.00"))
    capped.refresh_from_db()
    assert (capped.num_applications, capped.num_orders, capped.total_discount) == (1, 1, Decimal("10.00"))
    change_order_status(order.pk, status="cancelled")
    capped.refresh_from_db()
    assert (capped.num_applications, capped.num_orders, capped.total_discount) == (0, 0, Decimal(0))


def test_cancelling_takes_its_locks_in_the_order_of_a_checkout() -> None:
    make_offer(10, max_global_applications=5)
    order = make_order(make_product(price="100.00"))
    statements, _ = statements_of(lambda: change_order_status(order.pk, status="cancelled"))
    locks = ("order_order", "voucher_voucher", "offer_conditionaloffer", "partner_stockrecord")
    writes = [sql for sql in statements if "UPDATE" in sql]
    places = [next(place for place, sql in enumerate(writes) if table in sql) for table in locks]
    assert places == sorted(places)


def test_offer_of_an_order_cancelled_before_it_was_counted() -> None:
    offer = make_offer(10)
    order = make_order(make_product(price="100.00"))
    change_order_status(order.pk, status="cancelled")
    drain()
    offer.refresh_from_db()
    assert (offer.num_applications, offer.num_orders) == (0, 0)


def test_offer_is_counted_once_however_often_the_event_comes() -> None:
    offer = make_offer(10)
    order = make_order(make_product(price="100.00"))
    for _ in range(3):
        count_order_discounts(order.pk)
    offer.refresh_from_db()
    assert (offer.num_applications, offer.num_orders, offer.total_discount) == (1, 1, Decimal("10.00"))
    change_order_status(order.pk, status="cancelled")
    offer.refresh_from_db()
    assert (offer.num_applications, offer.num_orders, offer.total_discount) == (0, 0, Decimal("0.00"))


def test_discounts_are_locked_in_one_order_by_all() -> None:
    make_offer(10, max_global_applications=5)
    order = make_order(make_product(price="100.00"))
    counting, _ = statements_of(lambda: count_order_discounts(order.pk))
    cancelling, _ = statements_of(lambda: change_order_status(order.pk, status="cancelled"))
    locks = [sql for sql in counting + cancelling if "order_orderdiscount" in sql and "FOR UPDATE" in sql]
    assert [sql.partition("ORDER BY ")[2] for sql in locks] == ['"order_orderdiscount"."id" ASC FOR UPDATE'] * 2


def test_lines_carry_their_share_of_discounts_and_unit_prices() -> None:
    make_offer(10)
    order = make_order(make_product(price="0.99"), quantity=3)
    line = order.lines.get()
    assert (line.line_price_before_discounts_incl_tax, line.line_price_incl_tax) == (Decimal("2.97"), Decimal("2.67"))
    assert [(p.quantity, p.price_incl_tax) for p in line.prices.all()] == [(3, Decimal("0.89"))]
    assert line.discounts.get().amount == Decimal("0.30")
    assert OrderDiscount.objects.get().amount == Decimal("0.30")


# Oscar's hooks


def test_oscar_models_change_status_by_the_operation() -> None:
    mug = make_product("Mug", stock=5)
    order = make_order(mug, quantity=2)
    order.set_status("processing")
    assert order.status == "processing"
    line = Line.objects.get()
    line.set_status("shipped")
    assert (line.status, stock_of(mug)) == ("shipped", (3, 0))
    order.refresh_from_db()
    assert order.status == "shipped"


def test_event_handler_ships_and_refuses_in_oscars_words() -> None:
    mug = make_product("Mug", stock=5)
    order = make_order(mug, quantity=2)
    handler = EventHandler(make_user(is_staff=True))
    shipped = ShippingEventType.objects.get(code="shipped")
    lines = list(order.lines.all())
    with pytest.raises(InvalidShippingEvent):
        handler.handle_shipping_event(order, shipped, lines, [1])
    with pytest.raises(InvalidOrderStatus):
        handler.handle_order_status_change(order, "delivered")
    assert stock_of(mug) == (5, 2)
    handler.handle_order_status_change(order, "processing", note_msg="ok")
    handler.handle_shipping_event(order, shipped, lines, [1], reference="TRACK-1")
    assert stock_of(mug) == (4, 1)
    assert order.shipping_events.get().notes == "TRACK-1"


def test_oscar_cannot_place_an_order_past_the_operation() -> None:
    with pytest.raises(RuntimeError, match="complete_checkout"):
        OrderCreator().place_order(None)
    numbers = {OrderNumberGenerator().order_number(None) for _ in range(100)}
    assert len(numbers) == 100


def test_counters_of_products_and_customers_follow_once() -> None:
    from forked_apps.analytics.models import ProductRecord, UserRecord
    from forked_apps.analytics.operations import count_purchases

    user, mug = make_user(), make_product("Mug", price="10.00", stock=50)
    for _ in range(2):
        make_order(mug, quantity=3, user=user)
    drain()
    order = user.orders.first()
    assert order is not None
    count_purchases(order.pk)
    assert ProductRecord.objects.get(product=mug).num_purchases == 6
    record = UserRecord.objects.get(user=user)
    assert (record.num_orders, record.num_order_lines, record.num_order_items) == (2, 2, 6)
    assert record.total_spent == Decimal("69.90")
    assert ConditionalOffer.objects.count() == 0
