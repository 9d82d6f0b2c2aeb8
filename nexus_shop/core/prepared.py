"""Statements of hot reads, which PostgreSQL parses and plans once for each connection instead of once for each request.

Planning one of our lists costs more than running it. Django 5.2 prepares statements only together with binding on the
server, for all statements alike; here a few are prepared by name, and called through Django's cursor as ever.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import Error, connection
from psycopg import Connection, errors

#: Each holds memory of its connection for as long as that lives; what comes after so many is not prepared.
MOST: Final = 40
#: The statement is gone, though this process has prepared it (a pooler has changed the server's connection), or a
#: migration has changed what it answers.
_LOST: Final = (errors.InvalidSqlStatementName, errors.FeatureNotSupported)
_PARAMETER: Final = re.compile(r"%\((\w+)\)s|%%")

_held: "WeakKeyDictionary[Connection[Any], set[str]]" = WeakKeyDictionary()


def execute(cursor: Any, statement: str, values: Mapping[str, Any]) -> None:
    """Run a statement with named parameters on a cursor of Django's default connection.

    For few texts that come again and again: what varies is a parameter, whose type the statement says where it does not
    follow from its place. A number of rows (`LIMIT`) stands in the text, else the plan is for any number.
    """
    if not settings.DB_PREPARED_READS or not _is_prepared(statement):
        cursor.execute(statement, values)
        return
    try:
        cursor.execute(_shape(statement)[2], values)
    except Error as lost:
        if isinstance(lost.__cause__, _LOST):
            _held.pop(connection.connection, None)
        if not isinstance(lost.__cause__, _LOST) or connection.in_atomic_block:
            raise
        cursor.execute(statement, values)


def _is_prepared(statement: str) -> bool:
    """Whether the connection knows the statement, now at the latest."""
    held = _held.setdefault(connection.connection, set())
    name, preparation, _ = _shape(statement)
    if name not in held and len(held) < MOST:
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(preparation)
        held.add(name)
    return name in held


@lru_cache(maxsize=4 * MOST)
def _shape(statement: str) -> tuple[str, str, str]:
    """Name, preparation and call of a statement."""
    names: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        return "%" if match[1] is None else f"${names.setdefault(match[1], len(names) + 1)}"

    text = _PARAMETER.sub(numbered, statement)
    name = f"nexus_{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"
    parameters = ", ".join(f"%({each})s" for each in names)
    return name, f"PREPARE {name} AS {text}", f"EXECUTE {name}({parameters})" if names else f"EXECUTE {name}"
