"""Each invariant finds what breaks it, and no other does; where a constraint forbids the break, it is dropped here."""

from collections.abc import Sequence
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from forked_apps.catalogue.models import Option
from forked_apps.checkout.invariants import INVARIANTS, violations
from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.payment.operations import record_manual_payment
from forked_apps.payment.refunds import refund_payment
from forked_apps.voucher.models import Voucher
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.carts import guest_with
from tests.factories.shop import make_offer, make_order, make_product, make_user, make_voucher

pytestmark = pytest.mark.django_db

ORDER = "(SELECT min(id) FROM order_order)"
LINE = "(SELECT min(id) FROM order_line)"
RECORD = "(SELECT min(stockrecord_id) FROM order_line)"
OFFER = "(SELECT min(offer_id) FROM order_orderdiscount WHERE voucher_id IS NULL)"
VOUCHER = "(SELECT min(id) FROM voucher_voucher)"
SOURCE = f"(SELECT min(id) FROM payment_source WHERE order_id = {ORDER})"
ATTEMPT = """
    INSERT INTO payment_paymentattempt (handle, order_id, source_id, kind, method, amount, currency, status,
        idempotency_key, data, created_at, updated_at, charge_id)
    SELECT md5('{key}'), o.id, {source}, '{kind}', 'loopback', {amount}, {currency}, '{status}', '{key}',
        '{{}}', now(), now(), {charge}
    FROM order_order o WHERE o.id = {order}
"""


def attempt(
    key: str,
    *,
    kind: str = "charge",
    status: str = "captured",
    source: str = SOURCE,
    amount: str = "1",
    order: str = ORDER,
    currency: str = "o.currency",
    charge: str = "NULL",
) -> str:
    """The statement that writes a payment attempt."""
    return ATTEMPT.format(
        key=key, kind=kind, status=status, source=source, amount=amount, order=order, currency=currency, charge=charge
    )


def dropped(table: str, name: str) -> str:
    """The database's own guard is taken away for the test."""
    return f"ALTER TABLE {table} DROP CONSTRAINT {name}"


def without_index(name: str) -> str:
    return f"DROP INDEX {name}"


# invariant -> statements that break it and nothing else
BREAKS: dict[str, Sequence[str]] = {
    "I1 allocated stock is what open orders and reservations claim": [
        f"UPDATE partner_stockrecord SET num_allocated = num_allocated + 1 WHERE id = {RECORD}"
    ],
    "I2 allocated stock is within its bounds": [  # CHECK allocated_within_stock
        dropped("partner_stockrecord", "allocated_within_stock"),
        f"UPDATE partner_stockrecord SET num_in_stock = 0 WHERE id = {RECORD}",
    ],
    "I2 stock is the sum of its movements": [
        "ALTER TABLE partner_stockrecord DISABLE TRIGGER USER",  # which write the ledger
        f"UPDATE partner_stockrecord SET num_in_stock = 77 WHERE id = {RECORD}",
    ],
    "I2 prices are those of their last changes": [
        "ALTER TABLE partner_stockrecord DISABLE TRIGGER USER",
        f"UPDATE partner_stockrecord SET price = 77 WHERE id = {RECORD}",
    ],
    "I2 prices of options are those of their last changes": [
        "ALTER TABLE catalogue_option DISABLE TRIGGER USER",
        "UPDATE catalogue_option SET price = 77",
    ],
    "I3 a charge belongs to one order, which has its money": [attempt("more", amount="500")],
    "I3 a paid order has its money": [
        "UPDATE order_order SET payment_status = 'paid' WHERE payment_status = 'awaiting' AND status = 'pending'"
    ],
    "I3 an order that awaits payment lacks money": [
        "UPDATE order_order SET payment_status = 'awaiting' WHERE payment_status = 'paid' AND status = 'processing'"
    ],
    "I3 an order that was refunded was paid before": [
        "UPDATE order_order SET payment_status = 'refunded' WHERE payment_status = 'awaiting' AND status = 'pending'"
    ],
    "I3 a cancelled order keeps no money": [
        "DELETE FROM payment_paymentattempt WHERE kind = 'refund' AND reference = ''"
    ],
    "I4 sources are the sums of their transactions": [
        f"UPDATE payment_source SET amount_refunded = amount_refunded + 1 WHERE id = {SOURCE}",
        f"UPDATE order_order SET payment_status = 'partially_refunded' WHERE id = {ORDER}",
    ],
    "I4 no more is given back than was charged": [
        attempt("small"),
        attempt(
            "large",
            kind="refund",
            status="refunded",
            amount="2",
            charge="(SELECT id FROM payment_paymentattempt WHERE idempotency_key = 'small')",
        ),
    ],
    "I5 offers' counters are the sums of their uses": [
        f"UPDATE offer_conditionaloffer SET num_orders = num_orders + 1 WHERE id = {OFFER}"
    ],
    "I5 no offer is used above its caps": [f"UPDATE offer_conditionaloffer SET max_discount = 0.01 WHERE id = {OFFER}"],
    "I5 no customer uses an offer above the customers' limit": [
        f"UPDATE offer_conditionaloffer SET max_user_applications = 1 WHERE id = {OFFER}"
    ],
    "I5 vouchers' counters are their uses": [f"UPDATE voucher_voucher SET num_orders = 9 WHERE id = {VOUCHER}"],
    "I5 no voucher is used above its limit": [
        f"UPDATE voucher_voucher SET usage = 'Once per customer' WHERE id = {VOUCHER}"
    ],
    "I5 a cancelled order uses no voucher": [
        """
        INSERT INTO voucher_voucherapplication (voucher_id, order_id, date_created)
        SELECT v.id, o.id, now() FROM order_order o, voucher_voucher v
        WHERE o.status = 'cancelled' AND v.code = 'MANY'
        """,
        "UPDATE voucher_voucher SET num_orders = num_orders + 1 WHERE code = 'MANY'",
    ],
    "I6 an order's total is that of its lines and its delivery": [
        "UPDATE order_order SET total_incl_tax = total_incl_tax + 1 WHERE payment_status = 'awaiting'"
    ],
    "I6 a line's discount is the sum of the offers' shares": [
        f"UPDATE order_orderlinediscount SET amount = amount + 1 WHERE line_id = {LINE}"
    ],
    "I6 each unit of a line stands somewhere": ["UPDATE order_line SET units = '{\"pending\": 9}' WHERE id = " + LINE],
    "I7 an order and its payments are in one currency": [
        f"UPDATE payment_source SET currency = 'JPY' WHERE id = {SOURCE}"
    ],
    "I8 a login has one open cart at most": [  # UNIQUE one_open_basket_per_owner
        without_index("one_open_basket_per_owner"),
        "UPDATE basket_basket SET owner_id = (SELECT min(id) FROM accounts_user)",
    ],
    "I8 an ordered cart is closed": [
        f"UPDATE order_order SET basket_id = (SELECT min(id) FROM basket_basket) WHERE id = {ORDER}"
    ],
    "I8 a cart is ordered once": [  # UNIQUE one_order_per_basket
        dropped("order_order", "one_order_per_basket"),
        "UPDATE basket_basket SET status = 'Submitted'",
        "UPDATE order_order SET basket_id = (SELECT min(id) FROM basket_basket)",
    ],
    "I9 nothing is an orphan": [
        "UPDATE order_order SET shipping_address_id = NULL WHERE id = (SELECT max(id) FROM order_order)"
    ],
    "I11 order numbers tell nothing": [f"UPDATE order_order SET number = '100042' WHERE id = {ORDER}"],
    "I12 a gateway's event is kept once": [  # UNIQUE gateway_event_comes_once
        dropped("payment_gatewayevent", "gateway_event_comes_once"),
        """
        INSERT INTO payment_gatewayevent (gateway, event_id, type, payload, key, received_at)
        SELECT 'loopback', 'e1', 'charge', '{}', '', now() FROM generate_series(1, 2)
        """,
    ],
}


@pytest.fixture
def books() -> Order:
    """Orders paid, unpaid, and cancelled after they were paid; with an offer, a voucher, and two open carts."""
    mug, customer = make_product(price="10.00", stock=50), make_user()
    Option.objects.create(name="Engraving", code="engraving", price=Decimal("2.00"))
    make_offer(10, max_discount=1000, max_global_applications=100, exclusive=False)
    make_voucher("MANY", usage=Voucher.MULTI_USE).offers.update(exclusive=False)
    paid = make_order(mug, quantity=2, user=customer, vouchers=("MANY",))
    record_manual_payment(paid.pk, amount=paid.total_incl_tax, recorded_by=None)
    make_order(mug, user=customer, vouchers=("MANY",))
    cancelled = make_order(mug)
    record_manual_payment(cancelled.pk, amount=cancelled.total_incl_tax, recorded_by=None)
    change_order_status(cancelled.pk, status="cancelled")
    for _ in range(2):
        guest_with((mug, 1))
    drain()
    return paid


@pytest.mark.usefixtures("books")
def test_there_is_a_break_for_each_invariant() -> None:
    assert set(BREAKS) == set(INVARIANTS)
    assert violations() == []


@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.usefixtures("books")
def test_invariant_finds_what_breaks_it(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in BREAKS[name]:
            cursor.execute(statement)
    assert [violation.invariant for violation in violations()] == [name]


def test_refund_that_waits_is_no_violation(books: Order) -> None:
    refund_payment(books.pk, amount=Money(books.total_incl_tax, "GBP"))
    drain()
    assert violations() == []


def test_orders_of_a_taken_over_shop_are_not_measured_by_our_rules(books: Order) -> None:
    """Oscar's numbers, racy counters, sums with surcharges, and carts left open behind an order."""
    basket = "(SELECT min(id) FROM basket_basket)"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payment_transaction DISABLE TRIGGER USER")
        cursor.execute("UPDATE order_order SET payment_method = ''")
        cursor.execute("DELETE FROM payment_paymentattempt")
        cursor.execute("DELETE FROM payment_transaction")
        cursor.execute(f"UPDATE offer_conditionaloffer SET num_orders = num_orders + 1 WHERE id = {OFFER}")
        cursor.execute("UPDATE voucher_voucher SET num_orders = num_orders + 1")
        cursor.execute(
            f"UPDATE order_order SET number = (100000 + id)::text, total_incl_tax = total_incl_tax + 3,"
            f" basket_id = {basket} WHERE id = %s",
            [books.pk],
        )
    assert violations() == []


@pytest.mark.usefixtures("books")
def test_command_says_how_many_hold() -> None:
    said = StringIO()
    call_command("invariants", stdout=said)
    assert said.getvalue() == f"{len(INVARIANTS)} invariants hold\n"


def test_command_names_the_rows(books: Order) -> None:
    Order.objects.filter(pk=books.pk).update(number="100042")
    with pytest.raises(CommandError, match=f"I11 order numbers tell nothing: {books.pk}$"):
        call_command("invariants")
