"""Rows that come at once: a broken rule is the row's own."""

import pytest
from django.db import DataError, IntegrityError, connection
from django.db import transaction as django_transaction

from nexus_shop.core.errors import NotFound
from nexus_shop.core.rows import attempted
from nexus_shop.core.transactions import refusing

pytestmark = pytest.mark.django_db(transaction=True)


def refer_to_nothing() -> tuple[str, int]:
    """What a commit finds where a category has just been deleted."""
    with django_transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO partner_partner_users (partner_id, user_id) VALUES (999999, 999999)")
    return "created", 1


def write(statement: str) -> tuple[str, int]:
    with django_transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return "created", 1


def refuse() -> tuple[str, int]:
    raise NotFound(pointer="/brand")


def test_outcome_is_what_the_operation_answers_or_the_rule_that_it_broke() -> None:
    assert attempted(lambda: ("created", 5)).id == 5
    refused = attempted(refuse)  # type: ignore[arg-type]
    assert (refused.status, refused.id, refused.refusal and refused.refusal.pointer) == ("refused", None, "/brand")


def test_what_is_deleted_meanwhile_is_the_rows_refusal() -> None:
    outcome = attempted(refer_to_nothing)  # type: ignore[arg-type]
    assert (outcome.status, outcome.refusal and outcome.refusal.code) == ("refused", "deleted_meanwhile")


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT '2024-01-01 00:00:00+16:00'::timestamptz", DataError),
        ("INSERT INTO catalogue_brand (name, slug) VALUES ('a', 'a'), ('a', 'b')", IntegrityError),
    ],
)
def test_what_only_the_database_refuses_is_the_rows_refusal_and_logged(
    statement: str, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(error):
        write(statement)
    outcome = attempted(lambda: write(statement))  # type: ignore[arg-type,return-value]
    assert (outcome.status, outcome.refusal and outcome.refusal.code) == ("refused", "invalid_request")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert attempted(lambda: ("created", 5)).id == 5


def test_constraint_that_nobody_has_named_passes() -> None:
    twins = "INSERT INTO catalogue_brand (name, slug) VALUES ('a', 'a'), ('a', 'b')"
    with django_transaction.atomic(), pytest.raises(IntegrityError), refusing({"other": NotFound()}):
        connection.cursor().execute(twins)
