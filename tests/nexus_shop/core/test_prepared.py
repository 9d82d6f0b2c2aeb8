"""Statements that a connection prepares once: same answers, one statement each, found again when they are lost."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, ProgrammingError
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from nexus_shop.core import prepared

SUM = "SELECT %(left)s::int + %(right)s::int, '100%%'"


def ask(statement: str, **values: Any) -> Any:
    with connection.cursor() as cursor:
        prepared.execute(cursor, statement, values)
        return cursor.fetchone()


def plans() -> list[int]:
    """How often each prepared statement of ours has run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE name LIKE 'nexus_%%' ORDER BY 1", []
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture(autouse=True)
def fresh(transactional_db: None) -> None:
    """A connection that has prepared nothing."""
    connection.close()


def test_statement_is_planned_once_and_counted_once_each_time() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert ask(SUM, left=1, right=2) == (3, "100%")
        assert ask(SUM, left=40, right=2, surplus=object()) == (42, "100%")
    assert len(captured) == 2
    assert plans() == [2]


def test_new_connection_prepares_anew() -> None:
    assert ask(SUM, left=1, right=2) == (3, "100%")
    connection.close()
    assert ask(SUM, left=1, right=2) == (3, "100%")
    assert plans() == [1]


def test_statement_that_somebody_has_forgotten_is_run_all_the_same() -> None:
    assert ask(SUM, left=1, right=2) == (3, "100%")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert ask(SUM, left=2, right=2) == (4, "100%")
    assert ask(SUM, left=3, right=2) == (5, "100%")
    assert plans() == [1]
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with transaction.atomic(), pytest.raises(ProgrammingError), transaction.atomic():
        ask(SUM, left=1, right=2)  # the transaction is lost with it


def test_migration_that_changes_the_answer_is_survived() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE prepared_thing (id int)")
    try:
        whole = "SELECT * FROM prepared_thing WHERE id = %(id)s"
        assert ask(whole, id=1) is None
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE prepared_thing ADD name text DEFAULT 'x'")
            cursor.execute("INSERT INTO prepared_thing VALUES (1)")
        assert ask(whole, id=1) == (1, "x")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE prepared_thing")


def test_other_errors_are_the_callers() -> None:
    with pytest.raises(DataError):
        ask("SELECT 1 / %(zero)s::int", zero=0)
    with pytest.raises(ProgrammingError):
        ask("SELECT FROM nowhere WHERE %(a)s", a=1)


def test_only_so_many_are_held() -> None:
    for number in range(prepared.MOST + 5):
        assert ask(f"SELECT {number} + %(one)s::int", one=1) == (number + 1,)
    assert len(plans()) == prepared.MOST


def test_setting_switches_it_off(settings: Settings) -> None:
    settings.DB_PREPARED_READS = False
    assert ask(SUM, left=1, right=2) == (3, "100%")
    assert plans() == []
