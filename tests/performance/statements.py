"""Counting the SQL statements of a request, without BEGIN, COMMIT and SAVEPOINT."""

from collections.abc import Callable
from typing import TypeVar

from django.db import connection
from django.test.utils import CaptureQueriesContext

BOUNDARIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
R = TypeVar("R")


def statements_of(call: Callable[[], R]) -> tuple[list[str], R]:
    """The statements that the call has run, and its result."""
    with CaptureQueriesContext(connection) as captured:
        result = call()
    queries = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in queries if not sql.startswith(BOUNDARIES)], result
