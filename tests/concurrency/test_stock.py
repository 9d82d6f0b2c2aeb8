"""Rivals at the stock: two connections or more, each with a transaction of its own."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from forked_apps.catalogue.models import Product
from forked_apps.partner import operations, reservations
from forked_apps.partner.alerts import review_alert
from forked_apps.partner.errors import InsufficientStock, LimitFacts, StockChanged, TooManyReservations
from forked_apps.partner.models import StockAlert, StockRecord, StockReservation
from forked_apps.partner.operations import adjust_stock, change_terms, release_stock
from forked_apps.partner.reservations import (
    claim_reservation,
    release_expired_reservations,
    release_reservation,
    reserve_stock,
)
from nexus_shop.core.errors import DomainError
from nexus_shop.core.models import OutboxEvent, QueuedTask
from tests.concurrency.shoppers import broken_rules, drop_constraint
from tests.factories.shop import make_product, stock_of
from tests.servers import race


def outcome(call: Callable[[], Any]) -> str:
    """What came of a call on a connection of its own: its result, or the rule that it broke."""
    try:
        with transaction.atomic():
            return str(call())
    except DomainError as refusal:
        return refusal.code
    finally:
        connection.close()


def own(call: Callable[[], Any]) -> str:
    """The same for an operation that owns its transaction."""
    try:
        return str(call())
    except DomainError as refusal:
        return refusal.code
    finally:
        connection.close()


def pk_of(product: Product) -> int:
    return StockRecord.objects.get(product=product).pk


def reserve(basket_id: int, quantities: dict[int, int], *, seconds: int = 60, client: str = "") -> None:
    until = timezone.now() + timedelta(seconds=seconds)
    reserve_stock(basket_id, quantities, client=client, expires_at=until)


def sell_out_with_backorders() -> Product:
    """One on the shelf and two to come, of which two are promised: one is left."""
    mug = make_product("Mug", stock=1)
    change_terms(pk_of(mug), changes={"backorder_limit": 2})
    with transaction.atomic():
        reserve(1, {pk_of(mug): 2})
    return mug


def test_two_rivals_at_the_last_backorder() -> None:
    mug = sell_out_with_backorders()
    pk, is_taken, may_commit = pk_of(mug), threading.Event(), threading.Event()
    said: list[str] = []

    def first() -> None:
        with transaction.atomic():
            reserve(2, {pk: 1})
            is_taken.set()
            may_commit.wait(10)
        connection.close()

    holder = threading.Thread(target=first)
    holder.start()
    assert is_taken.wait(10)
    rival = threading.Thread(target=lambda: said.append(outcome(partial(reserve, 3, {pk: 1}))))
    rival.start()
    rival.join(0.5)
    assert rival.is_alive()  # it waits for the row: neither sold nor refused yet
    may_commit.set()
    for thread in (holder, rival):
        thread.join(10)

    assert said == [InsufficientStock.code]
    assert stock_of(mug) == (1, 3)


def test_control_without_guard_both_take_the_last_backorder(monkeypatch: pytest.MonkeyPatch) -> None:
    mug = sell_out_with_backorders()
    drop_constraint("partner_stockrecord", "allocated_within_stock")
    unguarded = operations.ALLOCATE.replace(">= w.quantity", "IS NOT NULL")
    monkeypatch.setattr(operations, "ALLOCATE", unguarded)
    monkeypatch.setitem(operations._NET, unguarded, -1)
    assert race([partial(outcome, partial(reserve, place, {pk_of(mug): 1})) for place in (2, 3)]) == ["None"] * 2
    assert stock_of(mug) == (1, 4)
    assert "I2 allocated stock is within its bounds" in broken_rules()


def test_many_rivals_take_each_backorder_once_and_it_is_said_once() -> None:
    mug, cup = make_product("Mug", stock=2), make_product("Cup", stock=9)
    change_terms(pk_of(mug), changes={"backorder_limit": 3, "low_stock_threshold": 2})
    claims = {pk_of(cup): 1, pk_of(mug): 1}
    said = Counter(race([partial(outcome, partial(reserve, place, claims)) for place in range(8)]))
    assert said == {"None": 5, InsufficientStock.code: 3}
    assert (stock_of(mug), stock_of(cup)) == ((2, 5), (9, 5))
    for name, count in (("StockLow", 1), ("AvailabilityChanged", 1)):
        assert OutboxEvent.objects.filter(name=name, payload__stock_record_id=pk_of(mug)).count() == count


def test_of_two_clerks_one_is_told_that_the_figure_has_changed() -> None:
    mug = make_product("Mug", stock=5)
    adjust = partial(adjust_stock, pk_of(mug), expected=5, changed_by=None, reason="count")
    said = race([partial(own, partial(adjust, num_in_stock=figure)) for figure in (3, 8)])
    assert sorted(said) == sorted(["None", StockChanged.code])
    assert stock_of(mug)[0] in {3, 8}


def test_control_without_lock_both_clerks_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    mug = make_product("Mug", stock=5)
    meeting = threading.Barrier(2)

    def read_without_lock(stock_record_id: int) -> StockRecord:
        record = StockRecord.objects.get(pk=stock_record_id)
        meeting.wait(20)
        return record

    monkeypatch.setattr(operations, "_locked", read_without_lock)
    adjust = partial(adjust_stock, pk_of(mug), expected=5, changed_by=None, reason="count")
    assert race([partial(own, partial(adjust, num_in_stock=figure)) for figure in (3, 8)]) == ["None", "None"]


def test_a_reservation_is_given_back_once_whoever_does_it() -> None:
    goods = [make_product(stock=50) for _ in range(3)]
    ids = [pk_of(product) for product in goods]
    for basket_id in range(12):
        assert outcome(partial(reserve, basket_id, dict.fromkeys(ids, 1), seconds=-1)) == "None"
    workers = [partial(own, partial(release_expired_reservations, 5))] * 6
    shoppers = [partial(outcome, partial(release_reservation, basket_id)) for basket_id in range(4)]
    race([*workers, *shoppers])
    while release_expired_reservations(5):
        pass
    assert [stock_of(product) for product in goods] == [(50, 0)] * 3
    assert StockReservation.objects.count() == 0


def test_the_order_or_the_clock_has_a_reservation_never_both() -> None:
    mug = make_product(stock=9)
    for basket_id in range(8):
        assert outcome(partial(reserve, basket_id, {pk_of(mug): 1}, seconds=-1)) == "None"

    def claim(basket_id: int) -> bool:
        """The order takes the promise over, and is cancelled in the same breath: a second release would be seen."""
        held = claim_reservation(basket_id)
        release_stock(held)
        return bool(held)

    claims = [partial(outcome, partial(claim, basket_id)) for basket_id in range(8)]
    said = race([*claims, *[partial(own, partial(release_expired_reservations, 3))] * 2])
    given_back = sum(int(count) for count in said[8:])
    while rest := release_expired_reservations():
        given_back += rest
    assert Counter(said[:8])["True"] + given_back == 8
    assert stock_of(mug) == (9, 0)


def test_control_without_lock_a_reservation_is_claimed_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    mug = make_product(stock=9)
    for basket_id in (1, 2):
        assert outcome(partial(reserve, basket_id, {pk_of(mug): 1})) == "None"
    meeting = threading.Barrier(2)

    def read_then_delete(basket_id: int) -> dict[int, int]:
        rows = StockReservation.objects.filter(basket_id=basket_id)
        held = dict(rows.values_list("stock_record_id", "quantity"))
        meeting.wait(20)
        rows.delete()
        return held

    monkeypatch.setattr(reservations, "_take", read_then_delete)
    said = race([partial(outcome, partial(each, 1)) for each in (claim_reservation, release_reservation)])
    assert said == [str({pk_of(mug): 1})] * 2
    release_of_the_order = partial(release_stock, {pk_of(mug): 1})
    assert outcome(release_of_the_order) == "None"
    assert stock_of(mug) == (9, 0)  # but the other cart holds one still
    assert "I1 allocated stock is what open orders and reservations claim" in broken_rules()


def test_a_client_never_holds_more_than_it_may(settings: Any) -> None:
    settings.UNPAID_ORDERS_PER_CLIENT = 3
    mug = make_product(stock=50)
    quantities = {pk_of(mug): 1}
    said = Counter(
        race([partial(outcome, partial(reserve, basket_id, quantities, client="user:1")) for basket_id in range(8)])
    )
    assert said == {"None": 3, TooManyReservations.code: 5}
    assert stock_of(mug) == (50, 3)


def test_control_without_lock_a_client_holds_more(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UNPAID_ORDERS_PER_CLIENT = 1
    mug = make_product(stock=50)
    meeting = threading.Barrier(2)

    def count_without_lock(client: str, basket_id: int) -> None:
        held = StockReservation.objects.filter(client=client).exclude(basket_id=basket_id)
        count = held.values("basket_id").distinct().count()
        meeting.wait(20)
        if count >= settings.UNPAID_ORDERS_PER_CLIENT:
            raise TooManyReservations(LimitFacts(limit=settings.UNPAID_ORDERS_PER_CLIENT))

    monkeypatch.setattr(reservations, "_check_client", count_without_lock)
    sessions = [partial(reserve, basket_id, {pk_of(mug): 1}, client="user:1") for basket_id in (1, 2)]
    assert race([partial(outcome, session) for session in sessions]) == ["None", "None"]
    assert stock_of(mug) == (50, 2)


def test_an_alert_is_opened_once() -> None:
    mug = make_product(stock=1)
    change_terms(pk_of(mug), changes={"low_stock_threshold": 2})
    race([partial(own, partial(review_alert, pk_of(mug)))] * 6)
    assert (StockAlert.objects.count(), QueuedTask.objects.count()) == (1, 1)


def test_control_without_lock_an_alert_is_opened_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    mug = make_product(stock=1)
    change_terms(pk_of(mug), changes={"low_stock_threshold": 2})
    meeting = threading.Barrier(2)
    create = StockAlert.objects.create

    def create_after_meeting(**values: Any) -> StockAlert:
        meeting.wait(20)
        return create(**values)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())
    monkeypatch.setattr(StockAlert.objects, "create", create_after_meeting)
    race([partial(own, partial(review_alert, pk_of(mug)))] * 2)
    assert StockAlert.objects.filter(status=StockAlert.OPEN).count() == 2
