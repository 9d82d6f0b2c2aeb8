"""Rate limits."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries, Settings

from nexus_shop.core import limits
from nexus_shop.core.limits import Limit, count_local, count_shared, forget_local_counts, limit
from nexus_shop.core.models import LimitCounter

THREE = Limit("three", 3, 60)


def test_limit_of_settings_is_scaled(settings: Settings) -> None:
    assert limit("login") == Limit("login", 5, 60)
    forget_local_counts()
    settings.RATE_LIMIT_SCALE = Decimal(10)
    assert limit("login") == Limit("login", 50, 60)


@pytest.mark.django_db
def test_shared_count_up_to_the_quota() -> None:
    used = [count_shared([(THREE, "anna")])[0] for _ in range(4)]
    assert [state.used for state in used] == [1, 2, 3, 4]
    assert [state.is_exceeded for state in used] == [False, False, False, True]
    assert [state.remaining for state in used] == [2, 1, 0, 0]
    assert 0 < used[0].resets_in <= 60
    assert count_shared([(THREE, "bert")])[0].used == 1


@pytest.mark.django_db
def test_shared_count_of_several_limits_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    two = Limit("two", 2, 60)
    with django_assert_num_queries(1):
        states = count_shared([(THREE, "anna"), (two, "anna")])
    assert [(state.limit.name, state.used) for state in states] == [("three", 1), ("two", 1)]


@pytest.mark.django_db
def test_window_that_is_over_begins_anew() -> None:
    for _ in range(4):
        count_shared([(THREE, "anna")])
    LimitCounter.objects.update(resets_at=Now() - timedelta(seconds=1))
    assert count_shared([(THREE, "anna")])[0].used == 1


@pytest.mark.usefixtures("own_database")
def test_shared_count_loses_nothing_in_parallel() -> None:
    def hammer() -> None:
        for _ in range(20):
            count_shared([(THREE, "anna"), (Limit("other", 9, 60), "anna")])
        connection.close()

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_shared([(THREE, "anna")])[0].used == 81


def test_local_count_is_the_share_of_a_process(settings: Settings) -> None:
    settings.WEB_CONCURRENCY = 2
    states = [count_local(Limit("reads", 4, 60), "anna") for _ in range(3)]
    assert [state.is_exceeded for state in states] == [False, False, True]


def test_local_counters_do_not_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits._Windows, "MAX_CLIENTS", 10)
    for number in range(100):
        count_local(THREE, f"client-{number}")
    assert len(limits._windows._counters) <= 11


@pytest.mark.usefixtures("redis_url")
def test_shared_count_in_redis() -> None:
    used = [count_shared([(THREE, "anna"), (Limit("two", 2, 60), "anna")]) for _ in range(3)]
    assert [[state.used for state in states] for states in used] == [[1, 1], [2, 2], [3, 3]]
    assert used[-1][1].is_exceeded
    assert 0 < used[0][0].resets_in <= 60
    assert count_local(THREE, "anna").used == 4
