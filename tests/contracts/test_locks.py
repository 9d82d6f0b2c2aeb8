"""C12: each write to stock, offers, vouchers and payments is guarded in its statement, or comes behind a lock.

The write paths are run and their SQL is read, transaction by transaction. That none is left out is seen from the code:
each function of WRITERS' modules that changes rows has been run by a path.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest
from django.db import connection
from django.db import transaction as django_transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forked_apps.order.models import Order
from forked_apps.order.operations import change_order_status
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import adjust_stock, change_price, change_terms, return_stock
from forked_apps.partner.reservations import (
    claim_reservation,
    release_expired_reservations,
    release_reservation,
    reserve_stock,
)
from forked_apps.payment import calls
from forked_apps.payment import operations as payment_operations
from forked_apps.payment.expiry import expire_unpaid_orders
from forked_apps.payment.gateway_events import apply_gateway_event, record_gateway_event
from forked_apps.payment.gateways.base import ChargeResult, IncomingEvent
from forked_apps.payment.models import GatewayEvent, PaymentAttempt
from forked_apps.payment.operations import record_manual_payment, settle_attempt, want_capture, want_void
from forked_apps.payment.refunds import refund_payment
from forked_apps.payment.tasks import settle_open_attempts_task
from forked_apps.voucher.models import Voucher
from forked_apps.voucher.tasks import count_carts_with_vouchers_task
from nexus_shop.core.money import Money
from nexus_shop.core.worker import drain
from tests.factories.payments import begin, grow_old, pay, run_out
from tests.factories.shop import make_offer, make_order, make_product, make_user, make_voucher
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db

ROOT: Final = Path(__file__).resolve().parents[2]
WRITERS: Final = tuple(
    f"forked_apps/{name}.py"
    for name in (
        *("partner/operations", "partner/reservations", "offer/operations", "voucher/operations"),
        *("payment/operations", "payment/ledger", "payment/refunds", "payment/calls"),
        *("payment/expiry", "payment/gateway_events"),
    )
)
# Who else changes rows of these tables, and why that is no figure of anybody's.
ELSEWHERE: Final = {
    "nexus_shop/imports/operations.py": "a supplier's SKU, when a product's changes",
    "forked_apps/dashboard/vouchers/operations.py": "names and times of a set's vouchers, locked in order before",
}
WATCHED: Final = "partner_stockrecord|partner_stockreservation|offer_conditionaloffer|voucher_voucher\\w*|payment_\\w+"
MODELS: Final = "StockRecord|StockReservation|ConditionalOffer|Voucher|VoucherApplication|Source|PaymentAttempt"
WRITE: Final = re.compile(rf'(?:UPDATE|DELETE FROM)\s+"?({WATCHED})"?\b')
LOCK: Final = re.compile(r"\bFOR UPDATE\b")
FROM: Final = re.compile(r'\bFROM\s+"?(\w+)"?')
# What is locked for a table's rows: they are that one's, and nobody changes them without it.
OWNERS: Final = {
    "payment_source": "order_order",
    "payment_paymentattempt": "order_order",
    "voucher_voucherapplication": "voucher_voucher",
}
# Statements that need no lock before them: what they change is said, and bounded, in one.
GUARDED: Final = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"partner_stockrecord s.*WHERE.*(?:>=|BETWEEN) w\.quantity",  # allocate, release, consume
        r"partner_stockrecord s.*num_in_stock = COALESCE\(s\.num_in_stock, 0\) \+ w\.quantity",  # return: relative
        r'"offer_conditionaloffer" SET .*WHERE.*"max_global_applications"',  # take
        r'"offer_conditionaloffer" SET .*WHERE.*"num_applications" >= ',  # give back
        r'"offer_conditionaloffer" SET "num_applications" = \("offer_conditionaloffer"\."num_applications" \+',  # count
        r"FOR UPDATE SKIP LOCKED",  # a worker's claim
        r"voucher_voucher v SET num_basket_additions = .*ORDER BY w\.id FOR NO KEY UPDATE OF w SKIP LOCKED",  # a count
        r"WITH mine AS \(.*ORDER BY id FOR UPDATE\)",  # a cart's reservations
        r"payment_gatewayevent",  # a mark that is the same whoever sets it
        r'"payment_paymentattempt" SET "created_at"',  # the tests' clock
    )
)
ONE_ROW: Final = re.compile(r'"?id"? = \d+|LIMIT 1\b')
IN_ORDER: Final = re.compile(
    r'ORDER BY (?:[\w"]+\.)?"?(?:(?:expires_at|due_at|checked_at NULLS FIRST), )?(?:id\b|1 ASC)'
)


def problems_of(statements: Sequence[str]) -> list[str]:
    """The writes that come before their lock, and the locks of several rows that are in no order."""
    problems: list[str] = []
    locked: set[str] = set()
    depth = 0
    for sql in statements:
        if sql.startswith(("SAVEPOINT", "BEGIN")):
            depth += 1
        elif sql.startswith(("RELEASE", "ROLLBACK", "COMMIT")):
            depth = max(depth - 1, 0)
            locked = locked if depth else set()
        if LOCK.search(sql):
            if re.search(rf'FROM\s+"?(?:{WATCHED})"?', sql) and not (ONE_ROW.search(sql) or IN_ORDER.search(sql)):
                problems.append(f"in no order: {sql}")
            locked.update(FROM.findall(sql))
        for table in WRITE.findall(sql):
            is_safe = bool({table, OWNERS.get(table)} & locked) or any(guard.search(sql) for guard in GUARDED)
            if not is_safe:
                problems.append(f"without lock or guard: {sql}")
    return problems


def pk_of(product: Any) -> int:
    return StockRecord.objects.get(product=product).pk


def money(text: str) -> Money:
    return Money(Decimal(text), "GBP")


def order_at_gateway(**details: Any) -> Order:
    return make_order(make_product(price="10.00"), payment_method="loopback", **details)


def stock_is_corrected() -> None:
    record = pk_of(make_product(stock=5))
    adjust_stock(record, num_in_stock=9, changed_by=None, reason="count")
    change_terms(record, changes={"backorder_limit": 3})
    change_price(record, price=Decimal("3.00"), list_price=None, changed_by=None, reason="cheaper")


def stock_is_reserved() -> None:
    records = {pk_of(make_product(stock=50)): 1, pk_of(make_product(stock=50)): 2}
    for basket_id, seconds in ((1, 60), (2, 60), (3, -1)):
        with django_transaction.atomic():
            reserve_stock(basket_id, records, client="me", expires_at=timezone.now() + timedelta(seconds=seconds))
    with django_transaction.atomic():
        release_reservation(1)
    with django_transaction.atomic():
        claim_reservation(2)
    release_expired_reservations()


def order_is_shipped_and_returned() -> None:
    order = make_order(make_product(stock=5), make_product(stock=5), quantity=2)
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    change_order_status(order.pk, status="returned", restock=True)
    with django_transaction.atomic():
        return_stock({line.stockrecord_id: 1 for line in order.lines.all() if line.stockrecord_id})


def limits_are_used_and_given_back() -> None:
    count_carts_with_vouchers_task()
    make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    make_voucher("MINE", usage=Voucher.ONCE_PER_CUSTOMER)
    make_offer(5, max_global_applications=9, max_discount=Decimal(90), max_user_applications=3)
    make_offer(3)
    order = make_order(make_product(price="100.00"), vouchers=("ONCE", "MINE"))
    drain()
    run_out(order)
    expire_unpaid_orders(10)
    drain()
    record_manual_payment(order.pk, amount=Order.objects.get(pk=order.pk).total_incl_tax, recorded_by=None)
    drain()


def payment_is_captured_and_refunded() -> None:
    order = order_at_gateway()
    payment = pay(order)
    calls.refund(refund_payment(order.pk, amount=money("1.00"), payment=payment.handle).pk)
    change_order_status(order.pk, status="cancelled")
    drain()


def payment_by_hand_is_refunded_by_hand() -> None:
    order = make_order(make_product(price="10.00"), user=make_user())
    record_manual_payment(order.pk, amount=order.total_incl_tax, recorded_by=None)
    change_order_status(order.pk, status="cancelled")
    drain()
    refund_payment(order.pk, amount=money("4.00"))
    refund_payment(order.pk, amount=money("10.95"))


def payment_is_authorised_and_voided() -> None:
    first, second = pay(order_at_gateway(), "authorise"), pay(order_at_gateway(), "authorise")
    want_capture(first.pk, requested_by=None)
    want_void(second.pk, requested_by=None)
    drain()
    third = order_at_gateway()
    pay(third, "authorise")
    change_order_status(third.pk, status="cancelled")
    drain()


def payment_differs_or_is_declined() -> None:
    pay(order_at_gateway(), "wrong_amount")
    declined = order_at_gateway()
    pay(declined, "decline")
    start = begin(declined, method="loopback")
    settle_attempt(start.pk, result=ChargeResult("failed", error="not_charged"))
    begun = payment_operations.start_payment(declined.pk, method="manual", expected=money("14.95"))
    assert begun.attempt is None


def open_payments_are_looked_after() -> None:
    attempt = pay(order_at_gateway(), "time_out_after")
    grow_old()
    settle_open_attempts_task()
    result = ChargeResult("captured", attempt.amount, "GBP", "ch_1")
    for number, key in enumerate((attempt.idempotency_key, "of nobody")):
        record_gateway_event("loopback", event=IncomingEvent(f"e{number}", "charge", {}, key, result))
    for event in GatewayEvent.objects.order_by("pk"):
        apply_gateway_event(event.pk)


PATHS: Final[tuple[Callable[[], None], ...]] = (
    stock_is_corrected,
    stock_is_reserved,
    order_is_shipped_and_returned,
    payment_is_captured_and_refunded,
    payment_by_hand_is_refunded_by_hand,
    payment_is_authorised_and_voided,
    payment_differs_or_is_declined,
    open_payments_are_looked_after,
    limits_are_used_and_given_back,  # last: its offers make everything cheaper
)


def statements_of(path: Callable[[], object]) -> list[str]:
    """All that the path runs, with its transactions' boundaries."""
    with CaptureQueriesContext(connection) as captured:
        path()
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.usefixtures("gateway")
def test_writes_come_behind_their_locks(path: Callable[[], None]) -> None:
    statements = statements_of(path)
    assert problems_of(statements) == []
    assert any(WRITE.search(sql) for sql in statements)


def test_control_writes_without_lock_are_found(gateway: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt: PaymentAttempt = begin(order_at_gateway())
    assert gateway
    monkeypatch.setattr(payment_operations, "lock_order", lambda order_id: Order.objects.get(pk=order_id))
    result = ChargeResult("captured", attempt.amount, "GBP", "ch_1")
    found = problems_of(statements_of(lambda: settle_attempt(attempt.pk, result=result)))
    assert any(problem.startswith('without lock or guard: UPDATE "payment_paymentattempt"') for problem in found)


def test_control_locks_in_no_order_are_found() -> None:
    lock = "SELECT id FROM partner_stockrecord WHERE id = ANY('{2,1}') FOR UPDATE"
    write = "UPDATE partner_stockrecord SET num_in_stock = 3 WHERE id = 2"
    assert problems_of(["SAVEPOINT a", lock, write]) == [f"in no order: {lock}"]
    assert problems_of(["SAVEPOINT a", lock, "RELEASE SAVEPOINT a", write])[1:] == [f"without lock or guard: {write}"]


# The paths against the code


def writers_in(path: Path) -> set[str]:
    """Functions that change or take away rows: by the ORM, or by a statement written there or named in the module."""
    tree = ast.parse(path.read_text())
    named = {
        target.id
        for node in tree.body
        if isinstance(node, ast.AnnAssign | ast.Assign) and re.search(r"UPDATE |DELETE FROM", ast.unparse(node))
        for target in ([node.target] if isinstance(node, ast.AnnAssign) else node.targets)
        if isinstance(target, ast.Name)
    }
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(_is_write(part, named) for part in ast.walk(node))
    }


def _is_write(node: ast.AST, named: set[str]) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in {"save", "update", "delete", "bulk_update"} and not _is_of_values(node.func.value)
    if isinstance(node, ast.Name):
        return node.id in named
    return isinstance(node, ast.Constant) and bool(re.search(r"UPDATE \w+_|DELETE FROM", str(node.value)))


def _is_of_values(node: ast.AST) -> bool:
    """`data.update(…)` of a dictionary."""
    return isinstance(node, ast.Attribute) and node.attr == "data"


@contextmanager
def recorded(names: dict[str, set[str]]) -> Iterator[None]:
    """Note which functions of the files are called."""
    files = {str(ROOT / name): called for name, called in names.items()}

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename in files:
            files[frame.f_code.co_filename].add(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


@pytest.mark.usefixtures("gateway")
def test_every_function_that_writes_is_on_a_path() -> None:
    called: dict[str, set[str]] = {name: set() for name in WRITERS}
    with recorded(called):
        for path in PATHS:
            path()
    missing = {name: writers_in(ROOT / name) - called[name] for name in WRITERS}
    assert {name: functions for name, functions in missing.items() if functions} == {}


def test_nobody_else_writes() -> None:
    raw = re.compile(rf"(?:UPDATE|DELETE FROM)\s+(?:{WATCHED})\b")
    orm = re.compile(rf"\b(?:{MODELS})\.objects\.[^\n]*\.(?:update|delete)\(")
    found = {
        str(path.relative_to(ROOT))
        for package in ("forked_apps", "nexus_shop", "cms")
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts and (raw.search(path.read_text()) or orm.search(path.read_text()))
    }
    assert found - set(WRITERS) == set(ELSEWHERE)
